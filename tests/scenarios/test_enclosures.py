"""Files and notes that go with a document: what is attached in Xero, and what is refused with a reason."""

from decimal import Decimal

import pytest

from app.scene import codes, lay, order, posted, processed, raw, settle_transactions
from fieldbridge.app import problems
from fieldbridge.core.records.field import NewCustomer
from fieldbridge.field.folder.beside import read_beside
from fieldbridge.field.folder.profile import HD1
from fieldbridge.store.ledger import runs
from support.site import settled

PDF = b"%PDF-1.7\nslip"
PHOTO = b"\xff\xd8\xff\xe0" + b"x" * 100
MEGABYTE = 1024 * 1024


@pytest.fixture
def office(office):
    settle_transactions(office.site, "attach_files = true")
    return office


def put(office, name: str, content: bytes) -> None:
    """Lay a file beside the order files, written a minute ago."""
    (office.site.folder / name).write_bytes(content)
    settled(office.site.folder / name)


def send(office, *names: str, **files: bytes):
    for name, content in files.items():
        put(office, name.replace("_dot_", "."), content)
    lay(office.site, "1.txt", raw(order(1, files=names)))
    return office.site.sync()


def attached(office) -> dict[str, tuple[str, bytes]]:
    """Shape: name to (MIME type, content) on the one invoice."""
    (made,) = office.books.invoices.rows()
    rows = office.books.attachments.find("document", made["InvoiceID"])
    return {one["FileName"]: (one["MimeType"], one["Content"]) for one in rows}


def test_a_slip_and_a_photo_are_attached_and_put_away(office):
    assert send(office, "slip.pdf", "shop front.jpg", slip_dot_pdf=PDF, **{"shop front.jpg": PHOTO}).exit_code == 0
    assert attached(office) == {"slip.pdf": ("application/pdf", PDF), "shop front.jpg": ("image/jpeg", PHOTO)}
    kept = processed(office.site)
    assert sorted(kept.values()) == sorted([PDF, PHOTO, kept["1.txt"]])
    assert not (office.site.folder / "slip.pdf").exists()


def test_a_lying_extension_is_put_right_by_what_the_file_holds(office):
    assert send(office, "photo.jpg", photo_dot_jpg=PDF).exit_code == 0
    assert attached(office) == {"photo.jpg.pdf": ("application/pdf", PDF)}


REFUSED = [
    ("empty.pdf", b"", "attachment.size"),
    ("large.pdf", PDF + b"\0" * (10 * MEGABYTE), "attachment.size"),
    ("program.pdf", b"MZ\x90\x00 not a document", "attachment.content"),
    ("missing.pdf", None, "attachment.missing"),
    ("../secret.pdf", PDF, "attachment.name"),
    ("/etc/hosts", None, "attachment.name"),
    ("C:\\slip.pdf", None, "attachment.name"),
    ("ā" * 122 + ".pdf", PDF, "attachment.name"),
    ("a\u202egpj.pdf", None, "attachment.name"),
]


@pytest.mark.parametrize(("name", "content", "code"), REFUSED, ids=[row[2] + " " + row[0][:9] for row in REFUSED])
def test_a_file_that_cannot_go_is_a_problem_and_its_document_goes_without_it(office, name, content, code):
    if content is not None:
        put(office, name, content)
    assert send(office, name, "slip.pdf", slip_dot_pdf=PDF).exit_code == 1
    assert posted(office.site).keys() == {"SO-BV1"}
    assert attached(office).keys() == {"slip.pdf"}
    (problem,) = office.site.problems()
    assert (problem.key, problem.code) == ("BV1", code)
    assert problem.message.isprintable()
    assert problem.remedy


def test_every_file_that_cannot_go_is_named(office):
    put(office, "empty.pdf", b"")
    put(office, "large.pdf", PDF + b"\0" * (10 * MEGABYTE))
    assert send(office, "gone.pdf", "empty.pdf", "lost.jpg", "large.pdf").exit_code == 1
    said = {one.code: one.message for one in office.site.problems()}
    assert said.keys() == {"attachment.missing", "attachment.size"}
    assert all(name in said["attachment.missing"] for name in ("gone.pdf", "lost.jpg"))
    assert all(name in said["attachment.size"] for name in ("empty.pdf", "large.pdf"))


def test_a_link_out_of_the_folder_is_not_followed(office, tmp_path):
    (tmp_path / "secret.pdf").write_bytes(PDF)
    (office.site.folder / "slip.pdf").symlink_to(tmp_path / "secret.pdf")
    assert send(office, "slip.pdf").exit_code == 1
    assert (attached(office), codes(office.site)) == ({}, [("BV1", "attachment.not_regular")])


def test_a_photo_that_comes_late_is_attached_by_a_retry(office):
    assert send(office, "slip.pdf").exit_code == 1
    put(office, "slip.pdf", PDF)
    assert problems.retry(office.site.installation, office.site.problems()) == 1
    assert office.site.sync().exit_code == 0
    assert attached(office).keys() == {"slip.pdf"}
    assert len(posted(office.site)) == 1
    assert codes(office.site) == []


def test_a_file_of_one_order_is_never_attached_to_another(office):
    send(office, "slip.pdf", slip_dot_pdf=PDF)
    lay(office.site, "2.txt", raw(order(2, files=("slip.pdf",))))
    assert office.site.sync().exit_code == 1
    assert codes(office.site) == [("BV2", "attachment.missing")]
    put(office, "slip.pdf", PHOTO)
    assert problems.retry(office.site.installation, office.site.problems()) == 1
    assert office.site.sync().exit_code == 0
    assert sorted(len(one["Content"]) for one in office.books.attachments.rows()) == [len(PDF), len(PHOTO)]
    assert len(processed(office.site)) == 4, "neither took the other's place"


def test_a_file_that_is_still_being_written_is_waited_for(office):
    file = office.site.folder / "slip.pdf"
    file.write_bytes(PDF[:6])
    looks = []

    def pause(wait_s: float) -> None:
        looks.append(wait_s)
        if len(looks) < 3:
            file.write_bytes(PDF[: 6 + len(looks)] if len(looks) < 2 else PDF)

    assert read_beside(office.site.folder, HD1, "slip.pdf", "", pause).data == PDF
    assert len(looks) == 3


def test_files_are_left_where_the_office_does_not_want_them(sqlite_site):
    put_there = sqlite_site.folder / "slip.pdf"
    put_there.write_bytes(PDF)
    lay(sqlite_site, "1.txt", raw(order(1, files=("slip.pdf",))))
    assert sqlite_site.sync().exit_code == 0
    assert put_there.exists()
    with sqlite_site.installation.database.read() as tx:
        told = [
            one.fields["note"] for one in runs.events(tx, sqlite_site.connection.id, 50) if one.event == "order.note"
        ]
    assert told == ["slip.pdf: not attached, because transactions.attach_files is off"]


def test_a_photo_of_a_new_customer_is_attached_to_the_contact(office):
    put(office, "shop.jpg", PHOTO)
    new = {"kind": "N", "lines": (), "total": Decimal(0), "tax": Decimal(0), "new_customer": NewCustomer(name="Cafe")}
    lay(office.site, "1.txt", raw(order(1, customer="NEW001", files=("shop.jpg",), **new)))
    assert office.site.sync().exit_code == 0
    (made,) = office.books.contacts.find("name", "cafe")
    assert [one["FileName"] for one in office.books.attachments.find("document", made["ContactID"])] == ["shop.jpg"]


def test_an_eleventh_file_is_a_problem_and_ten_are_attached(office):
    names = [f"{number}.pdf" for number in range(11)]
    assert send(office, *names, **dict.fromkeys(names, PDF)).exit_code == 1
    assert len(attached(office)) == 10
    assert codes(office.site) == [("BV1", "attachment.number")]


def test_a_file_whose_answer_is_lost_is_attached_once(office):
    office.site.xero.fault("lost_after", "Invoices/*/Attachments/*", "PUT")
    send(office, "slip.pdf", slip_dot_pdf=PDF)
    for _ in range(3):
        run = office.site.sync()
    assert (run.exit_code, list(attached(office))) == (0, ["slip.pdf"])


def test_a_note_on_the_document_says_where_it_came_from(office):
    settle_transactions(office.site, "history_note = true")
    assert send(office).exit_code == 0
    (made,) = office.books.invoices.rows()
    told = [one["Details"] for one in office.books.history.find("document", made["InvoiceID"])]
    assert any("order 1, id BV1" in one and "by STESMI" in one for one in told)


def test_without_the_switch_no_note_is_written(office):
    send(office)
    assert not [one for one in office.site.xero.received() if "History" in one["path"]]
