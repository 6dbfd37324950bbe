"""Sheets an office keeps: CSV files and workbooks, found by name, read row by row, never trusted."""
