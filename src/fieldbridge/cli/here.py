"""Where a command finds its installation.

Commands import what they do when they are called: `--help`, and a command that needs little, must not wait for the
database toolkit and the durable engine.
"""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from fieldbridge.app.installation import Installation


def here(context: typer.Context) -> "AbstractContextManager[Installation]":
    """The installation in the home that was named, or in the usual one. Errors: SetupError when it cannot be used."""
    from fieldbridge.app.installation import opened
    from fieldbridge.app.settings import load_settings

    return opened(load_settings(context.obj))
