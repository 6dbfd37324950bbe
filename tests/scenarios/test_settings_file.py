"""Settings as a file beside the sheets: what an office saves there is taken by the next run, or refused whole."""

import pytest

from app.scene import codes
from fieldbridge.app import change_settings, dry_run
from fieldbridge.core.errors import SetupError
from fieldbridge.flows import MASTER_DATA, TRANSACTIONS
from scenarios.office import publish, row, said
from support.steps import walked

REFUSED = ("settings.toml", "settings.file_refused")
UNTRACKED = "APL-6PK"


@pytest.fixture
def filed(office):
    """An office whose settings lie beside its sheets, and that file."""
    return office, change_settings.export(office.site.installation, "kauri")


def in_force(office):
    return office.site.installation.connection("kauri").settings


def stock(office):
    return row(office, "Product.csv", UNTRACKED)["TotalStockOnHand"]


def test_what_is_saved_is_in_force_with_the_next_run_and_kept_as_a_version(filed):
    office, file = filed
    assert file == office.site.folder.with_name("site-sheets") / "settings.toml"
    assert file.read_text(encoding="utf-8") == in_force(office)
    text = f"# ours\r\n{in_force(office)}\n[master_data]\nstock_when_untracked = 500 # as agreed\n"
    file.write_bytes(text.encode("utf-8-sig"))
    publish(office)
    assert stock(office) == "500"
    assert in_force(office).startswith("# ours\n")
    assert "# as agreed" in in_force(office)
    history = change_settings.history(office.site.installation, "kauri")
    assert [one.because for one in history] == [
        *("settings.toml was edited", "laid beside the sheets as a file", "connected")
    ]
    publish(office)
    assert len(change_settings.history(office.site.installation, "kauri")) == 3


@pytest.mark.parametrize("flow", [MASTER_DATA, TRANSACTIONS])
def test_a_faulty_edit_is_refused_whole_by_line_and_what_was_in_force_stays(filed, flow):
    office, file = filed
    publish(office)
    before, good = in_force(office), file.read_text()
    file.write_text(f"calls_per_day = 'many'\n{good}\n[master_data]\nstock_when_untracked = 'x'\nshrink = 5\n")
    run = walked(office.site, flow)
    assert (run.exit_code, run.counts["problems"]) == (1, 1)
    assert codes(office.site) == [REFUSED]
    assert "line 1, calls_per_day: is 'many'" in said(office, REFUSED[1])
    assert "master_data.stock_when_untracked: is 'x'" in said(office, REFUSED[1])
    assert "master_data.shrink: is no setting" in said(office, REFUSED[1])
    assert (in_force(office), stock(office)) == (before, "999")
    with pytest.raises(SetupError, match="other settings than those in force"):
        change_settings.change(office.site.installation, "kauri", f"{before}\n# more\n", "by hand")
    file.write_text(good)
    assert walked(office.site, flow).exit_code == 0
    assert codes(office.site) == []


def test_a_change_made_elsewhere_is_in_the_file_too(filed):
    office, file = filed
    changed = f"{in_force(office)}\n[master_data]\nstock_when_untracked = 7\n"
    change_settings.change(office.site.installation, "kauri", changed, "by hand")
    assert file.read_text() == changed
    change_settings.undo(office.site.installation, "kauri", None)
    assert "stock_when_untracked" not in file.read_text()
    publish(office)
    assert stock(office) == "999"


@pytest.mark.parametrize(("content", "words"), [(b"\xff\xfe", "it is not UTF-8"), (b"#" * 1024**2 * 2, "larger than")])
def test_what_is_no_text_is_refused_and_a_file_that_is_gone_is_written_again(filed, content, words):
    office, file = filed
    file.write_bytes(content)
    publish(office, REFUSED)
    assert words in said(office, REFUSED[1])
    file.unlink()
    publish(office)
    assert file.read_text() == in_force(office)


def test_a_file_nobody_asked_for_is_not_looked_at_nor_overwritten(office):
    file = office.site.folder.with_name("site-sheets") / "settings.toml"
    file.parent.mkdir()
    file.write_text("calls_per_day = 1\n")
    publish(office)
    assert "calls_per_day" not in in_force(office)
    with pytest.raises(SetupError, match="other settings than those in force"):
        change_settings.export(office.site.installation, "kauri")
    assert file.read_text() == "calls_per_day = 1\n"


def test_a_dry_run_leaves_an_edit_for_the_next_run(filed):
    office, file = filed
    publish(office)
    edited = f"{in_force(office)}\n[master_data]\nstock_when_untracked = 7\n"
    file.write_text(edited)
    dry_run.plan(office.site.installation, office.site.connection, MASTER_DATA)
    assert (file.read_text(), "stock_when_untracked" in in_force(office)) == (edited, False)
