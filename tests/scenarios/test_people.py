"""People at customers: what reps note on tablets and what the office keeps in Xero end up the same on both sides."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

from app.scene import Clock, codes, lay, order, raw, settle_for
from fieldbridge.app import dry_run
from fieldbridge.app.flows.people import writing
from fieldbridge.flows import CONTACTS, MASTER_DATA

KERIKERI = "KER014"
REFUSAL = {
    "ErrorNumber": 10,
    "Type": "ValidationException",
    "Message": "A validation exception occurred",
    "Elements": [{"HasValidationErrors": True, "ValidationErrors": [{"Message": "Email address must be valid."}]}],
}
HEAD = "CustomerID,FirstName,LastName,Email,Phone,Active,EditedAt\n"


def now(minutes=0):
    return (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()


def edits(office, *rows, name="ContactEdits-1.csv", head=HEAD):
    lay(office.site, name, (head + "".join(f"{row}\n" for row in rows)).encode())


def synced(office):
    run = office.site.sync(CONTACTS)
    assert run.error is None, run.error
    return run


def begun(office):
    """A site whose tablets have their customers."""
    office.change(KERIKERI, ContactPersons=[])
    assert office.site.sync(MASTER_DATA).error is None
    return office


def in_xero(office):
    return [
        (one["FirstName"], one["LastName"], one.get("EmailAddress", ""), one.get("IncludeInEmails", False))
        for one in office.contact(KERIKERI)["ContactPersons"]
    ]


def on_tablets(office):
    rows = csv.DictReader(io.StringIO((office.site.folder / "Contacts.csv").read_text("cp1252"), newline=""))
    return {f"{row['FirstName']} {row['LastName']}".strip(): row for row in rows if row["CustomerID"] == KERIKERI}


def person(first, last, email="", **more):
    return {"FirstName": first, "LastName": last, "EmailAddress": email, **more}


def test_a_person_in_xero_is_on_the_tablets_and_one_from_a_tablet_in_xero(office_on_any_database):
    office = begun(office_on_any_database)
    office.change(KERIKERI, ContactPersons=[person("Mere", "Kahu", "mere@x.example", IncludeInEmails=True)])
    before = {
        name: value
        for name, value in office.contact(KERIKERI).items()
        if name not in ("ContactPersons", "UpdatedDateUTC")
    }
    edits(office, f"{KERIKERI},Tom,Ash,tom@x.example,09 555 0114,1,{now()}")
    run = synced(office)
    assert (run.counts["edits"], run.counts["written"], run.exit_code) == (1, 1, 0)
    assert in_xero(office) == [("Mere", "Kahu", "mere@x.example", True), ("Tom", "Ash", "tom@x.example", False)]
    after = office.contact(KERIKERI)
    assert {name: after[name] for name in before} == before, "nothing else of the contact was touched"
    shown = on_tablets(office)
    assert [shown["Mere Kahu"][name] for name in ("Email", "IncludeInEmails", "Active")] == ["mere@x.example", "1", "1"]
    assert shown["Tom Ash"]["Phone"] == "09 555 0114", "what Xero has no field for is kept here"
    assert (office.site.folder / "Processed" / "ContactEdits-1.csv").exists()
    office.site.xero.forget_received()
    again = synced(office)
    assert not again.counts.get("written")
    assert not again.counts["files"]
    assert [one["method"] for one in office.site.xero.received()] == ["GET", "GET"]


def test_the_last_edit_wins_wherever_it_was_made(office):
    begun(office)
    office.change(KERIKERI, ContactPersons=[person("Mere", "Kahu", "first@x.example")])
    synced(office)
    office.here.clock.advance(60)
    office.change(KERIKERI, ContactPersons=[person("Mere", "Kahu", "office@x.example")])
    edits(office, f"{KERIKERI},mere,KAHU,early@x.example,021,1,{now()}", f"{KERIKERI},Jo,,jo@x.example,,1,{now()}")
    synced(office)
    assert [one[2] for one in in_xero(office)] == ["office@x.example", "jo@x.example"]
    assert on_tablets(office)["Mere Kahu"]["Phone"] == "021", "only the rep knows the phone, so nobody overruled that"
    edits(office, f"{KERIKERI},Mere,Kahu,rep@x.example,021,1,{now(2)}")
    later = Clock(ahead=timedelta(minutes=3)).given_to(office.site)
    assert later.sync(CONTACTS).error is None
    assert [one[2] for one in in_xero(office)] == ["rep@x.example", "jo@x.example"]


def test_of_two_edits_in_one_file_without_a_moment_the_lower_row_is_the_last(office):
    begun(office)
    edits(office, f"{KERIKERI},Jo,Ash,z@x.example,2,1,", f"{KERIKERI},Jo,Ash,a@x.example,1,1,")
    synced(office)
    assert [on_tablets(office)["Jo Ash"][name] for name in ("Email", "Phone")] == ["a@x.example", "1"]


def test_a_tablet_whose_clock_is_ahead_does_not_win_for_ever(office):
    begun(office)
    edits(office, f"{KERIKERI},Mere,Kahu,tablet@x.example,,1,2099-01-01T00:00:00Z")
    synced(office)
    office.here.clock.advance(60)
    office.change(KERIKERI, ContactPersons=[person("Mere", "Kahu", "office@x.example")])
    synced(office)
    assert on_tablets(office)["Mere Kahu"]["Email"] == "office@x.example"


def test_who_is_taken_off_on_either_side_is_no_longer_active_and_may_come_back(office):
    begun(office)
    office.change(KERIKERI, ContactPersons=[person("Mere", "Kahu"), person("Tom", "Ash")])
    synced(office)
    edits(office, f"{KERIKERI},Mere,Kahu,,,0,{now()}")
    office.change(KERIKERI, ContactPersons=[person("Mere", "Kahu")])
    synced(office)
    assert in_xero(office) == []
    assert {name: row["Active"] for name, row in on_tablets(office).items()} == {"Mere Kahu": "0", "Tom Ash": "0"}
    edits(office, f"{KERIKERI},Tom,Ash,,,1,{now()}")
    synced(office)
    assert in_xero(office) == [("Tom", "Ash", "", False)]


def test_a_sixth_person_waits_here_until_there_is_room(office):
    begun(office)
    edits(office, *(f"{KERIKERI},P{number},X,,,1,{now()}" for number in range(6)))
    synced(office)
    assert [one[0] for one in in_xero(office)] == ["P0", "P1", "P2", "P3", "P4"]
    assert len(on_tablets(office)) == 6
    synced(office)
    (problem,) = office.site.problems()
    assert (problem.code, problem.key) == ("person.no_room", KERIKERI)
    assert "P5 X" in problem.message
    edits(office, f"{KERIKERI},P0,X,,,0,{now()}")
    synced(office)
    assert [one[0] for one in in_xero(office)] == ["P1", "P2", "P3", "P4", "P5"]
    synced(office)
    assert office.site.problems() == []


def test_two_people_of_one_name_in_xero_are_a_problem_and_left_alone(office):
    begun(office)
    twins = [person("Tom", "Ash", "a@x.example"), person("tom", "ash", "b@x.example")]
    office.change(KERIKERI, ContactPersons=twins)
    edits(office, f"{KERIKERI},Tom,Ash,c@x.example,,1,{now()}")
    synced(office)
    assert codes(office.site) == [(KERIKERI, "person.twice")]
    assert [one[2] for one in in_xero(office)] == ["a@x.example", "b@x.example"]
    office.change(KERIKERI, ContactPersons=twins[:1])
    synced(office)
    assert office.site.problems() == []


def test_bad_rows_are_set_aside_and_the_others_go_on(office):
    begun(office)
    edits(
        office,
        f"{KERIKERI},Mere,Kahu,mere@x.example,,1,{now()}",
        f",Nobody,There,,,1,{now()}",
        f"NOB000,Nobody,There,,,1,{now()}",
        f"{KERIKERI},,,nameless@x.example,,1,{now()}",
        f"{KERIKERI},Bad,Mail,not an address,,1,{now()}",
        f"{KERIKERI},Bad,Moment,,,1,yesterday",
        f"{KERIKERI},Bad,Flag,,,perhaps,{now()}",
        f"{KERIKERI},{'x' * 256},Long,,,1,{now()}",
    )
    lay(office.site, "ContactEdits-2.csv", b"a,b\n1,2\n")
    lay(office.site, "ContactEdits-3.csv", HEAD.encode() + b'KER014,"Open,Quote\n')
    assert synced(office).exit_code == 1
    assert in_xero(office) == [("Mere", "Kahu", "mere@x.example", False)]
    found = sorted(one for _, one in codes(office.site))
    assert found == ["person.customer_unknown", *["person.file"] * 2, *["person.row"] * 6]
    assert all(one.remedy for one in office.site.problems())
    assert (office.site.folder / "ContactEdits-2.csv").exists(), "what could not be read stays where it is"
    (office.site.folder / "ContactEdits-2.csv").unlink()
    synced(office)
    assert sorted(one for _, one in codes(office.site)) == [found[0], "person.file", *["person.row"] * 6]


def test_what_xero_refuses_is_said_once_and_not_tried_again_as_it_is(office):
    begun(office)
    site = office.site
    site.xero.fault("status", "Contacts/*", "POST", times=9, status=400, body=json.dumps(REFUSAL))
    edits(office, f"{KERIKERI},Mere,Kahu,mere@x.example,,1,{now()}")
    synced(office)
    assert [one for _, one in codes(site)] == ["person.refused"]
    site.xero.forget_received()
    synced(office)
    assert [one["method"] for one in site.xero.received()] == ["GET", "GET"]
    site.xero.forget_faults()
    edits(office, f"{KERIKERI},Mere,Kahu,other@x.example,,1,{now()}")
    synced(office)
    synced(office)
    assert site.problems() == []
    assert in_xero(office) == [("Mere", "Kahu", "other@x.example", False)]


def test_a_name_that_loses_its_macrons_on_the_way_comes_back_as_the_same_person(office):
    begun(office)
    office.change(KERIKERI, ContactPersons=[person("Wiremu", "Tāmati", "w@x.example"), person("王", "芳")])
    edits(office, f"{KERIKERI},Hēmi,Āpirana,,,1,{now()}")
    synced(office)
    shown = on_tablets(office)
    assert list(shown) == ["Hemi Apirana", "Wiremu Tamati", "? ?"]
    given_back = [
        f"{KERIKERI},{row['FirstName']},{row['LastName']},,{at},1,{now()}" for at, row in enumerate(shown.values())
    ]
    edits(office, *given_back)
    synced(office)
    assert [one[:3] for one in in_xero(office)] == [("Wiremu", "Tāmati", ""), ("王", "芳", ""), ("Hēmi", "Āpirana", "")]
    assert [row["Phone"] for row in on_tablets(office).values()] == ["0", "1", "2"]


def test_an_answer_that_is_lost_doubles_nothing(office):
    begun(office)
    office.site.xero.fault("lost_after", "Contacts/*", "POST", times=1)
    edits(office, f"{KERIKERI},Mere,Kahu,mere@x.example,,1,{now()}")
    synced(office)
    assert in_xero(office) == [("Mere", "Kahu", "mere@x.example", False)]
    assert not synced(office).counts.get("written")
    assert in_xero(office) == [("Mere", "Kahu", "mere@x.example", False)]


def test_an_edit_of_the_office_between_a_look_and_a_write_is_not_lost(office, monkeypatch):
    begun(office)
    edits(office, f"{KERIKERI},Mere,Kahu,mere@x.example,,1,{now()}")
    read = writing.contacts.by_id

    def while_somebody_edits(*given):
        office.change(KERIKERI, ContactPersons=[person("Tom", "Ash")])
        return read(*given)

    monkeypatch.setattr(writing.contacts, "by_id", while_somebody_edits)
    synced(office)
    assert in_xero(office) == [("Tom", "Ash", "", False), ("Mere", "Kahu", "mere@x.example", False)]


def test_an_office_may_keep_xero_as_it_is(office):
    begun(office)
    settle_for(office.site, "\n[people]\nwrite_back = false\n")
    edits(office, f"{KERIKERI},Mere,Kahu,mere@x.example,,1,{now()}")
    synced(office)
    assert in_xero(office) == []
    assert on_tablets(office)["Mere Kahu"]["Email"] == "mere@x.example"


def test_a_plan_shows_who_would_be_where_and_changes_nothing(office):
    begun(office)
    edits(office, f"{KERIKERI},Mere,Kahu,mere@x.example,,1,{now()}")
    plan = dry_run.plan(office.site.installation, office.site.connection, CONTACTS)
    assert [(one.customer, one.before, one.after) for one in plan.people] == [
        (KERIKERI, [], ["Mere Kahu <mere@x.example>"])
    ]
    assert [one.name for one in plan.files] == ["Contacts.csv"]
    assert in_xero(office) == []
    assert (office.site.folder / "ContactEdits-1.csv").exists()


def test_edits_of_people_are_never_taken_for_orders(office):
    begun(office)
    edits(office, f"{KERIKERI},Mere,Kahu,,,1,{now()}")
    lay(office.site, "a.txt", raw(order(1)))
    assert office.site.sync().counts["posted"] == 1
    assert (office.site.folder / "ContactEdits-1.csv").exists()
    assert office.site.problems() == []
