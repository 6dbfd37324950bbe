"""Draws demo.svg anew: `.venv/bin/python docs/pictures/demo.py`, from the folder of the project."""

import os
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

WIDTH = 98
DARK, LIGHT, GREY = (24, 29, 38), (222, 228, 236), (142, 148, 156)
RED, GREEN, AMBER, BLUE, CYAN = (229, 115, 115), (129, 199, 132), (255, 213, 79), (100, 181, 246), (97, 201, 201)
THEME = TerminalTheme(DARK, LIGHT, [GREY, RED, GREEN, AMBER, BLUE, GREY, CYAN, LIGHT])
# A picture on a page fetches no font: it takes one that is there.
FETCHED, NAMED = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL), "Fira Code, monospace"
FONTS = "ui-monospace, SFMono-Regular, Menlo, Consolas, DejaVu Sans Mono, Liberation Mono, monospace"


def played() -> str:
    """What the demo prints on a terminal."""
    command = [Path(sys.executable).with_name("fieldbridge"), "demo", "--once"]
    environment = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": str(WIDTH), "TERM": "xterm"}
    with TemporaryDirectory() as folder:
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return done.stdout


def drawn(text: str) -> str:
    """The same as a picture."""
    console = Console(record=True, width=WIDTH, file=StringIO())
    console.print(Text.from_ansi(text.rstrip()), highlight=False)
    made = console.export_svg(title="fieldbridge demo --once", theme=THEME, unique_id="demo")
    return FETCHED.sub("", made).replace(NAMED, FONTS)


if __name__ == "__main__":
    Path(__file__).with_suffix(".svg").write_text(drawn(played()), encoding="utf-8")
