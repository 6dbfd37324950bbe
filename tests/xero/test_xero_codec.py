"""Xero's JSON: both forms of dates, money to the last digit, answers that are cut off."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldbridge.core.errors import SurpriseError
from fieldbridge.xero.codec import Wire, calendar_day, decode, encode, header_time, instant


class Priced(Wire, frozen=True, kw_only=True):
    unit_price: Decimal = Decimal(0)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("/Date(1439434356790)/", datetime(2015, 8, 13, 2, 52, 36, 790000, tzinfo=UTC)),
        ("/Date(1419937200000+0000)/", datetime(2014, 12, 30, 11, 0, tzinfo=UTC)),
        ("/Date(1419937200000+1300)/", datetime(2014, 12, 30, 11, 0, tzinfo=UTC)),
        ("/Date(1419937200000-0500)/", datetime(2014, 12, 30, 11, 0, tzinfo=UTC)),
        ("/Date(-86400000)/", datetime(1969, 12, 31, tzinfo=UTC)),
        ("/Date(-1+0000)/", datetime(1969, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)),
        ("2009-05-27T00:00:00", datetime(2009, 5, 27, tzinfo=UTC)),
        ("2018-11-02T16:31:30Z", datetime(2018, 11, 2, 16, 31, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_in_every_form_and_an_offset_is_never_added(text, moment):
    assert instant(text) == moment
    assert instant(text).tzinfo is not None


@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)))
def test_any_moment_to_the_millisecond_survives(moment):
    wanted = moment.replace(microsecond=moment.microsecond // 1000 * 1000, tzinfo=UTC)
    milliseconds = (wanted - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    assert instant(f"/Date({milliseconds})/") == wanted
    assert instant(f"/Date({milliseconds}+0000)/") == wanted


def test_a_calendar_day_is_the_utc_day_whatever_the_offset():
    assert calendar_day("/Date(1719705600000+0000)/") == date(2024, 6, 30)
    assert calendar_day("/Date(1719705600000+1300)/") == date(2024, 6, 30)


def test_if_modified_since_is_written_in_utc_without_a_zone():
    auckland = timezone(timedelta(hours=13))
    assert header_time(datetime(2026, 1, 1, 13, 0, 5, 999, tzinfo=auckland)) == "2026-01-01T00:00:05"


@pytest.mark.parametrize("text", ["", "yesterday", "/Date(x)/", "/Date(99999999999999999999)/"])
def test_a_moment_that_is_none_is_a_surprise(text):
    with pytest.raises(SurpriseError):
        instant(text)


@pytest.mark.parametrize("body", [b'{"UnitPrice":4.2525}', b'{"UnitPrice":"4.2525"}'])
def test_money_is_exact_from_numbers_and_from_text(body):
    assert decode(body, Priced, "a price").unit_price == Decimal("4.2525")


@given(st.decimals(-(10**9), 10**9, places=4))
def test_money_survives_the_way_there_and_back(amount):
    body = encode({"UnitPrice": amount})
    assert b'"' not in body.removeprefix(b'{"UnitPrice":')
    assert decode(body, Priced, "a price").unit_price == amount


def test_what_is_not_known_is_passed_over():
    assert decode(b'{"New":{"Deep":[1]},"UnitPrice":1}', Priced, "a price").unit_price == 1


@pytest.mark.parametrize(
    "body",
    [b"", b'{"UnitPrice":4.2', b"[]", b'{"UnitPrice":{}}', b"<html>", b'{"UnitPrice":"\xff"}', b'{"New":' * 100_000],
    ids=["nothing", "half", "a list", "another shape", "a page", "no text", "nested without end"],
)
def test_a_cut_off_or_foreign_answer_is_a_surprise_that_says_about_what(body):
    with pytest.raises(SurpriseError) as caught:
        decode(body, Priced, "the prices")
    assert caught.value.code == "xero.unreadable"
    assert "the prices" in caught.value.message
    assert f"{len(body)} bytes" in caught.value.message


def test_nothing_is_a_float_on_the_way_out():
    assert encode({"a": Decimal("0.10"), "b": Decimal("12345678901234567.8901")}) == (
        b'{"a":0.10,"b":12345678901234567.8901}'
    )
    assert msgspec.json.decode(encode({"a": Decimal("0.10")}), type=dict[str, Decimal])["a"] == Decimal("0.10")
