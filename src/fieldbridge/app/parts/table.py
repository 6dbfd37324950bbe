"""Every kind of Change there is. A new kind is a file of its own and one line here."""

from typing import Any

from fieldbridge.app.parts.allocations import ALLOCATION
from fieldbridge.app.parts.attachments import ATTACHMENT
from fieldbridge.app.parts.contacts import CONTACT
from fieldbridge.app.parts.credit_notes import CREDIT_NOTE
from fieldbridge.app.parts.invoices import INVOICE
from fieldbridge.app.parts.kind import Kind
from fieldbridge.app.parts.memberships import MEMBERSHIP
from fieldbridge.app.parts.notes import NOTE
from fieldbridge.app.parts.on_account import ON_ACCOUNT
from fieldbridge.app.parts.payments import PAYMENT
from fieldbridge.app.parts.quotes import QUOTE

_ALL = (CONTACT, MEMBERSHIP, INVOICE, CREDIT_NOTE, QUOTE, PAYMENT, ON_ACCOUNT, ALLOCATION, ATTACHMENT, NOTE)
KINDS: dict[str, Kind[Any]] = {one.name: one for one in _ALL}
