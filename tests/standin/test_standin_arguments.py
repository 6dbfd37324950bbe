"""The short texts of the command line, and a server started with them."""

from __future__ import annotations

import json
import subprocess
import sys

import httpx2
import pytest

from fieldbridge.standin import Switches, parse_fault, parse_limits, parse_switches


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("starter", {"calls_per_day": 1000, "connections_per_app": 5}),
        ("core", {"calls_per_day": 5000, "connections_per_app": 50}),
        ("advanced", {"calls_per_day": 5000, "connections_per_app": 10_000, "uncertified_apps": 0}),
        ("100/10/2", {"calls_per_day": 100, "calls_per_minute": 10, "calls_in_flight": 2}),
    ],
)
def test_limits_are_a_plan_or_three_numbers(text, limits):
    assert parse_limits(text) == limits


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "PUT Invoices lost_after 2",
            {"method": "PUT", "path": "/api.xro/2.0/Invoices", "kind": "lost_after", "times": 2},
        ),
        ("* /connect/token 500", {"path": "/connect/token", "kind": "status", "status": 500, "commits": False}),
        ("POST * 503_after", {"path": "*", "status": 503, "commits": True, "times": 1}),
        ("GET * delay=1.5", {"kind": "delay", "delay_s": 1.5}),
        ("GET /connections unavailable", {"kind": "unavailable", "path": "/connections"}),
    ],
)
def test_a_fault_is_method_path_kind_and_times(text, found):
    fault = parse_fault(text)
    assert {name: getattr(fault, name) for name in found} == found


def test_switches_are_names_with_values():
    turned = parse_switches(["not_modified_304=true", "url_limit_bytes=9", "rounding=half_even", "text_group_name=a=b"])
    expected = {"not_modified_304": True, "url_limit_bytes": 9, "rounding": "half_even", "text_group_name": "a=b"}
    assert turned == Switches(**expected)


@pytest.mark.parametrize("text", ["nothing=1", "not_modified_304", "rounding=up", "url_limit_bytes=many"])
def test_a_switch_that_is_none_is_refused(text):
    with pytest.raises(ValueError, match=r"No switch|Invalid|Expected"):
        parse_switches([text])


@pytest.mark.parametrize("text", ["", "GET Items", "GET Items sulk", "GET Items offline soon", "GET Items 5000"])
def test_a_fault_that_is_none_is_refused(text):
    with pytest.raises(ValueError, match=r"METHOD PATH KIND|[Ii]nvalid"):
        parse_fault(text)


@pytest.mark.parametrize("text", ["", "big", "1/2", "1/2/x"])
def test_limits_that_are_none_are_refused(text):
    with pytest.raises(ValueError, match="neither"):
        parse_limits(text)


def command(*arguments):
    small = ("--contacts", "2", "--items", "2", "--history-months", "0")
    return [sys.executable, "-m", "fieldbridge.standin", *small, *arguments]


def test_a_server_is_started_with_organisations_limits_and_faults():
    arguments = ("--org", "One", "--org", "Two", "--limits", "starter", "--calls-per-minute", "7")
    line = command(*arguments, "--fault", "* /connections unavailable 2")
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        books = httpx2.get(f"{url}/standin/books").json()["organisations"]
        assert [one["name"] for one in books] == ["One", "Two"]
        assert [httpx2.get(f"{url}/connections").status_code for _ in range(3)] == [503, 503, 401]
        process.terminate()


def test_what_is_wrong_with_an_argument_is_told():
    for name, text, wrong in (
        ("--fault", "GET Items sulk", "sulk"),
        ("--record", "nowhere/traffic.jsonl", "no folder"),
    ):
        answer = subprocess.run(command(name, text), capture_output=True, text=True, check=False)
        assert answer.returncode == 2
        assert wrong in answer.stderr
