"""Credits: how goods that came back become a credit note. Source: field-sales facts §2, §4; Xero, credit notes.

Xero takes no discount on credit notes, so prices are netted first. The reason is a line of text, and may choose the
account that bears the credit.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

import msgspec

from fieldbridge.core.errors import RefusedError
from fieldbridge.core.plan import Change
from fieldbridge.core.records.books import Account, InvoiceLine
from fieldbridge.core.records.documents import CreditNote
from fieldbridge.core.records.field import Order
from fieldbridge.core.rules import TransactionRules
from fieldbridge.flows.drafts import Draft, draft_of, money
from fieldbridge.flows.order_lines import netted, text
from fieldbridge.flows.orders import RETRY, Shelf, name_of

KIND = "credit note"


def credits_of(order: Order, shelf: Shelf, rules: TransactionRules) -> Sequence[Change]:
    """The credit note of a credit. Errors: RefusedError with the reason why it cannot go."""
    signs = {line.quantity > 0 for line in order.lines if line.product and line.quantity}
    if len(signs) > 1:
        raise RefusedError(
            "order.credit_signs",
            f"{name_of(order)} is a credit, and its lines are partly above zero and partly below.",
            remedy="Have the rep take what was sold as an order of its own, or enter it in Xero by hand.",
        )
    draft = draft_of(order, shelf, rules)
    _refuse_more_than_bought(draft)
    status = "AUTHORISED" if _is_allocated(order, rules) else rules.credits.status
    return [credit_note(draft, draft.all_lines(is_back=True), status, draft.notes)]


def credit_note(draft: Draft, lines: Iterable[InvoiceLine], status: str, notes: tuple[str, ...]) -> Change:
    """The credit note of what came back. Errors: RefusedError when its reason's account cannot be used."""
    order, rules = draft.order, draft.rules
    account = _account_of_reason(order, rules, draft.shelf.accounts)
    made = CreditNote(
        **draft.document(rules.credits.number_prefix, draft.totals(is_back=True)),
        status=status,
        lines=(*(_credited(line, account) for line in lines), *_reason(order, rules)),
    )
    return Change(
        key=order.key,
        kind=KIND,
        part=KIND,
        document=made,
        number=made.number or made.reference,
        total=made.total,
        notes=notes,
    )


def _is_allocated(order: Order, rules: TransactionRules) -> bool:
    wanted = rules.credits.allocate
    return wanted == "oldest" or (wanted == "named" and bool(order.against))


def _credited(line: InvoiceLine, account: str) -> InvoiceLine:
    plain = netted(line)
    return msgspec.structs.replace(plain, account_code=account) if account and plain.item_code else plain


def _reason(order: Order, rules: TransactionRules) -> Iterator[InvoiceLine]:
    if order.reason:
        yield text(f"Reason: {rules.credits.texts.get(order.reason, order.reason)}")
    if order.against:
        yield text(f"For invoice {order.against}")


def _account_of_reason(order: Order, rules: TransactionRules, accounts: Mapping[str, Account]) -> str:
    code = rules.credits.accounts.get(order.reason, "")
    account = accounts.get(code)
    if code and (account is None or account.status != "ACTIVE"):
        state = "does not exist" if account is None else "is archived"
        raise RefusedError(
            "order.account_unusable",
            f"{name_of(order)}: the account {code} of the reason {order.reason} {state} in Xero.",
            remedy=f"Choose another in transactions.credits.accounts, {RETRY}",
        )
    return code


def _refuse_more_than_bought(draft: Draft) -> None:
    """Only a credit that names its invoice can be held against what was bought."""
    order = draft.order
    bought = draft.shelf.owing.named(order.against) if order.against else None
    if bought is None or bought.contact_id != draft.contact.contact_id:
        return
    total = money(draft.totals(is_back=True))
    if total > bought.total - bought.credited:
        before = f", of which {bought.credited} was credited before" if bought.credited else ""
        said = f"{total} is to be credited, and the invoice {order.against} is of {bought.total}{before}"
        raise _too_much(order, said)
    for product, quantity in _back(draft).items():
        if quantity > bought.quantities.get(product, Decimal(0)):
            had = bought.quantities.get(product, Decimal(0)).normalize()
            said = f"{quantity.normalize():f} of {product} came back, and the invoice {order.against} has {had:f}"
            raise _too_much(order, said)


def _back(draft: Draft) -> Mapping[str, Decimal]:
    found: dict[str, Decimal] = {}
    for one in draft.priced:
        if one.line.item_code:
            found[one.line.item_code] = found.get(one.line.item_code, Decimal(0)) + (one.line.quantity or Decimal(0))
    return found


def _too_much(order: Order, said: str) -> RefusedError:
    return RefusedError(
        "order.credit_too_much",
        f"{name_of(order)}: {said}.",
        remedy="Have the credit sent again corrected, or without the invoice's number; or enter it in Xero by hand.",
    )
