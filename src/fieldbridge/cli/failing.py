"""What becomes of a failure: one of ours, with a code, what to do, and an exit code, whatever was raised."""

import sys
import traceback

import typer

from fieldbridge.core.errors import FieldbridgeError, OutageError, SetupError, SurpriseError


def ours(error: Exception) -> FieldbridgeError:
    """The failure a person is told. What nobody foresaw leaves its traceback on standard error.

    Shape: without a message where all has been said, as when help was shown because nothing was asked.
    """
    if isinstance(error, FieldbridgeError):
        return error
    if isinstance(error, typer.Abort):
        return SetupError("command.aborted", "What was asked for was not entered.", remedy="Nothing was changed.")
    if isinstance(error, typer.TyperException):
        return SetupError("command.usage", error.format_message(), remedy=f"See: {_command(error)} --help")
    if isinstance(error, OSError):
        return _refused_by_system(error)
    return _outage(error) or _unforeseen(error)


def _command(error: typer.TyperException) -> str:
    context = getattr(error, "ctx", None)
    return context.command_path if context else "fieldbridge"


def _refused_by_system(error: OSError) -> SetupError:
    place = f"{error.filename} cannot be used" if error.filename else "The system refused"
    return SetupError(
        "command.file", f"{place}: {error.strerror or error}.", remedy="Check the path, and who may read and write it."
    )


def _outage(error: Exception) -> FieldbridgeError | None:
    # Not imported: a command that met no database must not load its library to learn that.
    library = sys.modules.get("sqlalchemy.exc")
    if library is None or not isinstance(error, library.OperationalError | library.InterfaceError):
        return None
    said = " ".join(str(error.orig).split())
    return OutageError("database.outage", f"The database did not answer: {said}", remedy="Run `fieldbridge doctor`.")


def _unforeseen(error: Exception) -> SurpriseError:
    traceback.print_exception(error)
    return SurpriseError(
        "command.fault",
        f"fieldbridge failed in a way nobody foresaw ({type(error).__name__}).",
        remedy="Report it, with what stands above. Nothing that was sent to Xero is lost or sent twice.",
    )
