"""How commands speak: tables and plain words on a terminal, JSON on request, errors with what to do."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from fieldbridge.core.errors import FieldbridgeError, SetupError

Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines instead of words for people.")]


@dataclass(frozen=True)
class Output:
    """Where a command prints. Shape: out for results, err for what goes wrong."""

    out: Console
    err: Console

    def json(self, value: object) -> None:
        """Print one JSON value."""
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(value, enc_hook=str)).decode() + "\n")

    def say(self, text: str) -> None:
        """Print words."""
        self.out.print(text, highlight=False, markup=False, soft_wrap=True)

    def show(self, value: object, words: Callable[[], None], *, as_json: bool) -> None:
        """Print a result in one form or the other."""
        if as_json:
            self.json(value)
        else:
            words()

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Print a table. Text from outside is never read as markup."""
        made = Table(title=title or None, title_justify="left", header_style="bold", row_styles=["", "dim"])
        for column in columns:
            made.add_column(column, justify="right" if column in NUMERIC else "left", overflow="fold")
        for row in rows:
            made.add_row(*(plain(cell) for cell in row))
        self.out.print(made)

    def fail(self, error: FieldbridgeError, *, as_json: bool) -> None:
        """Print what happened, to which record, and what to do. As JSON it is one line, the last one."""
        if as_json:
            told = {"code": error.code, "message": error.message, "remedy": error.remedy, "exit_code": error.exit_code}
            sys.stderr.write(msgspec.json.encode({"error": told}).decode() + "\n")
            return
        self.err.print(f"[bold red]Error[/] [dim]{error.code}[/]")
        self.err.print(error.message, highlight=False, markup=False, soft_wrap=True)
        if error.remedy:
            self.err.print(f"→ {error.remedy}", highlight=False, markup=False, soft_wrap=True)


NUMERIC = (
    "orders",
    "taken",
    "posted",
    "in Xero",
    "differs",
    "total",
    "rows",
    "before",
    "calls",
    "problems",
    "lines",
    "run",
)


def plain(cell: Any) -> str:
    """Text from outside, not to be read as markup."""
    text = "" if cell is None else str(cell)
    return text.replace("[", "\\[")


def visible(text: str) -> str:
    """Text from outside without anything that could steer a terminal."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)


def several(count: int, what: str) -> str:
    """So many of something."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def ask(what: str, *, hidden: bool = False) -> str:
    """Ask a person for something, on standard error: standard output is for results.

    What is piped in is read a line each. Errors: SetupError when nothing is entered.
    """
    try:
        said = str(typer.prompt(what, hide_input=hidden, err=True)) if sys.stdin.isatty() else sys.stdin.readline()
    except typer.Abort:
        typer.echo(err=True)
        said = ""
    if not said.strip():
        raise SetupError(
            "command.aborted",
            f"Nobody entered what was asked for: {what}.",
            remedy="Without a terminal, give it as an option or a variable: see the command's --help.",
        )
    return said.strip()


def output() -> Output:
    """The output of this process; colours only on a terminal."""
    return Output(Console(), Console(stderr=True))
