"""Kinds of Changes: one file for each, saying how it is sent, looked up and judged."""
