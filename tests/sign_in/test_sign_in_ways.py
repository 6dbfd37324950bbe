"""Every way into Xero, through the pages a person sees."""

import json
import uuid

import pytest

from fieldbridge.app import access, disconnect
from fieldbridge.app.certificate import ensure
from fieldbridge.app.demo.office import Office
from fieldbridge.app.sign_in import granting
from fieldbridge.core.errors import AccessError, GuardError, SetupError
from fieldbridge.net.exchange import Answer, Call
from fieldbridge.store.ledger import connections
from fieldbridge.xero.connections import reached

KINDS = [("pkce", "mobile"), ("web-app", "web"), ("custom-connection", "custom")]


@pytest.mark.parametrize(("kind", "made_as"), KINDS)
def test_each_way_in_reads_the_organisations_name_back(scene, kind, made_as):
    made = scene.connect(scene.grant(kind, scene.app(made_as)))
    assert (made.sign_in, made.organisation_name) == (kind, "Kauri Wholesale Limited")
    assert scene.name_read_back(made) == "Kauri Wholesale Limited"


def test_cancel_is_said_plainly_and_nothing_is_kept(scene):
    wish = granting.Wish("pkce", scene.app("mobile"), "http://localhost:8123/callback")
    with pytest.raises(AccessError, match="chose Cancel"):
        granting.by_consent(scene.installation, scene.hosts, wish, scene.visitor(0, decision="cancel"))


def test_an_answer_with_another_state_is_refused(scene):
    wish = granting.Wish("pkce", scene.app("mobile"), "http://localhost:8123/callback")
    visit = scene.visitor(0)
    with pytest.raises(AccessError) as refused:
        granting.by_consent(
            scene.installation, scene.hosts, wish, lambda asked: visit(asked).replace("state=", "state=x")
        )
    assert refused.value.code == "access.mismatching_state"


def test_of_several_granted_organisations_one_must_be_named(scene):
    app = scene.app("mobile")
    with pytest.raises(SetupError, match="Kauri Wholesale Limited, Rimu Trading Limited"):
        scene.grant("pkce", app, 0, 1)
    made = scene.connect(scene.grant("pkce", app, 0, 1, organisation="Rimu Trading Limited"), "rimu")
    assert scene.name_read_back(made) == "Rimu Trading Limited"


def test_what_an_older_consent_granted_is_not_taken_for_this_one(scene):
    app = scene.app("mobile")
    scene.grant("pkce", app, 1)
    assert scene.grant("pkce", app, 0).tenant_id == scene.tenant(0)


def test_an_organisation_connected_again_is_found_though_it_keeps_the_id_of_its_first_consent():
    listed = {
        "id": str(uuid.uuid4()),
        "tenantId": str(uuid.uuid4()),
        "tenantName": "Kauri",
        "tenantType": "ORGANISATION",
    }

    def handler(call: Call) -> Answer:
        body = json.dumps([] if call.query else [listed]).encode()
        return Answer(status=200, headers={}, body=body, wire_bytes=len(body))

    assert [one.tenant_name for one in reached(handler, "http://xero.example", str(uuid.uuid4()))] == ["Kauri"]


def test_a_private_app_moves_to_a_modern_sign_in_under_the_same_name(scene):
    office = Office(scene.url)
    scene.connect(office.add_private_app("Opmetrix", ensure(scene.installation, "desk")))
    office.close()
    made = scene.connect(scene.grant("pkce", scene.app("mobile", "Modern")))
    with scene.installation.database.read() as tx:
        assert [one.sign_in for one in connections.every(tx)] == ["pkce"]
    assert scene.name_read_back(made) == "Kauri Wholesale Limited"


def test_credentials_of_another_organisation_do_not_take_over_a_connection(scene):
    app = scene.app("mobile")
    scene.connect(scene.grant("pkce", app, 0))
    with pytest.raises(GuardError, match="Rimu Trading Limited"):
        scene.connect(scene.grant("pkce", app, 1))


def test_disconnect_ends_the_link_at_xero_and_forgets_the_tokens(scene):
    made = scene.connect(scene.grant("web-app", scene.app("web")))
    disconnect.disconnect(scene.installation, made)
    assert [one["status"] for one in scene.received("/connect/revocation")] == [200]
    assert scene.installation.connection("kauri").paused_because
    with pytest.raises(SetupError, match="not signed in"):
        scene.name_read_back(made)
    with scene.installation.database.read() as tx:
        assert scene.installation.vault.get(tx, "kauri", "application") is None


def test_disconnect_keeps_a_grant_that_reaches_another_organisation(scene):
    app = scene.app("web")
    grant = scene.grant("web-app", app, 0, 1, organisation="Kauri Wholesale Limited")
    disconnect.disconnect(scene.installation, scene.connect(grant))
    assert scene.received("/connect/revocation") == []


def test_a_disconnect_made_inside_xero_asks_to_reconnect(scene):
    made = scene.connect(scene.grant("pkce", scene.app("mobile")))
    reach = scene.http.get(
        f"{scene.url}/connections", headers={"Authorization": f"Bearer {token_of(scene)}", "Accept": "application/json"}
    ).json()
    scene.http.delete(
        f"{scene.url}/connections/{reach[0]['id']}", headers={"Authorization": f"Bearer {token_of(scene)}"}
    )
    with pytest.raises(AccessError) as refused:
        scene.name_read_back(made)
    assert "fieldbridge connect" in refused.value.remedy


def token_of(scene) -> str:
    return access.Refresher(scene.installation, "kauri", scene.url).fresh().access_token
