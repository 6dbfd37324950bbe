"""Several elements in one call."""

from __future__ import annotations

from standin_caller import decoded, messages

NO_GUID = "00000000-0000-0000-0000-000000000000"


def batch(invoice):
    """Good, bad, good with a warning."""
    return {
        "Invoices": [
            invoice | {"InvoiceNumber": "SO-1"},
            invoice | {"InvoiceNumber": "SO-2", "CurrencyCode": "USD"},
            invoice | {"InvoiceNumber": "SO-3", "SentToContact": True},
        ]
    }


def numbers(caller):
    found = caller.get("Invoices", InvoiceNumbers="SO-1,SO-2,SO-3")["Invoices"]
    return sorted(row["InvoiceNumber"] for row in found)


def test_each_element_is_judged_in_order_with_summarize_errors_false(caller, invoice):
    answer = caller.put("Invoices", batch(invoice), SummarizeErrors="false")
    assert answer.status_code == 200
    first, second, third = decoded(answer)["Invoices"]
    assert [row["StatusAttributeString"] for row in (first, second, third)] == ["OK", "ERROR", "WARNING"]
    assert [row["InvoiceNumber"] for row in (first, second, third)] == ["SO-1", "SO-2", "SO-3"]
    assert second["InvoiceID"] == NO_GUID
    assert second["ValidationErrors"] == [{"Message": "Organisation is not subscribed to currency USD"}]
    assert third["Warnings"]
    assert numbers(caller) == ["SO-1", "SO-3"]


def test_one_bad_element_makes_a_summarised_batch_a_400_that_does_not_tell_of_the_others(caller, invoice):
    answer = caller.put("Invoices", batch(invoice))
    assert messages(answer) == ["Organisation is not subscribed to currency USD"]
    assert numbers(caller) == ["SO-1", "SO-3"]


def test_siblings_are_not_saved_when_switched(caller, invoice):
    caller.switch(siblings_saved_on_summarised_400=False)
    assert caller.put("Invoices", batch(invoice)).status_code == 400
    assert numbers(caller) == []


def test_envelope_key_has_no_case_and_bare_elements_are_taken(caller, invoice):
    assert caller.put("Invoices", {"invoices": [invoice]}).status_code == 200
    assert caller.put("Invoices", invoice | {"InvoiceNumber": "SO-2"}).status_code == 200
    assert caller.put("Invoices", [invoice | {"InvoiceNumber": "SO-3"}]).status_code == 200


def test_more_than_five_hundred_items_are_refused(caller):
    items = [{"Code": f"N{number}"} for number in range(501)]
    assert caller.put("Items", {"Items": items}).status_code == 400
