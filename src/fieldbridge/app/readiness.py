"""Whether an installation can do its work now."""

import sqlalchemy as sa

from fieldbridge.app.installation import Installation
from fieldbridge.store.database import is_current


def checked(installation: Installation) -> list[str]:
    """What is in the way, in words without names; nothing when all is well."""
    try:
        current = is_current(installation.database.engine)
    except sa.exc.SQLAlchemyError:
        return ["the database does not answer"]
    return [] if current else ["the database has the schema of another version"]
