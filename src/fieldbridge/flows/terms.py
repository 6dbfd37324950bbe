"""Terms of payment in words. Source: Xero, payment terms types."""

from fieldbridge.core.records.books import PaymentTerms


def terms_text(terms: PaymentTerms | None) -> str:
    """What a rep reads; empty when there are none, or none we know."""
    match terms:
        case PaymentTerms(kind="DAYSAFTERBILLDATE", day=0):
            return "on the invoice's date"
        case PaymentTerms(kind="DAYSAFTERBILLDATE"):
            return f"{terms.day} days after the invoice"
        case PaymentTerms(kind="DAYSAFTERBILLMONTH"):
            return f"{terms.day} days after the end of the month"
        case PaymentTerms(kind="OFCURRENTMONTH"):
            return f"on the {_nth(terms.day)} of the month"
        case PaymentTerms(kind="OFFOLLOWINGMONTH"):
            return f"on the {_nth(terms.day)} of the following month"
        case _:
            return ""


def _nth(day: int) -> str:
    ending = "th" if 10 < day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"
