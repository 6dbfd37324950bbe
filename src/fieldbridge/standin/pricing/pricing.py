"""What the lines of one document share while they are priced."""

from __future__ import annotations

from dataclasses import dataclass, field

from fieldbridge.standin.books.books import Books


@dataclass
class Pricing:
    """The document's terms for its lines, and what was found wrong (errors) or odd (warnings) about them."""

    books: Books
    side: str
    """SalesDetails or PurchaseDetails: which half of an item fills the line."""
    amount_types: str
    is_approved: bool
    allows_discount: bool
    unit_decimals: int
    is_quote: bool = False
    """Quotes are read by other rules: tracking by id alone, and an unknown account is refused on a draft too."""
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
