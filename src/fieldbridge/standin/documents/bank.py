"""Money spent and received at the bank; two of its types leave an overpayment or a prepayment behind.

Source: Xero, bank transactions: overpayments and prepayments come to exist through them.
"""

from __future__ import annotations

from fieldbridge.standin.books.books import Books
from fieldbridge.standin.books.contact_shape import CONTACT
from fieldbridge.standin.books.parties import party
from fieldbridge.standin.documents.kinds import OVERPAYMENT, PREPAYMENT, Settled
from fieldbridge.standin.documents.locks import lock_faults
from fieldbridge.standin.documents.rates import day_rate
from fieldbridge.standin.documents.settlement import settle
from fieldbridge.standin.documents.status import is_settled
from fieldbridge.standin.pricing.lines import LINE, price_lines
from fieldbridge.standin.pricing.money import totals
from fieldbridge.standin.pricing.pricing import Pricing
from fieldbridge.standin.wire import fields
from fieldbridge.standin.wire.answers import Record, RefusedError

BANK_TRANSACTION: fields.Shape = {
    "BankTransactionID": fields.guid,
    "Type": fields.choice("RECEIVE", "SPEND", *OVERPAYMENT.payment_types, *PREPAYMENT.payment_types),
    "BankAccount": fields.one({"AccountID": fields.guid, "Code": fields.text}),
    "Status": fields.choice("AUTHORISED", "DELETED"),
    "LineAmountTypes": fields.choice("Exclusive", "Inclusive", "NoTax"),
    "Date": fields.day,
    **dict.fromkeys(("Reference", "CurrencyCode", "Url"), fields.text),
    "CurrencyRate": fields.number,
    "IsReconciled": fields.flag,
    "Contact": fields.one(CONTACT),
    "LineItems": fields.many(LINE),
}
_HEADER = ("Type", "Contact", "Date", "LineAmountTypes", "LineItems", "SubTotal", "TotalTax", "Total", "CurrencyCode",
           "CurrencyRate", "Reference")  # fmt: skip


def left_behind(transaction: Record) -> Settled | None:
    """The kind of credit this transaction makes, if it makes one."""
    return next((kind for kind in (OVERPAYMENT, PREPAYMENT) if transaction["Type"] in kind.payment_types), None)


def create_bank_transaction(books: Books, sent: Record, unit_decimals: int) -> Record:
    """Errors: RefusedError for what is missing, a locked day, a wrong account or wrong lines."""
    account = _bank_account(books, sent.get("BankAccount", {}))
    after: Record = {
        "BankTransactionID": books.new_id(), "Status": "AUTHORISED", "Date": books.today(), "IsReconciled": False,
        "LineAmountTypes": "Exclusive", "CurrencyCode": books.organisation["BaseCurrency"],
        **sent, "UpdatedDateUTC": books.now(),
        "BankAccount": {name: account[name] for name in ("AccountID", "Code", "Name")},
    }  # fmt: skip
    after.setdefault("CurrencyRate", day_rate(books, after["CurrencyCode"]))
    errors = [books.switches.text_document_type] if "Type" not in sent else []
    errors += lock_faults(books, after["Date"])
    if not sent.get("LineItems"):
        errors.append(books.switches.text_lines_missing)
    if errors:
        raise RefusedError(*errors)
    after["Contact"] = {"ContactID": party(books, sent.get("Contact", {}))["ContactID"]}
    _price(books, after, unit_decimals)
    return books.bank_transactions.put({**after, **_leave(books, after)})


def _bank_account(books: Books, named: Record) -> Record:
    found = books.accounts.get(named.get("AccountID", "")) or books.account(named.get("Code"))
    if found is None or found["Type"] != "BANK" or found["Status"] != "ACTIVE":
        raise RefusedError(books.switches.text_bank_account)
    return found


def _price(books: Books, after: Record, unit_decimals: int) -> None:
    """An overpayment has no tax and stands on the debtors' or creditors' account, whatever was sent."""
    is_over = left_behind(after) is OVERPAYMENT
    is_in = after["Type"].startswith("RECEIVE")
    lines: list[Record] = after["LineItems"]
    if is_over:
        after["LineAmountTypes"] = "NoTax"
        lines = [{name: value for name, value in line.items() if name != "AccountCode"} for line in lines]
    side = "SalesDetails" if is_in else "PurchaseDetails"
    pricing = Pricing(books, side, after["LineAmountTypes"], not is_over, False, unit_decimals)
    after["LineItems"] = price_lines(pricing, lines, [])
    if pricing.errors:
        raise RefusedError(*pricing.errors)
    if is_over:
        system = "DEBTORS" if is_in else "CREDITORS"
        code = next(row["Code"] for row in books.accounts.rows() if row.get("SystemAccount") == system)
        after["LineItems"] = [{**line, "AccountCode": code} for line in after["LineItems"]]
    after |= totals(after["LineItems"], after["LineAmountTypes"])


def _leave(books: Books, after: Record) -> Record:
    """Make the overpayment or prepayment; its id is kept with the transaction."""
    kind = left_behind(after)
    if kind is None:
        return {}
    header = {name: after[name] for name in _HEADER if name in after}
    credit: Record = {kind.id_field: books.new_id(), **header, "Status": "AUTHORISED", "UpdatedDateUTC": books.now()}
    kind.table(books).put(settle(books, kind, credit))
    return {kind.id_field: credit[kind.id_field]}


def delete_bank_transaction(books: Books, transaction: Record, sent: Record) -> Record:
    """`{"Status": "DELETED"}` is the only change taken here; what it left behind is voided if it is unused."""
    if sent.get("Status") != "DELETED" or transaction["Status"] == "DELETED":
        raise RefusedError(books.switches.text_bank_transaction_edit)
    if kind := left_behind(transaction):
        credit = kind.table(books)[transaction[kind.id_field]]
        if is_settled(credit):
            raise RefusedError(books.switches.text_bank_transaction_edit)
        changed = {**credit, "Status": "VOIDED", "UpdatedDateUTC": books.now()}
        kind.table(books).put(settle(books, kind, changed))
    return books.bank_transactions.put({**transaction, "Status": "DELETED", "UpdatedDateUTC": books.now()})
