"""Quotes: priced like invoices, but nothing is owed until somebody makes an invoice of one."""

from __future__ import annotations

from fieldbridge.standin.books.books import Books
from fieldbridge.standin.books.contact_shape import CONTACT
from fieldbridge.standin.books.notes import add_note
from fieldbridge.standin.books.parties import UNNAMED, known_party, party
from fieldbridge.standin.documents.rates import day_rate
from fieldbridge.standin.pricing.lines import LINE, price_lines
from fieldbridge.standin.pricing.money import total_discount, totals
from fieldbridge.standin.pricing.pricing import Pricing
from fieldbridge.standin.wire import fields
from fieldbridge.standin.wire.answers import Record, RefusedError

QUOTE: fields.Shape = {
    **dict.fromkeys(("QuoteID", "BrandingThemeID"), fields.guid),
    **dict.fromkeys(("QuoteNumber", "Reference", "Terms", "Title", "Summary", "CurrencyCode"), fields.text),
    **dict.fromkeys(("Date", "ExpiryDate"), fields.day),
    "Status": fields.choice("DRAFT", "SENT", "DECLINED", "ACCEPTED", "INVOICED", "DELETED"),
    "LineAmountTypes": fields.choice("EXCLUSIVE", "INCLUSIVE", "NOTAX"),
    "CurrencyRate": fields.number,
    "Contact": fields.one(CONTACT),
    "LineItems": fields.many(LINE),
}
# Quotes spell these in capitals, whatever was sent (live recording); lines and totals know the form of invoices.
# A change that leaves these out clears them, while lines that are left out stay. Source: XeroAPI/xero-mcp-server
# pull 309, against a live organisation; it also saw Xero refuse to decline a draft or an accepted quote.
_CLEARED = ("Reference", "Terms", "Title", "Summary")
_AMOUNTS = {"EXCLUSIVE": "Exclusive", "INCLUSIVE": "Inclusive", "NOTAX": "NoTax"}
_NEXT = {
    "": {"DRAFT", "SENT"},
    "DRAFT": {"DRAFT", "SENT", "DELETED"},
    "SENT": {"SENT", "DRAFT", "ACCEPTED", "DECLINED", "INVOICED", "DELETED"},
    "ACCEPTED": {"ACCEPTED", "SENT", "INVOICED", "DELETED"},
    "DECLINED": {"DECLINED", "SENT", "ACCEPTED", "DELETED"},
    "INVOICED": {"INVOICED", "ACCEPTED", "DELETED"},
}


def match_quote(books: Books, sent: Record) -> Record | None:
    """What a POST means: by id, else by number. Errors: RefusedError for an id that does not exist."""
    if "QuoteID" in sent:
        found = books.quotes.get(sent["QuoteID"])
        if found is None:
            raise RefusedError(books.switches.text_quote_unknown)
        return found
    return books.quotes.first("number", sent.get("QuoteNumber", "").casefold())


def save_quote(books: Books, before: Record | None, sent: Record, unit_decimals: int) -> Record:
    """Errors: RefusedError with every rule broken. A quote has nowhere to say a warning (Source: OpenAPI, Quote)."""
    fresh: Record = {
        "QuoteID": books.new_id(), "Date": books.today(), "Status": "DRAFT", "LineAmountTypes": "EXCLUSIVE",
        "CurrencyCode": books.organisation["BaseCurrency"], "LineItems": [],
    } if before is None else _cleared(before, sent)  # fmt: skip
    header = {name: value for name, value in sent.items() if name not in ("QuoteID", "Contact", "LineItems")}
    after = {**fresh, **header, "UpdatedDateUTC": books.now()}
    after.setdefault("CurrencyRate", day_rate(books, after["CurrencyCode"]))
    if errors := _faults(books, before, sent, after):
        raise RefusedError(*errors)
    after["Contact"] = before["Contact"] if before and "Contact" not in sent else _contact(books, sent)
    _priced(books, sent, after, unit_decimals)
    if not after.get("QuoteNumber"):
        after["QuoteNumber"] = books.next_number("QU-", books.quotes)
    add_note(books, after["QuoteID"], "Edited" if before else "Created", f"{after['QuoteNumber']} for {after['Total']}")
    return books.quotes.put(after)


def _cleared(before: Record, sent: Record) -> Record:
    """What a change leaves of a quote; lines that are sent again without saying how they are taxed are exclusive."""
    kept = {name: value for name, value in before.items() if name not in _CLEARED}
    return {**kept, "LineAmountTypes": "EXCLUSIVE"} if "LineItems" in sent else kept


def _faults(books: Books, before: Record | None, sent: Record, after: Record) -> list[str]:
    switches, errors = books.switches, []
    current = before["Status"] if before else ""
    if after["Status"] not in _NEXT.get(current, ()) and switches.quote_transitions_checked:
        errors.append(switches.text_quote_status.format(status=after["Status"]))
    if before is None and "Date" not in sent and switches.quote_needs_date:
        errors.append(switches.text_quote_date)
    if after["CurrencyCode"] not in (row["Code"] for row in books.currencies.rows()):
        errors.append(f"Organisation is not subscribed to currency {after['CurrencyCode']}")
    same = books.quotes.find("number", str(after.get("QuoteNumber", "")).casefold())
    if any(row["QuoteID"] != after["QuoteID"] for row in same):
        errors.append(switches.text_quote_number)
    if before is None and not sent.get("LineItems"):
        errors.append(switches.text_lines_missing)
    return errors


def _contact(books: Books, sent: Record) -> Record:
    named = sent.get("Contact", {})
    if not named:
        raise RefusedError(UNNAMED)
    if not books.switches.quote_creates_contact and known_party(books, named) is None:
        raise RefusedError(books.switches.text_contact_unknown)
    return {"ContactID": party(books, named)["ContactID"]}


def _priced(books: Books, sent: Record, after: Record, unit_decimals: int) -> None:
    """Put lines and totals on the quote. Errors: RefusedError."""
    amounts = _AMOUNTS[after["LineAmountTypes"]]
    pricing = Pricing(books, "SalesDetails", amounts, False, True, unit_decimals, is_quote=True)
    if "LineItems" in sent:
        after["LineItems"] = price_lines(pricing, sent["LineItems"], after["LineItems"])
    if pricing.errors:
        raise RefusedError(*pricing.errors)
    after |= totals(after["LineItems"], amounts)
    after["TotalDiscount"] = total_discount(after["LineItems"], books.switches.rounding)
