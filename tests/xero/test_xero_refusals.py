"""The catalogue of refusals: each message leads to its meaning, and none is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldbridge.xero.refusals import CATALOGUE, UNKNOWN, meaning

TAKEN = "Invoice # must be unique."
KNOWN = [
    (TAKEN, "xero.number_taken", ""),
    (
        "Account code '260' has been archived, or has been deleted. Each line item must reference a valid account.",
        "xero.account_archived",
        "260",
    ),
    ("Account code '090' is not a valid code for this document.", "xero.account_invalid", "090"),
    ("The TaxType code 'INPUT2' cannot be used with account code '200'.", "xero.tax_account", "INPUT2"),
    (
        "The TaxType code 'TAX9' does not exist or cannot be used with this type of transaction.",
        "xero.tax_unknown",
        "TAX9",
    ),
    (
        "The contact with the specified contact details has been archived. The contact must be un-archived before "
        "creating new invoices or credit notes",
        "xero.contact_archived",
        "",
    ),
    (
        "The specified contact details matched an archived contact. Archived contacts cannot currently be edited via "
        "the API.",
        "xero.contact_archived",
        "",
    ),
    ("The status 'ARCHIVED' is not valid for contacts", "xero.contact_archived", ""),
    (
        "The document date cannot be before the end of year lock date, currently set at 31 March 2026",
        "xero.locked_period",
        "",
    ),
    (
        "The document date cannot be before the period lock date, currently set at 30 June 2026",
        "xero.locked_period",
        "",
    ),
    ("Item code 'APL-1L' is not valid", "xero.item_unknown", "APL-1L"),
    ("Organisation is not subscribed to currency EUR", "xero.currency", "EUR"),
    ("Users Organisation is not subscribed to currency EUR", "xero.currency", "EUR"),
    ("You have reached the limit of invoices you can approve", "xero.plan_limit", ""),
]


@pytest.mark.parametrize(("message", "code", "cause"), KNOWN)
def test_each_message_leads_to_its_code_and_its_cause(message, code, cause):
    for text in (message, message.upper(), f"  {message} "):
        understood = meaning([text])
        assert understood.refusal.code == code
        assert understood.cause.casefold() == cause.casefold()
        assert message.rstrip(".").casefold() in understood.words.casefold()


def test_what_is_unknown_is_held_with_xeros_own_words():
    understood = meaning(["Something new.", "And more."])
    assert understood.refusal == UNKNOWN
    assert understood.refusal.reaction == "hold"
    assert understood.words == "Something new; And more"


@pytest.mark.parametrize("others", [entry[:2] for entry in KNOWN[1:]])
def test_a_taken_number_with_another_fault_counts_as_the_other_fault(others):
    message, code = others
    for messages in ([TAKEN, message], [message, TAKEN]):
        assert meaning(messages).refusal.code == code
        assert meaning(messages).refusal.reaction != "look_up"


def test_a_taken_number_with_a_fault_nobody_knows_is_held():
    for messages in ([TAKEN, "Something new."], ["Something new.", TAKEN]):
        assert meaning(messages).refusal.reaction == "hold"


@given(st.lists(st.text(min_size=1), min_size=1, max_size=5))
def test_whatever_xero_says_is_understood_or_held(messages):
    assert meaning(messages).refusal in (UNKNOWN, *CATALOGUE)
