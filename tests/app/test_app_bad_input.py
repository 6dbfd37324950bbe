"""Bad input, one by one: a Problem in plain words or the right invoice, and the rest of the file goes on."""

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest

from app.scene import TODAY, TOTAL, codes, lay, left, numbers, order, posted, processed, puts, raw, texts, with_line
from fieldbridge.app import problems

replace = msgspec.structs.replace
GOOD = order("100")


def test_a_half_copied_file_is_left_alone_until_it_is_complete_and_then_read_whole(sqlite_site):
    site, content = sqlite_site, raw(GOOD, order("101"))
    lay(site, "orders.txt", content[:-40], settled=False)
    run = site.sync()
    assert (run.exit_code, run.counts.get("files", 0)) == (0, 0)
    assert left(site) == ["orders.txt"]
    assert site.problems() == []
    lay(site, "orders.txt", content)
    assert site.sync().exit_code == 0
    assert posted(site).keys() == {"SO-BV100", "SO-BV101"}
    assert processed(site) == {"orders.txt": content}


@pytest.mark.parametrize("name", ["orders.txt", "orders-2.txt"])
def test_a_file_that_stays_truncated_is_parked_whole_and_posts_when_it_is_sent_again(sqlite_site, name):
    site, content = sqlite_site, raw(GOOD, order("101"))
    lay(site, "orders.txt", content[:-40])
    run = site.sync()
    assert run.exit_code == 1
    assert codes(site) == [("orders.txt", "file.incomplete")]
    assert "none of its 2 orders was posted" in site.problems()[0].message
    assert posted(site) == {}
    assert processed(site) == {"orders.txt": content[:-40]}
    lay(site, name, content)
    assert site.sync().exit_code == 0
    assert posted(site).keys() == {"SO-BV100", "SO-BV101"}
    assert left(site) == []
    assert codes(site) == []


def test_what_can_be_read_of_a_truncated_file_is_posted_when_a_person_says_so(sqlite_site):
    site = sqlite_site
    lay(site, "orders.txt", raw(GOOD, order("101"))[:-40])
    site.sync()
    assert problems.retry(site.installation, site.problems()) == 1
    site.sync()
    assert posted(site).keys() == numbers([GOOD])


def test_what_cannot_be_read_of_a_truncated_file_stays_a_problem_when_the_rest_is_posted(sqlite_site):
    site = sqlite_site
    lay(site, "orders.txt", raw(GOOD, order("101"))[:-40])
    site.sync()
    (found,) = site.problems()
    assert found.message.startswith(
        "The file orders.txt looks cut off; none of its 2 orders was posted. Line 4: a D line"
    )
    problems.retry(site.installation, site.problems())
    assert site.sync().exit_code == 0
    assert codes(site) == [("BV101", "order.fields")]
    lay(site, "corrected.txt", raw(order("101")))
    site.sync()
    assert (posted(site).keys(), codes(site)) == (numbers([GOOD, order("101")]), [])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (raw(GOOD).replace(b",", b";"), "is not a record type"),
        (raw(GOOD).replace(b"\r\n", b"\r"), "a H line has"),
        (raw(GOOD).decode().encode("utf-16-le"), "is not a record type"),
    ],
)
def test_a_file_that_is_laid_out_otherwise_says_so_and_is_never_lost_by_a_retry(sqlite_site, content, said):
    site = sqlite_site
    lay(site, "odd.txt", content)
    site.sync()
    assert said in site.problems()[0].message
    assert problems.retry(site.installation, site.problems()) == 0
    site.sync()
    assert [(one.kind, said in one.message) for one in site.problems()] == [("order", True)]


def test_a_file_of_blank_lines_needs_nothing(sqlite_site):
    lay(sqlite_site, "blank.txt", b" \r\n\r\n")
    sqlite_site.sync()
    assert [(one.code, one.remedy) for one in sqlite_site.problems()] == [("order.empty", "Nothing needs doing.")]


@pytest.mark.parametrize("codec", ["utf-16", "utf-8-sig"])
def test_a_file_with_a_byte_order_mark_is_read_in_its_encoding(site, codec):
    content = raw(with_line("100", note="Mānuka")).decode().encode(codec)
    lay(site, "orders.txt", content)
    assert site.sync().exit_code == 0
    assert texts(posted(site)["SO-BV100"]) == ["Apple juice 1L", "Mānuka"]
    assert processed(site) == {"orders.txt": content}


def test_control_characters_hold_up_nobody(site):
    odd = raw(with_line("100", note="ring\x00 the\x1b bell"), order("9")).replace(b"BV9", b"BV9\x00")
    lay(site, "orders.txt", odd)
    lay(site, "wide.txt", raw(order("8")).decode().encode("utf-16-le"))
    lay(site, "good.txt", raw(order("101")))
    site.sync()
    assert texts(posted(site)["SO-BV100"]) == ["Apple juice 1L", "ring  the  bell"]
    assert posted(site).keys() == {"SO-BV100", "SO-BV101"}
    assert codes(site) == [("BV9 ", "order.number_unusable"), ("wide.txt", "file.incomplete")]


def test_retrying_a_truncated_file_leaves_an_older_file_of_that_name_alone(sqlite_site):
    site = sqlite_site
    lay(site, "orders.txt", raw(order("9", customer="NOB000")))
    site.sync()
    lay(site, "orders.txt", raw(GOOD, order("101"))[:-40])
    site.sync()
    of_file = [one for one in site.problems() if one.kind == "file"]
    assert problems.retry(site.installation, of_file) == 1
    assert codes(site) == [("BV101", "order.fields"), ("BV9", "order.customer_unknown")]


BACK = with_line("8", quantity=Decimal(-12), total=Decimal("-51.00"))
CANNOT_GO = {
    "order.customer_unknown": (order("1", customer="NOB000", customer_name="Nobody's Dairy"), "Nobody's Dairy"),
    "order.product_unknown": (with_line("2", product="NO-SUCH"), "NO-SUCH"),
    "order.address_unknown": (order("3", delivery_code="7"), "no delivery address 7"),
    "order.tax_mode": (order("5", tax_mode="IN"), "IN"),
    "order.tax_code_unknown": (with_line("6", tax_code="42"), "tax code 42"),
    "order.total_differs": (order("7", total=Decimal("51.01")), "58.65 (51.00 + 7.65 tax)"),
    "order.quantity_negative": (order("8", kind="Q", lines=BACK.lines, total=-BACK.total, tax=-BACK.tax), "is a quote"),
    "order.number_unusable": (order("9", cloud_id="BV,9"), "SO-BV,9"),
}


def test_each_order_that_cannot_go_is_parked_in_plain_words_and_the_others_go(sqlite_site):
    site = sqlite_site
    bad = [one for one, _ in CANNOT_GO.values()]
    lay(site, "orders.txt", raw(GOOD, *bad, order("101")))
    run = site.sync()
    assert (run.exit_code, run.error) == (1, None)
    assert posted(site).keys() == {"SO-BV100", "SO-BV101"}
    assert left(site) == []
    found = {one.code: one for one in site.problems()}
    assert found.keys() == CANNOT_GO.keys()
    for code, (parked, words) in CANNOT_GO.items():
        assert found[code].key == parked.key
        assert words in found[code].message
        assert found[code].remedy


def test_an_archived_contact_parks_the_order_and_a_retry_posts_it_once_restored(sqlite_site):
    site = sqlite_site
    other = next(one for one in site.xero.books()["contacts"] if one.get("AccountNumber") not in (None, "", "KER014"))
    site.xero.archive("KER014")
    lay(site, "orders.txt", raw(order("9"), order("100", customer=other["AccountNumber"])))
    assert site.sync().exit_code == 1
    assert posted(site).keys() == numbers([GOOD])
    assert codes(site) == [("BV9", "order.customer_archived")]
    site.xero.restore("KER014")
    assert problems.retry(site.installation, site.problems()) == 1
    assert site.sync().exit_code == 0
    assert posted(site).keys() == {"SO-BV9", "SO-BV100"}
    assert codes(site) == []


BROKEN = {
    "a field too many": (lambda text: text.replace(",EA,", ",EA,EA,"), "order.fields"),
    "a field too few": (lambda text: text.replace(",EA,", ","), "order.fields"),
    "text for a quantity": (lambda text: text.replace(",12,EA", ",a dozen,EA"), "order.number"),
    "a thousands mark": (lambda text: text.replace(",51.00,7.65,", ',"1,051.00",7.65,'), "order.number"),
    "not a number": (lambda text: text.replace(",12,EA", ",NaN,EA"), "order.number"),
    "no such day": (lambda text: text.replace(f"{TODAY}T", "2026-02-30T"), "order.date"),
    "no such kind": (lambda text: text.replace(",O,", ",Z,"), "order.kind"),
    "a quote in a field": (lambda text: text.replace("Apple juice", '"Apple" juice'), "order.quote"),
    "a record type nobody knows": (lambda text: text.replace("D,", "X,"), "order.record_type"),
}


def test_each_broken_line_parks_its_own_order_naming_the_line_and_the_others_go(sqlite_site):
    site = sqlite_site
    spoilt = [spoil(raw(order(at)).decode()).encode() for at, (spoil, _) in enumerate(BROKEN.values(), 1)]
    lay(site, "orders.txt", b"".join([raw(GOOD), *spoilt, raw(order("101"))]))
    assert site.sync().exit_code == 1
    assert posted(site).keys() == {"SO-BV100", "SO-BV101"}
    assert codes(site) == [(f"BV{at}", code) for at, (_, code) in enumerate(BROKEN.values(), 1)]
    assert all("orders.txt: Line " in one.message for one in site.problems())
    lay(site, "again.txt", raw(*(order(at) for at in range(1, len(BROKEN) + 1))))
    assert site.sync().exit_code == 0
    assert len(posted(site)) == len(BROKEN) + 2
    assert codes(site) == []


NOTES = ["Leave at shed, ring bell", 'Ask for "Mere", not him', "Gate code:\nring first", '",\n""', "Tēnā koe 🥝"]


def test_notes_arrive_in_xero_as_they_were_typed_and_never_in_another_order(sqlite_site):
    site = sqlite_site
    noted = [replace(with_line(at, note=note), note=f"{note}!") for at, note in enumerate(NOTES)]
    lay(site, "orders.txt", raw(*noted, GOOD))
    assert site.sync().exit_code == 0
    made = posted(site)
    for at, note in enumerate(NOTES):
        assert texts(made[f"SO-BV{at}"]) == ["Apple juice 1L", note, f"{note}!"]
    assert texts(made["SO-BV100"]) == ["Apple juice 1L"]


def test_every_encoding_of_tablets_is_read(sqlite_site):
    site, note = sqlite_site, "Café entrance, naïve dog – Ünal"
    encodings = ["utf-8", "utf-8-sig", "cp1252"]
    for at, encoding in enumerate(encodings):
        lay(site, f"{encoding}.txt", raw(order(at, note=note)).decode().encode(encoding))
    lay(site, "macrons.txt", raw(order("9", note="Kia ora Whangārei")).decode().encode("utf-8-sig"))
    assert site.sync().exit_code == 0
    made = posted(site)
    assert [texts(made[f"SO-BV{at}"])[-1] for at in range(len(encodings))] == [note] * len(encodings)
    assert texts(made["SO-BV9"])[-1] == "Kia ora Whangārei"


def test_an_order_seen_in_two_files_is_posted_once_and_nobody_is_bothered(sqlite_site):
    site = sqlite_site
    lay(site, "a.txt", raw(GOOD, order("101")))
    lay(site, "b.txt", raw(order("101"), order("102"), order("102")))
    run = site.sync()
    assert (run.exit_code, run.counts["posted"]) == (0, 3)
    lay(site, "c.txt", raw(order("102"), GOOD))
    again = site.sync()
    assert (again.exit_code, again.counts["repeats"], again.counts.get("posted", 0)) == (0, 2, 0)
    assert posted(site).keys() == {"SO-BV100", "SO-BV101", "SO-BV102"}
    assert (left(site), site.problems()) == ([], [])
    assert processed(site).keys() == {"a.txt", "b.txt", "c.txt"}


def test_a_second_file_of_the_same_name_is_kept_beside_the_first(sqlite_site):
    site = sqlite_site
    lay(site, "orders.txt", raw(GOOD))
    site.sync()
    lay(site, "orders.txt", raw(GOOD, order("101")))
    assert site.sync().exit_code == 0
    assert posted(site).keys() == {"SO-BV100", "SO-BV101"}
    assert sorted(processed(site).values(), key=len) == [raw(GOOD), raw(GOOD, order("101"))]


def test_an_order_changed_after_posting_is_parked_and_xero_keeps_the_first_even_if_it_is_tried_again(sqlite_site):
    site = sqlite_site
    lay(site, "a.txt", raw(GOOD))
    site.sync()
    changed = replace(with_line("100", quantity=Decimal(2), total=Decimal("8.50")), total=Decimal("8.50"))
    lay(site, "b.txt", raw(replace(changed, tax=Decimal("1.28")), order("101")))
    assert site.sync().exit_code == 1
    assert codes(site) == [("BV100", "order.changed_after_posting")]
    assert posted(site).keys() == {"SO-BV100", "SO-BV101"}
    assert problems.retry(site.installation, site.problems()) == 0
    site.sync()
    assert codes(site) == [("BV100", "order.changed_after_posting")]
    assert posted(site)["SO-BV100"]["Total"] == TOTAL
    assert len(puts(site.xero)) == 2


def test_a_day_inside_a_locked_period_is_parked_until_the_lock_moves(sqlite_site):
    site = sqlite_site
    day = TODAY - timedelta(days=40)
    site.xero.control("POST", "organisation", {"PeriodLockDate": str(TODAY - timedelta(days=30))})
    lay(site, "orders.txt", raw(order("9", captured_on=day, captured_at=f"{day}T09:00:00"), GOOD))
    assert site.sync().exit_code == 1
    assert posted(site).keys() == numbers([GOOD])
    assert codes(site) == [("BV9", "order.locked_period")]
    site.xero.control("POST", "organisation", {"PeriodLockDate": str(day - timedelta(days=1))})
    problems.retry(site.installation, site.problems())
    assert site.sync().exit_code == 0
    assert "SO-BV9" in posted(site)


def test_files_without_an_order_are_problems_in_plain_words_and_are_kept_and_moved_away(sqlite_site):
    site = sqlite_site
    odd = {"empty.txt": b"", "mark.txt": b"\xef\xbb\xbf", "blank.txt": b"\r\n \r\n", "odd.txt": bytes(range(256)) * 40}
    for name, content in odd.items():
        lay(site, name, content)
    lay(site, "orders.txt", raw(GOOD))
    run = site.sync()
    assert (run.exit_code, run.error) == (1, None)
    assert posted(site).keys() == numbers([GOOD])
    said = " ".join(one.message for one in site.problems())
    assert all(name in said for name in odd)
    assert "The file empty.txt is empty" in said
    assert left(site) == []
    assert {name: content for name, content in processed(site).items() if name in odd} == odd


def test_an_empty_file_alone_is_told_by_the_exit_code_too(sqlite_site):
    site = sqlite_site
    lay(site, "empty.txt", b"")
    assert site.sync().exit_code == 1
    assert codes(site) == [("empty.txt", "file.empty")]
    lay(site, "empty.txt", raw(GOOD))
    assert site.sync().exit_code == 0
    assert codes(site) == []
