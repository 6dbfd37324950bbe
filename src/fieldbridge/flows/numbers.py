"""Numbers and references of documents: what people call them, and what they are found by again."""

from string import Formatter

from fieldbridge.core.errors import RefusedError
from fieldbridge.core.records.field import Order
from fieldbridge.core.rules import TransactionRules
from fieldbridge.flows.orders import name_of

REFERENCE_MAX = 255
REFERENCE_FIELDS = ("customer_order_no", "rep", "order_no", "cloud_id")


def number_of(order: Order, prefix: str, rules: TransactionRules) -> str:
    """The number of a document; empty where Xero gives it. Errors: RefusedError for one that is not found again."""
    number = "" if rules.numbers == "xero" else f"{prefix}{order.key}"
    is_plain = number.isascii() and number.isprintable() and "," not in number and number == number.strip()
    if number and (len(number) > REFERENCE_MAX or not is_plain):
        raise RefusedError(
            "order.number_unusable",
            f"{name_of(order)}: {number!r} cannot be an invoice number in Xero that is found again (printable ASCII, "
            "no comma, no space at either end, at most 255).",
            remedy="Have the order sent again under a plain number.",
        )
    return number


def reference_of(order: Order, rules: TransactionRules) -> str:
    """The reference by its template. Where Xero gives numbers it must name the transaction, to be found by it."""
    filled = rules.reference.format(**{name: getattr(order, name) for name in REFERENCE_FIELDS})
    said = " ".join(filled.split())
    if rules.numbers == "tablet":
        return said[:REFERENCE_MAX]
    # A quotation mark would end the text in the look-up, for which Xero documents no escape.
    plain, key = said.replace('"', "'"), order.key.replace('"', "'")
    return plain[:REFERENCE_MAX] if key in plain.split() else f"{plain[: REFERENCE_MAX - len(key) - 1]} {key}".strip()


def reference_faults(template: str) -> list[str]:
    """Names in a reference template that mean nothing; the template itself when it is not one."""
    try:
        named = [name for _, name, _, _ in Formatter().parse(template) if name is not None]
        faults = [name for name in named if name not in REFERENCE_FIELDS]
        if not faults:
            template.format(**dict.fromkeys(REFERENCE_FIELDS, ""))
    except ValueError:
        return [template]
    return faults
