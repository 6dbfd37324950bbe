"""Settings of a connection: every fault at once, every version kept, comments as they were written."""

import pytest

from fieldbridge.app import change_settings
from fieldbridge.app.connection_settings import faults, parse
from fieldbridge.core.errors import SetupError
from fieldbridge.store.ledger import runs

WRONG = """
calls_per_day = "many"
shedule = 5
[transactions]
tolerance = "lots"
order_status = "PAID"
reference = "{customer}"
[transactions.tax_codes]
1 = 7
[master_data]
shrink_percnt = 10
[prices]
decimals = 9
[profile]
encoding = "klingon"
[profile.tax]
columns = []
"""


def test_every_fault_is_told_at_once_by_its_place():
    told = {one.place: one.said for one in faults(WRONG)}
    assert [(one.line, one.place) for one in faults(WRONG)] == [
        (2, "calls_per_day"),
        (3, "shedule"),
        (5, "transactions.tolerance"),
        (6, "transactions.order_status"),
        (8, "transactions.tax_codes"),
        (11, "master_data.shrink_percnt"),
        (12, "prices"),
        (14, "profile"),
        (16, "profile.tax"),
    ]
    assert told["shedule"] == "is no setting; is schedule meant?"
    assert told["master_data.shrink_percnt"] == "is no setting; is shrink_percent meant?"
    assert "'lots'" in told["transactions.tolerance"]
    assert "decimals must be 0 to 4" in told["prices"]
    assert "Tax.csv has no columns" in told["profile.tax"]
    with pytest.raises(SetupError) as caught:
        parse(WRONG)
    assert all(f"line {one.line}, {one.place}: " in caught.value.message for one in faults(WRONG))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('staff = {A = "B"}\n\n# ours\ncalls_per_day = "x"\n', 4),
        ('time_zone = "No/where"', 1),
        ("[profile]\norder_patterns = [\n  # which\n  5,\n]\n", 2),
        ("[profile]\r\nencoding = 'cp1252'\r\n\r\n[transactions]\r\ntolerance = ''\r\n", 5),
        ("master_data.shrink_percnt = 1", 1),
        ('[[customers.handovers]]\non = 2026-01-01\nbefore = "A"\nafter = "B"\n[[customers.handovers]]\non = 5\n', 1),
        ("\n[transactions", 2),
        ("a = 1\na = 2", 2),
        ("", 0),
    ],
)
def test_a_fault_has_the_line_its_setting_begins_on(text, line):
    assert [one.line for one in faults(text)] == ([line] if line else [])


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("[transactions", "", "it is not TOML"),
        ("transactions = 5", "transactions", "must be a table, [transactions]"),
        ("[transactions]\nreference = '{customer}'", "transactions.reference", "names customer, which an order"),
        ("[profile]\nencoding = 'klingon'", "profile", "encoding 'klingon' is unknown"),
        ("[prices]\nwritten = 'both'", "prices.written", "is 'both': Invalid enum value"),
        ("[schedule.every_s]\nmaster-data = 1", "schedule.every_s", "from 5 seconds"),
        ("[schedule.calendar]\nhours = ['never']", "schedule.calendar", "never"),
        ("[staff]\nABE = 5", "staff", "Expected `str`, got `int`"),
    ],
)
def test_a_fault_has_its_place_and_its_reason(text, place, said):
    (found,) = faults(text)
    assert found.place == place
    assert said in found.said


def test_what_can_be_used_has_no_fault():
    assert faults("") == faults("[prices.level_percent_off]\n2 = '5'\n") == []


@pytest.fixture
def kept(sqlite_site):
    """A connection whose settings have comments of the office's own."""
    site = sqlite_site
    text = site.installation.connection("kauri").settings
    change_settings.change(site.installation, "kauri", f"# ours\ncalls_per_day = 900 # Starter\n{text}", "set by hand")
    return site


def test_comments_stay_and_connecting_again_keeps_them(kept):
    text = kept.installation.connection("kauri").settings
    assert text.startswith("# ours\ncalls_per_day = 900 # Starter\n")
    assert parse(text).transactions.tax_codes


def test_each_change_is_a_version_with_its_time_and_reason_and_can_be_undone(kept):
    site = kept.installation
    first = change_settings.history(site, "kauri")
    assert [one.because for one in first] == ["set by hand", "connected"]
    assert not change_settings.change(site, "kauri", first[0].text, "the same again")
    change_settings.undo(site, "kauri", None)
    assert site.connection("kauri").settings == first[1].text
    assert change_settings.history(site, "kauri")[0].because == f"back to version {first[1].id}"
    change_settings.undo(site, "kauri", first[0].id)
    assert site.connection("kauri").settings == first[0].text
    with site.database.read() as tx:
        events = [one.fields["because"] for one in runs.events(tx, "kauri", 100) if one.event == "settings.changed"]
    assert len(events) == 3
    with pytest.raises(SetupError, match="no earlier version 9999"):
        change_settings.undo(site, "kauri", 9999)


def test_settings_from_before_versions_were_kept_can_be_taken_back(kept):
    site = kept.installation
    before = site.connection("kauri").settings
    with site.database.write() as tx:
        tx.exec_driver_sql("delete from settings_version")
    change_settings.change(site, "kauri", "calls_per_day = 7\n", "set by hand")
    change_settings.undo(site, "kauri", None)
    assert site.connection("kauri").settings == before


def test_a_fault_changes_nothing(kept):
    before = kept.installation.connection("kauri").settings
    with pytest.raises(SetupError):
        change_settings.change(kept.installation, "kauri", WRONG, "set by hand")
    assert kept.installation.connection("kauri").settings == before
    assert len(change_settings.history(kept.installation, "kauri")) == 2


def test_a_new_schedule_is_in_force_at_once(kept):
    change_settings.change(kept.installation, "kauri", "[schedule.every_s]\nmaster-data = 5\n", "set by hand")
    with kept.installation.database.read() as tx:
        every = tx.exec_driver_sql("select every_s from schedule where flow = 'master-data'").scalar_one()
    assert every == 5
