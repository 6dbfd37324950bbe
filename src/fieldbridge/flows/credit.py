"""Stop credit and cash only: by contact group, or by the office's rules over what is owed; always with the reason.

Source: field-sales facts §5 and §16: Xero has neither a hold nor a limit on a contact.
"""

from datetime import date

from fieldbridge.core.ageing import Aged
from fieldbridge.core.records.books import PaymentTerms
from fieldbridge.core.rules import CustomerRules
from fieldbridge.flows.groups import Marks


def stops(marks: Marks, balance: Aged, rules: CustomerRules, today: date) -> tuple[str, ...]:
    """Why nothing may be sold on account; nothing when it may."""
    found = [marks.words["stop"] or "Contact group Stop"] if marks.has("stop") else []
    since = balance.overdue_since
    if rules.stop_overdue_days is not None and since and (today - since).days > rules.stop_overdue_days:
        found.append(f"Overdue since {since}, more than {rules.stop_overdue_days} days")
    if rules.stop_overdue_above is not None and balance.overdue > rules.stop_overdue_above:
        found.append(f"{balance.overdue} overdue, more than {rules.stop_overdue_above}")
    if rules.stop_balance_above is not None and balance.total > rules.stop_balance_above:
        found.append(f"Owes {balance.total}, more than {rules.stop_balance_above}")
    return tuple(found)


def is_cash_only(marks: Marks, terms: PaymentTerms | None, rules: CustomerRules) -> bool:
    """Whether it pays with the invoice: by contact group, or because its terms give no day."""
    pays_at_once = terms is not None and terms.kind == "DAYSAFTERBILLDATE" and terms.day == 0
    return marks.has("cash") or (rules.cash_without_terms and pays_at_once)
