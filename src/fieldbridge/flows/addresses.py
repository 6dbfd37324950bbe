"""Delivery addresses: the street address of each outlet. Source: field-sales facts §7."""

from fieldbridge.core.records.books import Contact
from fieldbridge.core.records.field import DeliveryAddress

STREET_CODE = "1"


def addresses_of(contact: Contact) -> tuple[DeliveryAddress, ...]:
    """Where goods for one outlet may go. Xero keeps one street address; its code is `1`."""
    street = contact.street
    if street is None:
        return ()
    town = " ".join(part for part in (street.city, street.postal_code) if part)
    lines = (*street.lines[:1], ", ".join(street.lines[1:]), town)
    return (DeliveryAddress(customer=contact.code, code=STREET_CODE, lines=tuple(line for line in lines if line)),)
