"""Users: who may sign in to the organisation, and as what."""

import msgspec

from fieldbridge.core.records.reference import User
from fieldbridge.xero.codec import Wire
from fieldbridge.xero.collection import Collection


class UserWire(Wire, frozen=True, kw_only=True):
    """One element of the answer."""

    user_id: str = msgspec.field(name="UserID")
    email_address: str = ""
    first_name: str = ""
    last_name: str = ""
    organisation_role: str = ""


def _record(one: UserWire) -> User:
    return User(
        user_id=one.user_id,
        email=one.email_address,
        first_name=one.first_name,
        last_name=one.last_name,
        role=one.organisation_role,
    )


USERS = Collection("Users", UserWire, _record)
pages = USERS.pages
