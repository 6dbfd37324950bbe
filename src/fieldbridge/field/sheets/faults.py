"""What is wrong with a sheet, by row and column."""

from fieldbridge.core.records.books import Record


class SheetFault(Record, frozen=True, kw_only=True):
    """One fault. Shape: row is as the spreadsheet counts, 0 for the whole sheet; column is empty for the whole row."""

    row: int
    column: str
    said: str

    def __str__(self) -> str:
        where = ", ".join(part for part in (f"row {self.row}" if self.row else "", self.column) if part)
        return f"{where}: {self.said}" if where else self.said


class UnreadableError(ValueError):
    """The whole file cannot be read, and why."""
