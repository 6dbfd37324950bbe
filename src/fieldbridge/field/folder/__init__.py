"""The folder connector: master files written into one folder, order files read from another.

Source: field-sales facts §5-10 and §12.
"""
