"""The organisations a grant reaches. Source: Xero, connections: no organisation header, ids are of the link itself."""

import msgspec

from fieldbridge.core.errors import SurpriseError
from fieldbridge.net.exchange import Call, Handler
from fieldbridge.xero.codec import decode


class Reach(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One organisation a grant reaches. Shape: id is the connection's own, tenant_id the organisation's."""

    id: str
    tenant_id: str
    tenant_name: str = ""
    tenant_type: str = "ORGANISATION"


def reached(handler: Handler, api_url: str, consent_id: str = "") -> list[Reach]:
    """The organisations a grant reaches; with a consent's id, only those it added.

    One that is connected already keeps the id of its first consent, so when a consent has added none, all are meant.
    """
    return _listed(handler, api_url, consent_id) or (_listed(handler, api_url, "") if consent_id else [])


def _listed(handler: Handler, api_url: str, consent_id: str) -> list[Reach]:
    query = (("authEventId", consent_id),) if consent_id else ()
    answer = handler(
        Call(method="GET", url=f"{api_url}/connections", query=query, headers={"Accept": "application/json"})
    )
    if answer.status != 200:
        raise SurpriseError("access.connections", f"Xero answered {answer.status} when asked for its connections.")
    found = decode(answer.body, list[Reach], "its connections")
    return [one for one in found if one.tenant_type == "ORGANISATION"]


def disconnect(handler: Handler, api_url: str, reach: Reach) -> None:
    """End the link to one organisation. One that is gone already counts as ended."""
    answer = handler(Call(method="DELETE", url=f"{api_url}/connections/{reach.id}", write=True))
    if answer.status not in (204, 404):
        raise SurpriseError("access.connections", f"Xero answered {answer.status} when asked to disconnect.")
