"""People at a customer, as the Bridge holds them: what Xero keeps of them, and what only tablets know.

Source: field-sales facts §2 (contact person), §3 (contact sync), §16 (four fields in Xero, the rest here).
"""

from datetime import UTC, datetime

from fieldbridge.core.records.books import Person, Record

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class More(Record, frozen=True, kw_only=True, order=True):
    """What Xero has no field for."""

    title: str = ""
    job_title: str = ""
    phone: str = ""
    mobile: str = ""
    fax: str = ""
    notes: str = ""
    department: str = ""
    is_primary: bool = False


class Held(Record, frozen=True, kw_only=True):
    """One person at a customer.

    Shape: edited_at is of the name, the address and whether they are still there; in_emails and more have moments of
    their own. seen is what Xero had when it was last looked at; None: nobody of that name. seen_as_of is when the
    contact had been modified last by then.
    """

    first_name: str
    last_name: str
    email: str = ""
    is_active: bool = True
    edited_at: datetime = LONG_AGO
    in_emails: bool = False
    in_emails_at: datetime = LONG_AGO
    more: More = More()
    more_at: datetime = LONG_AGO
    seen: Person | None = None
    seen_as_of: datetime = LONG_AGO

    @property
    def person(self) -> Person:
        """What Xero keeps of them."""
        return Person(first_name=self.first_name, last_name=self.last_name, email=self.email, in_emails=self.in_emails)


class Edit(Record, frozen=True, kw_only=True):
    """One row of the tablets' file: a person as they stood after a rep's edit. in_emails of None says nothing of it."""

    customer: str
    first_name: str
    last_name: str
    email: str = ""
    is_active: bool = True
    in_emails: bool | None = None
    more: More = More()
    at: datetime
