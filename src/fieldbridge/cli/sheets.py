"""The office's sheets and the prices that come of them."""

import sys
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from fieldbridge.cli.here import here
from fieldbridge.cli.output import Json, Output, output
from fieldbridge.cli.runs import Only

if TYPE_CHECKING:
    from fieldbridge.app.sheets import Checked, Explained

SheetName = Annotated[
    str | None, typer.Argument(help="prices, products, customers, addresses or staff. All otherwise.")
]


class Doing(StrEnum):
    """What to do with sheets."""

    CREATE = "create"
    CHECK = "check"
    EXPLAIN = "explain"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (sheets, price):
        app.command()(command)


def sheets(
    context: typer.Context,
    doing: Annotated[Doing, typer.Argument(help="create a template, check for faults, explain the columns.")],
    name: SheetName = None,
    connection: Only = None,
    csv: Annotated[bool, typer.Option("--csv", help="Create a CSV file instead of a workbook.")] = False,
    as_json: Json = False,
) -> None:
    """Begin, check and understand the sheets that hold what Xero has no place for.

    [bold]create[/] writes templates. [bold]check[/] lists every fault of the files as they lie there, and changes
    nothing; exit code 1 when there is any. [bold]explain[/] says what each column does and what is in force.
    """
    {Doing.CREATE: _create, Doing.CHECK: _check, Doing.EXPLAIN: _explain}[doing](
        context, name, connection, csv, as_json
    )


def _create(context: typer.Context, name: str | None, connection: str | None, csv: bool, as_json: bool) -> None:
    from fieldbridge.app.sheets import create
    from fieldbridge.core.records.sheets import SHEETS

    with here(context) as installation:
        made = [
            str(create(installation, one, sheet, as_csv=csv))
            for one in installation.connections(connection)
            for sheet in ([name] if name else SHEETS)
        ]
    shown = output()
    shown.show({"created": made}, lambda: shown.say("\n".join(made)), as_json=as_json)


def _check(context: typer.Context, name: str | None, connection: str | None, _csv: bool, as_json: bool) -> None:
    from fieldbridge.app.sheets import check

    shown = output()
    with here(context) as installation, shown.err.status("checking") as status:
        found = [
            one
            for each in installation.connections(connection)
            for one in check(installation, each, name, status.update)
        ]
    shown.show(found, lambda: _tell_checked(found, shown), as_json=as_json)
    sys.exit(1 if any(one.faults or one.missing or one.idle for one in found) else 0)


def _tell_checked(found: "list[Checked]", shown: Output) -> None:
    for one in found:
        verdict = "refused" if one.faults else "good"
        shown.say(f"{one.connection} {one.file}: {verdict}, {one.rows} good rows")
        for fault in one.faults:
            shown.say(f"  ! {fault}")
        for fault in one.missing:
            shown.say(f"  - {fault}; this row is left out")
        for fault in one.idle:
            shown.say(f"  ~ {fault}")
    if not found:
        shown.say("There is no sheet yet. Begin with: fieldbridge sheets create")


def _explain(context: typer.Context, name: str | None, connection: str | None, _csv: bool, as_json: bool) -> None:
    from fieldbridge.app.sheets import explain

    with here(context) as installation:
        found = [one for each in installation.connections(connection) for one in explain(installation, each, name)]
    shown = output()

    def words() -> None:
        for one in found:
            _tell_explained(one, shown)

    shown.show(found, words, as_json=as_json)


def _tell_explained(one: "Explained", shown: Output) -> None:
    rows = [[each.name + ("*" if each.required else ""), each.kind, each.meaning, each.example] for each in one.columns]
    shown.table(f"{one.sheet}: {one.about}", ["column", "holds", "meaning", "example"], rows)
    if one.read_at:
        shown.say(f"In force for {one.connection}: {one.file}, {one.rows} rows, read {one.read_at:%Y-%m-%d %H:%M} UTC.")
    else:
        shown.say(f"Nothing is in force for {one.connection}. It would be read from {one.folder}.")
    if one.refused:
        shown.say(f"The last file looked at was refused: {one.refused}")


def price(
    context: typer.Context,
    customer: Annotated[str, typer.Argument(help="The customer's code.")],
    product: Annotated[str, typer.Argument(help="The item's code.")],
    qty: Annotated[str, typer.Option(help="How many.")] = "1",
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="On another day than today.")] = None,
    connection: Only = None,
    as_json: Json = False,
) -> None:
    """Explain the price of a product for a customer, step by step: Xero's price, the level, and every rule."""
    from decimal import Decimal, InvalidOperation

    from fieldbridge.app.prices import explain

    try:
        quantity = Decimal(qty)
    except InvalidOperation:
        quantity = Decimal(0)
    if not quantity.is_finite() or quantity <= 0:
        raise typer.BadParameter(f"{qty} is not a number over 0", param_hint="--qty")
    with here(context) as installation:
        found = [
            explain(installation, one, (customer, product), on.date() if on else None, quantity)
            for one in installation.connections(connection)
        ]
    shown = output()

    def words() -> None:
        for one in found:
            rows = [[step.outcome, step.said, f"{step.price:f}", step.number] for step in one.steps]
            shown.table(
                f"{one.connection}: {one.quantity} {product} for {customer} on {one.on}",
                ["", "step", "price", "row"],
                rows,
            )
            shown.say(f"Price: {one.price:f} without tax.")
            if one.buyer.discount:
                shown.say(f"Tablets also know the customer's standing discount of {one.buyer.discount:f} %.")

    shown.show(found, words, as_json=as_json)
