"""XML, in which Xero answers whoever does not ask for JSON, and which old clients send.

An answer is made as JSON and then written as XML: the same names, lists as elements of the singular, days and instants
without `/Date()/`. Source: Xero, requests and responses.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element, ParseError, SubElement, TreeBuilder, XMLParser, tostring

from fieldbridge.standin.wire.answers import Answer
from fieldbridge.standin.wire.dates import instant_in
from fieldbridge.standin.wire.fields import DataInvalidError, Empty, decode

_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_SCHEMAS = {"xmlns:xsd": "http://www.w3.org/2001/XMLSchema", "xmlns:xsi": _XSI}
_LISTS = {
    "Addresses": "Address", "Currencies": "Currency", "TrackingCategories": "TrackingCategory",
    "Tracking": "TrackingCategory",
    **{
        f"{name}s": name
        for name in (
            "Account", "Action", "Allocation", "Attachment", "BankTransaction", "BrandingTheme", "Contact",
            "ContactGroup", "ContactPerson", "CreditNote", "ExternalLink", "HistoryRecord", "Invoice", "Item",
            "LineItem", "OnlineInvoice", "Option", "Organisation", "Overpayment", "Payment", "Phone", "Prepayment",
            "Quote", "TaxComponent", "TaxRate", "User", "ValidationError", "Warning",
        )
    },
}  # fmt: skip
_JSON_ONLY = {"DateString", "DueDateString", "ExpiryDateString", "DateUTCString", "UpdatedDateUTCString", "HasErrors",
              "HasValidationErrors", "StatusAttributeString", "pagination"}  # fmt: skip
_DATE = re.compile(r"/Date\(-?\d+([+-]\d{4})?\)/")


class _NoDoctype(TreeBuilder):
    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise DataInvalidError("A document type is not allowed")


def decode_xml(text: str | bytes) -> Any:
    """The shape that the same elements have in JSON, texts as they are. Errors: DataInvalidError."""
    parser = XMLParser(target=_NoDoctype())  # noqa: S314 - without a document type there are no entities to expand
    try:
        parser.feed(text)
        root = parser.close()
    except (ParseError, ValueError) as error:
        raise DataInvalidError(f"Invalid XML data: {error}") from error
    return _value(root)


def _value(element: Element) -> Any:
    if element.get(f"{{{_XSI}}}nil") == "true":
        return None
    if _name(element) in _LISTS:
        return [_value(child) for child in element]
    if len(element):
        return {_name(child): _value(child) for child in element}
    return (element.text or "").strip() or Empty()


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def as_xml(answer: Answer, kind: str) -> Answer:
    """The same answer in XML, if it is JSON. `kind` is the type of the elements an exception tells of."""
    if not answer.content_type.startswith("application/json"):
        return answer
    content = decode(answer.body)
    root = Element("ApiException" if "ErrorNumber" in content else "Response", _SCHEMAS)
    for name, value in content.items():
        if name == "Elements":
            _add_elements(SubElement(root, name), value, kind)
        else:
            _add(root, name, value)
    body = tostring(root, encoding="utf-8", xml_declaration=True)
    return replace(answer, body=body, content_type="text/xml; charset=utf-8")


def _add_elements(parent: Element, elements: list[Any], kind: str) -> None:
    for element in elements:
        _fill(SubElement(parent, "DataContractBase", {"xsi:type": kind}), element)


def _add(parent: Element, name: str, value: Any) -> None:
    if name in _JSON_ONLY:
        return
    made = SubElement(parent, name)
    if isinstance(value, list):
        for member in value:
            _fill(SubElement(made, _LISTS.get(name, name)), member)
    else:
        _fill(made, value)


def _fill(element: Element, value: Any) -> None:
    if not isinstance(value, dict):
        element.text = _text(value)
        return
    if "StatusAttributeString" in value:
        element.set("status", value["StatusAttributeString"])
    for name, member in value.items():
        _add(element, name, member)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and _DATE.fullmatch(value):
        return instant_in(value).replace(tzinfo=None).isoformat()
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def kind_of(collection: str) -> str:
    """The name of one element of a collection, whatever the case: `invoices` gives `Invoice`."""
    known = {name.lower(): singular for name, singular in _LISTS.items()}
    return known.get(collection.lower(), "Organisation")
