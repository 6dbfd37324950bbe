"""Quotes: read by filters of their own, created, and moved from one status to the next.

Source: Xero, quotes: pages of 100 that do not say how many there are; LineAmountTypes in upper case; a change must
repeat the contact and the date; prices have two decimals, and no parameter asks for more. A change clears the texts it
leaves out but keeps the lines, which are better left out: an inclusive quote's are read without their tax (XeroAPI,
xero-mcp-server, pull 309).
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from fieldbridge.core.records.documents import BookedDocument, BookedQuote, Quote
from fieldbridge.xero.codec import day_or_none, encode
from fieldbridge.xero.collection import Page
from fieldbridge.xero.documents.shapes import DocumentWire, document_element, id_field
from fieldbridge.xero.documents.walking import walk
from fieldbridge.xero.outcomes import Writable
from fieldbridge.xero.session import Session

QUOTES_PER_PAGE = 100
PRICE_DECIMALS = 2
QUOTE = "QUOTE"
"""What stands for a Type, which Xero gives quotes none of."""
AMOUNTS = {"EXCLUSIVE": "Exclusive", "INCLUSIVE": "Inclusive", "NOTAX": "NoTax"}


class QuoteWire(DocumentWire, frozen=True, kw_only=True):
    """One element of the answer."""

    quote_id: str = id_field("QuoteID")
    quote_number: str = ""
    expiry_date: str = ""
    title: str = ""
    summary: str = ""
    terms: str = ""


def _record(one: QuoteWire) -> BookedQuote:
    amounts = AMOUNTS.get(one.line_amount_types, one.line_amount_types)
    return BookedQuote(
        document_id=one.quote_id,
        number=one.quote_number,
        expires_on=day_or_none(one.expiry_date),
        title=one.title,
        summary=one.summary,
        terms=one.terms,
        **(one.shared() | {"kind": QUOTE, "amounts": amounts}),
    )


QUOTES = Writable("Quotes", QuoteWire, _record, page_size=QUOTES_PER_PAGE, names_page_size=False)
pages, by_id, create = QUOTES.pages, QUOTES.one, QUOTES.create


def body_of(quotes: Sequence[Quote]) -> bytes:
    """The request that creates these quotes."""
    return encode({"Quotes": [_element(one) for one in quotes]})


def narrowed(
    *, issued_from: date | None = None, issued_until: date | None = None, contact_id: str = "", status: str = ""
) -> dict[str, str]:
    """The filters Quotes have in place of `where`."""
    filters = {
        "DateFrom": issued_from.isoformat() if issued_from else "",
        "DateTo": issued_until.isoformat() if issued_until else "",
        "ContactID": contact_id,
        "Status": status,
    }
    return {name: value for name, value in filters.items() if value}


def changed(session: Session, since: datetime) -> Iterator[Page[BookedDocument]]:
    """Whatever was made or modified since a moment."""
    return walk(QUOTES, session, since, {})


def issued_since(session: Session, day: date) -> Iterator[Page[BookedDocument]]:
    """Whatever is dated from a day on."""
    return walk(QUOTES, session, None, narrowed(issued_from=day))


def by_number(session: Session, number: str) -> BookedQuote | None:
    """The quote with exactly this number: the natural key of what was created here."""
    return next((one for one in QUOTES.every(session, {"QuoteNumber": number}) if one.number == number), None)


def by_reference(session: Session, contact_id: str, issued_on: date, reference: str) -> BookedQuote | None:
    """A contact's quote of that day with exactly this reference: the natural key of one that Xero numbered."""
    listed = QUOTES.every(session, narrowed(issued_from=issued_on, issued_until=issued_on, contact_id=contact_id))
    return next((one for one in listed if one.reference == reference), None)


def set_status(session: Session, quote: BookedQuote, status: str, idempotency_key: str) -> BookedQuote:
    """Send, accept, decline or delete a quote, which is otherwise told again as it was read.

    Errors: RefusedError for a step Xero does not allow.
    """
    fields = {
        "QuoteID": quote.document_id,
        "QuoteNumber": quote.number,
        "Contact": {"ContactID": quote.contact_id},
        "Status": status,
        "Reference": quote.reference,
        "LineAmountTypes": quote.amounts.upper(),
        **_texts(quote),
    }
    if quote.issued_on:
        fields["Date"] = quote.issued_on.isoformat()
    return QUOTES.update(session, quote.document_id, fields, idempotency_key)


def _element(one: Quote) -> dict[str, object]:
    element = document_element(one, "QuoteNumber", PRICE_DECIMALS)
    return {**element, "LineAmountTypes": one.amounts.upper(), **_texts(one)}


def _texts(one: Quote | BookedQuote) -> dict[str, object]:
    said = {"Title": one.title, "Summary": one.summary, "Terms": one.terms}
    if one.expires_on:
        said["ExpiryDate"] = one.expires_on.isoformat()
    return {name: text for name, text in said.items() if text}
