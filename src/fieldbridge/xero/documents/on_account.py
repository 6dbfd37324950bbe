"""Overpayments and Prepayments: money received that is not put against an invoice yet. Read, and allocated."""

from fieldbridge.xero.collection import PAGE_SIZE, Collection
from fieldbridge.xero.documents.credits import Allocating, CreditWire
from fieldbridge.xero.documents.shapes import UNIT_DECIMALS, id_field


class OverpaymentWire(CreditWire, frozen=True, kw_only=True):
    """One overpayment."""

    overpayment_id: str = id_field("OverpaymentID")


class PrepaymentWire(CreditWire, frozen=True, kw_only=True):
    """One prepayment."""

    prepayment_id: str = id_field("PrepaymentID")
    invoice_number: str = ""


OVERPAYMENTS = Collection(
    "Overpayments",
    OverpaymentWire,
    lambda one: one.credit(one.overpayment_id),
    page_size=PAGE_SIZE,
    list_query=UNIT_DECIMALS,
)
PREPAYMENTS = Collection(
    "Prepayments",
    PrepaymentWire,
    lambda one: one.credit(one.prepayment_id, one.invoice_number),
    page_size=PAGE_SIZE,
    list_query=UNIT_DECIMALS,
)
overpayments, overpayment = OVERPAYMENTS.pages, OVERPAYMENTS.one
prepayments, prepayment = PREPAYMENTS.pages, PREPAYMENTS.one
OF_OVERPAYMENTS, OF_PREPAYMENTS = Allocating("Overpayments"), Allocating("Prepayments")
