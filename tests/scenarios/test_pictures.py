"""Product pictures: what an office lays beside the folder, and what the cloud then finds in the image catalogue."""

import csv
import io
import os
import warnings

import pytest
from PIL import Image

from app.scene import codes, settle_for
from fieldbridge.app import dry_run
from fieldbridge.app.flows.images import making
from fieldbridge.flows import FLOWS, IMAGES
from support.pictures import claiming, drawn, laid, opened, packed

PICTURE = drawn()
MEGABYTE = 1_000_000


def beside(office):
    """Where the office lays its pictures."""
    folder = office.site.folder
    return folder.with_name(f"{folder.name}-pictures")


def lay(office, **pictures):
    """Lay pictures there, by product: APL_1L is APL-1L.jpg."""
    for name, content in pictures.items():
        laid(beside(office), f"{name.replace('_', '-', 1)}.jpg", content)


def synced(office, accept=""):
    run = office.site.sync(IMAGES, accept)
    assert run.error is None, run.error
    return run


def shown(office):
    """What is in the catalogue: by name, and the list of it, which must agree."""
    folder = office.site.folder / "Images"
    found = {file.name: file.read_bytes() for file in sorted(folder.iterdir())} if folder.exists() else {}
    listed = list(csv.DictReader(io.StringIO((office.site.folder / "Images.csv").read_text("cp1252"), newline="")))
    assert sorted(row["FileName"] for row in listed) == sorted(found)
    assert all(int(row["Bytes"]) == len(found[row["FileName"]]) for row in listed)
    return found


def seen(office, name):
    return opened(office.site.folder / "Images" / name)


def test_a_picture_named_by_its_product_is_shown_and_listed_to_the_byte(office_on_any_database):
    office = office_on_any_database
    lay(office, APL_1L=drawn(3200, 1600), APL_1L_2=PICTURE)
    run = synced(office)
    assert (run.counts["pictures"], run.counts["files"], run.exit_code) == (2, 1, 0)
    assert seen(office, "APL-1L.jpg").size == (1600, 800)
    content = (office.site.folder / "Images.csv").read_bytes().decode("cp1252")
    found = shown(office)
    one, two = found["APL-1L.jpg"], found["APL-1L_2.jpg"]
    rows = list(csv.reader(io.StringIO(content, newline="")))
    assert content.splitlines()[0] == '"SKUCode","Position","FileName","Width","Height","Bytes","SHA256"'
    assert rows[1][:6] == ["APL-1L", "1", "APL-1L.jpg", "1600", "800", str(len(one))]
    assert rows[2][:6] == ["APL-1L", "2", "APL-1L_2.jpg", "40", "30", str(len(two))]
    assert office.site.problems() == []


def test_nothing_but_the_pixels_passes_on(office):
    taken_at = Image.Exif()
    taken_at[0x0112] = 6  # turned by a quarter
    taken_at[0x010F] = "Camera of somebody"
    lay(office, APL_1L=drawn(40, 30, exif=taken_at, comment=b"secret") + b"<script>alert(1)</script>")
    synced(office)
    image = seen(office, "APL-1L.jpg")
    assert image.size == (30, 40)
    assert not image.getexif()
    assert not [mark for mark in (b"secret", b"script", b"somebody") if mark in shown(office)["APL-1L.jpg"]]


def test_only_changed_content_is_made_anew(office):
    lay(office, APL_1L=PICTURE, ORG_1L=PICTURE)
    synced(office)
    file = office.site.folder / "Images" / "APL-1L.jpg"
    before = {one.name: one.stat().st_mtime_ns for one in file.parent.iterdir()}
    office.site.xero.forget_received()
    assert not any(synced(office).counts.values())
    assert office.site.xero.received() == [], "a look at pictures costs no call"
    os.utime(beside(office) / "APL-1L.jpg")
    assert not synced(office).counts.get("pictures"), "the same content with another date"
    lay(office, APL_1L=drawn(colour="blue"))
    assert synced(office).counts["pictures"] == 1
    after = {one.name: one.stat().st_mtime_ns for one in file.parent.iterdir()}
    assert [name for name in after if after[name] != before[name]] == ["APL-1L.jpg"]
    settle_for(office.site, "\n[images]\nlongest_side = 20\n")
    assert synced(office).counts["pictures"] == 2
    assert seen(office, "ORG-1L.jpg").size == (20, 15)


# For each kind of bad file: its name, where * is a product, its content, and why it is set aside.
BAD = [
    ("*.jpg", b"", "picture.empty"),
    ("*.jpg", PICTURE[: len(PICTURE) // 2], "picture.damaged"),
    ("*.jpg", b"MZ" + bytes(300), "picture.format"),
    ("*.jpg", b"%PDF-1.7 " + bytes(300), "picture.format"),
    ("*.tif", drawn(kind="TIFF"), "picture.format"),
    ("*.txt", b"a list of prices", "picture.format"),
    ("*.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "picture.format"),
    ("*.jpg", drawn(kind="PNG"), "picture.extension"),
    ("*.png", PICTURE, "picture.extension"),
    ("*", PICTURE, "picture.extension"),
    ("*.png", claiming(9000, 9000), "picture.too_many_pixels"),
    ("*.png", claiming(60_000, 60_000), "picture.too_many_pixels"),
    ("*.png", claiming(2_000_000_000, 2_000_000_000), "picture.too_many_pixels"),
    ("*.png", claiming(5000, 30), "picture.damaged"),
    ("NOBODY.jpg", PICTURE, "picture.product_unknown"),
    ("*_1.jpg", PICTURE, "picture.product_unknown"),
    ("NOBODY.zip", b"PK not an archive", "picture.archive"),
]


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_every_kind_of_bad_picture_is_set_aside_with_a_reason_and_the_others_go_on(office):
    codes_of = iter([one["Code"] for one in office.books.items.rows() if one["Code"] != "APL-1L"])
    wanted = {}
    for pattern, content, code in BAD:
        name = pattern.replace("*", next(codes_of)) if "*" in pattern else pattern
        laid(beside(office), name, content)
        wanted[name] = code
    huge = f"{next(codes_of)}.jpg"
    laid(beside(office), huge, PICTURE)
    os.truncate(beside(office) / huge, 200 * MEGABYTE)
    wanted[huge] = "picture.too_large"
    lay(office, APL_1L=PICTURE)
    assert synced(office).exit_code == 1
    assert dict(codes(office.site)) == wanted
    assert list(shown(office)) == ["APL-1L.jpg"]
    assert all(one.remedy and one.key in one.message for one in office.site.problems())
    assert synced(office).counts["problems"] == len(wanted), "they wait until somebody has put them right"


def test_what_is_no_file_of_this_folder_is_refused_and_what_is_hidden_left_alone(office, tmp_path):
    lay(office, APL_1L=PICTURE)
    outside = laid(tmp_path / "elsewhere", "private.jpg", PICTURE)
    (beside(office) / "ORG-1L.jpg").symlink_to(outside)
    os.mkfifo(beside(office) / "ORG-1L.png")
    for name in ("Thumbs.db", ".DS_Store", "~$ORG-1L.jpg"):
        laid(beside(office), name, b"x")
    laid(beside(office) / "originals", "ORG-1L.jpg", PICTURE)
    synced(office)
    assert codes(office.site) == [("ORG-1L.jpg", "picture.not_regular"), ("ORG-1L.png", "picture.not_regular")]
    assert list(shown(office)) == ["APL-1L.jpg"]


def test_two_files_for_one_place_are_both_set_aside(office):
    laid(beside(office), "APL-1L.jpg", PICTURE)
    laid(beside(office), "apl-1l.png", drawn(kind="PNG"))
    lay(office, ORG_1L=PICTURE)
    synced(office)
    assert codes(office.site) == [("APL-1L.jpg", "picture.two"), ("apl-1l.png", "picture.two")]
    assert list(shown(office)) == ["ORG-1L.jpg"]


def test_the_last_good_picture_stays_while_its_file_is_bad(office):
    lay(office, APL_1L=PICTURE)
    synced(office)
    before = shown(office)
    lay(office, APL_1L=b"")
    synced(office)
    assert codes(office.site) == [("APL-1L.jpg", "picture.empty")]
    assert shown(office) == before
    lay(office, APL_1L=drawn(colour="blue"))
    synced(office)
    assert office.site.problems() == []
    assert shown(office) != before


# Archives.


@pytest.mark.parametrize(
    ("around", "inside"), [("", True), ("spring pictures/", False)], ids=["in the folder", "instead of the folder"]
)
def test_a_zip_archive_serves_as_well(office, around, inside):
    content = packed({f"{around}APL-1L.jpg": PICTURE, f"{around}ORG-1L.png": drawn(kind="PNG"), "__MACOSX/._x": b"x"})
    if inside:
        laid(beside(office), "spring.zip", content)
    else:
        laid(beside(office).parent, f"{beside(office).name}.zip", content)
    synced(office)
    assert list(shown(office)) == ["APL-1L.jpg", "ORG-1L.jpg"]
    assert not any(synced(office).counts.values())


def test_bad_files_of_an_archive_are_set_aside_and_the_others_go_on(office):
    some = [one["Code"] for one in office.books.items.rows() if one["Code"] != "APL-1L"]
    wanted = {
        f"../{some[0]}.jpg": (PICTURE, "picture.path"),
        f"/etc/{some[1]}.jpg": (PICTURE, "picture.path"),
        f"C:\\Windows\\{some[2]}.jpg": (PICTURE, "picture.path"),
        f"more/{some[3]}.jpg": (PICTURE, "picture.path"),
        f"{some[4]}.bmp": (bytes(20 * MEGABYTE), "picture.archive"),
        f"{some[5]}.zip": (packed({"APL-1L.jpg": PICTURE}), "picture.format"),
        f"{some[6]}.jpg": (PICTURE, "picture.two"),
    }
    files = [("APL-1L.jpg", PICTURE), *((name, content) for name, (content, _) in wanted.items())]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of a name that is there twice
        laid(beside(office), "spring.zip", packed([*files, files[-1]]))
    before = set(office.site.folder.parent.rglob("*"))
    synced(office)
    assert dict(codes(office.site)) == {f"spring.zip/{name}": code for name, (_, code) in wanted.items()}
    assert list(shown(office)) == ["APL-1L.jpg"]
    written = {file.name for file in set(office.site.folder.parent.rglob("*")) - before if "home" not in file.parts}
    assert written == {"Images", "APL-1L.jpg", "Images.csv"}


def test_archives_of_too_much_are_refused_whole(office):
    laid(beside(office), "many.zip", packed({f"{number}.jpg": b"" for number in range(6)}))
    laid(beside(office), "large.zip", packed({f"{number}.jpg": bytes(2000) for number in range(5)}))
    lay(office, APL_1L=PICTURE)
    settle_for(office.site, "\n[images]\narchive_files = 5\narchive_bytes = 9999\n")
    synced(office)
    assert {one.key: one.message for one in office.site.problems()} == {
        "many.zip": "many.zip holds 6 files, more than 5.",
        "large.zip": "large.zip would unpack to 10000 bytes, more than 9999.",
    }
    assert list(shown(office)) == ["APL-1L.jpg"]


def test_an_archive_with_a_password_or_damage_is_set_aside(office):
    locked = bytearray(packed({"ORG-1L.jpg": PICTURE}))
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    laid(beside(office), "locked.zip", bytes(locked))
    torn = bytearray(packed({"ORG-1L_2.jpg": PICTURE}))
    torn[60:80] = bytes(20)
    laid(beside(office), "torn.zip", bytes(torn))
    lay(office, APL_1L=PICTURE)
    synced(office)
    assert codes(office.site) == [
        ("locked.zip/ORG-1L.jpg", "picture.archive"), ("torn.zip/ORG-1L_2.jpg", "picture.archive"),
    ]  # fmt: skip


def test_an_archive_that_cannot_be_opened_retires_nothing(office):
    laid(beside(office), "spring.zip", packed({"APL-1L.jpg": PICTURE}))
    lay(office, ORG_1L=PICTURE)
    synced(office)
    laid(beside(office), "spring.zip", packed({"APL-1L.jpg": PICTURE})[:-30])
    synced(office)
    assert codes(office.site) == [("spring.zip", "picture.archive")]
    assert list(shown(office)) == ["APL-1L.jpg", "ORG-1L.jpg"]


# What goes away.


def test_a_picture_whose_file_is_gone_is_retired(office):
    lay(office, APL_1L=PICTURE, ORG_1L=PICTURE)
    synced(office)
    (beside(office) / "ORG-1L.jpg").unlink()
    assert synced(office).counts["retired"] == 1
    assert list(shown(office)) == ["APL-1L.jpg"]


def test_a_source_that_is_suddenly_empty_halts_the_run_until_that_is_accepted(office):
    lay(office, APL_1L=PICTURE, ORG_1L=PICTURE)
    synced(office)
    for file in beside(office).iterdir():
        file.unlink()
    assert office.site.sync(IMAGES).exit_code == 6
    beside(office).rmdir()
    run = office.site.sync(IMAGES)
    assert run.exit_code == 6
    assert run.error.startswith("guard.pictures_gone: ")
    assert list(shown(office)) == ["APL-1L.jpg", "ORG-1L.jpg"]
    synced(office, accept=run.error.split()[-1])
    assert shown(office) == {}


def test_a_source_that_lost_very_many_halts_the_run(office):
    some = [one["Code"] for one in office.books.items.rows()][:26]
    for code in some:
        laid(beside(office), f"{code}.jpg", PICTURE)
    synced(office)
    for code in some[:21]:
        (beside(office) / f"{code}.jpg").unlink()
    run = office.site.sync(IMAGES)
    assert "21 of the catalogue's 26 pictures" in run.error
    assert len(shown(office)) == 26


def test_what_somebody_took_out_of_the_catalogue_comes_back_and_what_somebody_put_in_stays(office):
    lay(office, APL_1L=PICTURE)
    synced(office)
    file = office.site.folder / "Images" / "APL-1L.jpg"
    before = file.read_bytes()
    file.unlink()
    laid(file.parent, "logo.jpg", PICTURE)
    assert synced(office).counts["pictures"] == 1
    assert file.read_bytes() == before
    assert (file.parent / "logo.jpg").read_bytes() == PICTURE


# Going on.


def test_a_run_that_died_half_way_goes_on_and_leaves_nothing_half_done(office, monkeypatch):
    lay(office, APL_1L=PICTURE, ORG_1L=PICTURE)
    monkeypatch.setattr(making, "BATCH", 1)
    noted = making._note

    def die(context, made):
        if made[0].name == "ORG-1L.jpg":
            raise RuntimeError("the process ends here")
        noted(context, made)

    monkeypatch.setattr(making, "_note", die)
    assert office.site.sync(IMAGES).exit_code == 5
    assert not (office.site.folder / "Images.csv").exists(), "the list never names what may not be there"
    monkeypatch.setattr(making, "_note", noted)
    laid(office.site.folder / "Images", ".APL-1L.jpg.0a0b0c0d.tmp", b"half")
    assert synced(office).counts["pictures"] == 1
    assert list(shown(office)) == ["APL-1L.jpg", "ORG-1L.jpg"]


def test_a_plan_says_what_would_become_of_each_picture_and_changes_nothing(office):
    lay(office, APL_1L=PICTURE, ORG_1L=PICTURE)
    synced(office)
    before = shown(office)
    lay(office, APL_1L_2=PICTURE, APL_1L_3=PICTURE[:-40])
    (beside(office) / "ORG-1L.jpg").unlink()
    plan = dry_run.plan(office.site.installation, office.site.connection, IMAGES)
    assert [(one.name, one.what, one.source) for one in plan.pictures] == [
        ("APL-1L_2.jpg", "publish", "APL-1L_2.jpg"), ("ORG-1L.jpg", "retire", "ORG-1L.jpg"),
    ]  # fmt: skip
    assert [(one.key, one.code) for one in plan.problems] == [("APL-1L_3.jpg", "picture.damaged")]
    assert shown(office) == before
    assert office.site.problems() == []


@pytest.mark.parametrize("where", ["", "Images"])
def test_the_catalogue_is_never_made_of_itself(office, where):
    settle_for(office.site, f"\n[images]\nsource = '{office.site.folder / where}'\n")
    assert office.site.sync(IMAGES).error.startswith("images.source: ")


def test_an_office_without_pictures_is_left_alone(office):
    office.site.xero.forget_received()
    assert not any(synced(office).counts.values())
    assert office.site.xero.received() == []
    assert not (office.site.folder / "Images.csv").exists()
    assert FLOWS[IMAGES].every_s == 3600
