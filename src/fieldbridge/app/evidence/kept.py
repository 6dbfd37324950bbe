"""Whether what was taken is still kept: what is forgotten proves nothing."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from fieldbridge.core.errors import SetupError
from fieldbridge.store.ledger import marks

# A period begins with what was taken two days before it.
LATER = timedelta(days=3)


def expect_kept(tx: sa.Connection, since: datetime) -> None:
    """Make sure that everything taken since a moment is kept. Errors: SetupError when it is not."""
    whole_since = marks.kept_since(tx)
    if whole_since is not None and whole_since > since:
        raise SetupError(
            "evidence.forgotten",
            f"The evidence of what was taken before {whole_since:%Y-%m-%d} is not kept any more.",
            remedy=f"Ask from {whole_since + LATER:%Y-%m-%d} on. FIELDBRIDGE_KEEP_EVIDENCE_DAYS says what is kept.",
        )
