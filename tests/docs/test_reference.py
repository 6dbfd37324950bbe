"""The reference says what the product does: every code, command, option and setting, and no other."""

import ast
import contextlib
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import typer

from fieldbridge.app.connection_settings import ConnectionSettings
from fieldbridge.app.settings import Settings
from fieldbridge.cli.main import app
from fieldbridge.core import errors
from fieldbridge.core.records.sheets import SHEETS, columns_of
from fieldbridge.core.rules import PRECEDENCE
from fieldbridge.field.sheets.template import KINDS

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "fieldbridge"
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *DOCS.rglob("*.md")])
CODE = re.compile(r"[a-z]+\.[a-z_]+")
# What writes to the activity log.
WRITERS = ("log", "log_each", "record", "record_each")
# The local Xero's own words are not ours.
SKIPPED = ("standin", "migrations")
FAILURES = {name for name, found in vars(errors).items() if isinstance(found, type) and issubclass(found, Exception)}


def page(name: str) -> str:
    return (DOCS / "reference" / name).read_text(encoding="utf-8")


# Codes: whatever fills a parameter or a field called `code`.


def modules() -> Iterator[ast.Module]:
    for file in sorted(SOURCE.rglob("*.py")):
        if not set(SKIPPED) & set(file.relative_to(SOURCE).parts):
            yield ast.parse(file.read_text(encoding="utf-8"))


def taking_code(tree: ast.Module) -> dict[str, int]:
    """The functions and classes of a module that take a code, and in which place."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            names = [arg.arg for arg in node.args.args]
        elif isinstance(node, ast.ClassDef):
            names = [part.target.id for part in node.body if isinstance(part, ast.AnnAssign)]
        else:
            continue
        if "code" in names:
            found[node.name] = names.index("code")
    return found


def given_codes(tree: ast.Module, takers: dict[str, int]) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        place = takers.get(name, 0 if name in FAILURES else None)
        if place is not None and place < len(node.args):
            yield node.args[place]
        yield from (keyword.value for keyword in node.keywords if keyword.arg == "code")


def codes() -> tuple[set[str], set[str]]:
    """Shape: whole codes, and the beginnings of those that are put together when they happen."""
    trees = list(modules())
    shared = {name: place for tree in trees for name, place in taking_code(tree).items() if not name.startswith("_")}
    whole: set[str] = set()
    begun: set[str] = set()
    for tree in trees:
        given = list(given_codes(tree, shared | taking_code(tree)))
        beginnings = {
            part.values[0].value
            for part in given
            if isinstance(part, ast.JoinedStr) and isinstance(part.values[0], ast.Constant)
        }
        literals = {part.value for part in given if isinstance(part, ast.Constant) and isinstance(part.value, str)}
        whole |= {one for one in literals if CODE.fullmatch(one)}
        # A module that puts its codes together from a beginning gives the ends as plain words.
        ends = {one for one in literals if re.fullmatch(r"[a-z_]+", one)}
        whole |= {beginning + end for beginning in beginnings for end in ends}
        if not ends:
            begun |= beginnings
    return whole, begun


def test_every_code_has_a_heading_and_every_heading_a_code():
    whole, begun = codes()
    assert len(whole) > 40
    headings = re.findall(r"^### (\S+)$", page("problems.md"), re.MULTILINE)
    assert len(headings) == len(set(headings))
    missing = whole - set(headings)
    assert not missing, f"in the code, not in problems.md: {sorted(missing)}"
    made = [one for one in headings if one not in whole and not one.startswith(tuple(begun))]
    assert not made, f"in problems.md, not in the code: {made}"
    for beginning in begun:
        assert any(one.startswith(beginning) for one in headings), f"no heading begins with {beginning}"


def test_every_code_says_what_to_do():
    sections = re.split(r"^### ", page("problems.md"), flags=re.MULTILINE)[1:]
    lacking = [section.split()[0] for section in sections if "**What to do:**" not in section]
    assert not lacking


# Commands and options.


def commands() -> dict[str, list[str]]:
    """Shape: the command's name to the names of its options and arguments as one types them."""
    group = typer.main.get_command(app)
    found = {"": [option for one in group.params for option in one.opts]}
    for name, command in group.commands.items():
        found[name] = [option for one in command.params for option in (*one.opts, *one.secondary_opts)]
    return found


@pytest.mark.parametrize("name", [one for one in commands() if one])
def test_every_command_is_in_the_reference_with_its_options(name):
    text = page("commands.md")
    section = re.search(rf"^## {name}$(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert section, f"commands.md has no section for {name}"
    lacking = [option for option in commands()[name] if option.startswith("-") and f"`{option}" not in section[1]]
    assert not lacking, f"commands.md does not name {lacking} of {name}"


def test_commands_of_the_reference_exist():
    headed = set(re.findall(r"^## ([a-z-]+)$", page("commands.md"), re.MULTILINE))
    assert headed == {one for one in commands() if one}


def test_the_options_every_command_shares_are_in_the_reference():
    assert all(f"`{option}" in page("commands.md") for option in commands()[""] if option != "--help")


def typed() -> list[str]:
    """Every line of every page that somebody is to type as it stands."""
    block = re.compile(r"^```\w*\n(.*?)^```", re.DOTALL | re.MULTILINE)
    blocks = [part for file in PAGES for part in block.findall(file.read_text("utf-8"))]
    lines = {line.strip().removeprefix("sudo ") for one in blocks for line in one.splitlines()}
    return sorted(line for line in lines if line.startswith("fieldbridge ") and "COMMAND" not in line)


def test_enough_lines_are_to_be_typed():
    assert len(typed()) > 60


@pytest.mark.parametrize("line", typed())
def test_what_a_page_says_to_type_is_understood(line, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("kauri.toml").touch()
    arguments = shlex.split(line.partition(" > ")[0].partition(" || ")[0], comments=True)[1:]
    # A date the shell works out.
    arguments = ["2026-07-01" if one.startswith("$(date") else one for one in arguments]
    with contextlib.suppress(typer.Exit):
        group = typer.main.get_command(app)
        whole = group.make_context("fieldbridge", arguments)
        name, command, rest = group.resolve_command(whole, [*whole._protected_args, *whole.args])
        command.make_context(name, rest, parent=whole)


# Settings.


def keys(struct: type[msgspec.Struct], prefix: str = "") -> Iterator[str]:
    """Every key of the settings of a connection, as a dotted name."""
    for one in msgspec.structs.fields(struct):
        if isinstance(one.type, type) and issubclass(one.type, msgspec.Struct):
            yield from keys(one.type, f"{prefix}{one.encode_name}.")
        else:
            yield f"{prefix}{one.encode_name}"


def test_every_setting_is_in_the_reference():
    text = page("settings.md")
    wanted = set(keys(ConnectionSettings))
    # The six master files share their three keys; the page names each file once and the keys once.
    files = {one.rpartition(".")[0] for one in wanted if one.endswith(".columns")}
    wanted = {one for one in wanted if one.rpartition(".")[0] not in files} | files
    lacking = [one for one in sorted(wanted) if f"`{one}`" not in text]
    assert not lacking, f"settings.md does not name {lacking}"
    assert all(f"`{one}`" in text for one in ("name", "columns", "header"))


def test_settings_of_the_reference_exist():
    known = set(keys(ConnectionSettings)) | {one.rpartition(".")[0] for one in keys(ConnectionSettings)}
    named = re.findall(r"^\| `((?:transactions|master_data|schedule|profile)\.[a-z_.0-9]+)`", page("settings.md"), re.M)
    assert named
    assert not [one for one in named if one not in known]


def test_every_environment_variable_is_in_the_reference():
    lacking = [one for one in Settings.model_fields if f"`FIELDBRIDGE_{one.upper()}`" not in page("settings.md")]
    assert not lacking


# Events.


def events() -> set[str]:
    """What is written to the activity log."""
    found = set()
    for tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in WRITERS:
                for part in (part for arg in node.args for part in ast.walk(arg)):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str) and CODE.fullmatch(part.value):
                        found.add(part.value)
    return found


def test_every_event_is_in_the_reference():
    lacking = [one for one in sorted(events()) if f"`{one}`" not in page("log.md")]
    assert len(events()) > 8
    assert not lacking


# Links.


@pytest.mark.parametrize("file", PAGES, ids=lambda file: str(file.relative_to(ROOT)))
def test_relative_links_lead_somewhere(file):
    text = re.sub(r"```.*?```", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = re.findall(r"\]\(([^)\s]+)\)|(?:src|srcset|href)=\"([^\"]+)\"", text)
    broken = []
    for target in (one or other for one, other in targets):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        found = (file.parent / path).resolve() if path else file
        if not found.exists() or (anchor and found.suffix == ".md" and anchor not in anchors(found)):
            broken.append(target)
    assert not broken


def anchors(file: Path) -> set[str]:
    """How GitHub names the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.replace("`", "").lower()).replace(" ", "-") for one in headings}


# Sheets.


def test_every_column_of_every_sheet_is_in_the_reference():
    text = page("sheets.md")
    for name, row_type in SHEETS.items():
        section = re.search(rf"^## {name}$(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
        assert section, f"sheets.md has no section for {name}"
        rows = [
            f"| `{one.name}`{'*' * one.required} | {KINDS[one.kind]} | {one.column.meaning} | {one.column.example} |"
            for one in columns_of(row_type)
        ]
        assert [line for line in section[1].splitlines() if line.startswith("| `")] == rows


def test_the_ranks_of_price_rules_stand_in_the_reference_in_their_order():
    words = {"everyone": "everyone", "the customer's price group": "price_group", "the customer": "customer"}
    on = {"the product's group": "product_group", "the product": "product"}
    rows = re.findall(r"^\| \d+ \| (.+?) \| (.+?) \| (.+?) \|$", page("sheets.md"), re.MULTILINE)
    assert tuple(f"{words[who]} {on[what]} {how.split()[0]}" for who, what, how in rows) == PRECEDENCE
