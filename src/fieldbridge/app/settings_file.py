"""The settings of a connection as a file beside its sheets, for offices that want one they can open and save.

It is the same text as in the ledger: a change of either reaches the other, and neither ever overwrites an edit that
was not taken yet.
"""

from pathlib import Path

from fieldbridge.core.errors import SetupError
from fieldbridge.field.folder.disk import reaching
from fieldbridge.field.folder.publish import stage

NAME = "settings.toml"
MAX_BYTES = 1024 * 1024


def place(shared: Path) -> Path:
    """Where it lies: in the shared folder's name with `-sheets` after it, wherever the sheets are."""
    return shared.with_name(f"{shared.name}-sheets") / NAME


def read(shared: Path) -> str | None:
    """What it holds; None when there is none. Errors: ValueError when it is no text that can be read; OutageError."""
    file = place(shared)
    if not file.is_file():
        return None
    with reaching(file.parent), file.open("rb") as handle:
        content = handle.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ValueError(f"it is larger than {MAX_BYTES} bytes")
    try:
        return plain(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8") from None


def plain(text: str) -> str:
    """The text with the line ends it has here, whichever the editor wrote."""
    return text.replace("\r\n", "\n")


def renew(shared: Path, text: str, before: str) -> None:
    """Write what is now in force. Errors: SetupError when it holds an edit that was not taken yet; OutageError."""
    if _held(shared) not in (None, plain(before), plain(text)):
        raise SetupError(
            "settings.file_waits",
            f"{place(shared)} holds other settings than those in force. Nothing was changed.",
            remedy="Let the next run take it, or if it was refused, correct it; or move it away.",
        )
    with reaching(shared.parent):
        place(shared).parent.mkdir(exist_ok=True)
    stage(place(shared).parent, NAME, [plain(text).encode()]).commit()


def _held(shared: Path) -> str | None:
    try:
        return read(shared)
    except ValueError:
        return "\0"
