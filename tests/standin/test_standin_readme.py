"""The README tells every switch with the default it really has, and every control route."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import fieldbridge.standin
from fieldbridge.standin import Switches, create_app
from fieldbridge.standin.options import Options

README = Path(fieldbridge.standin.__file__).with_name("README.md").read_text(encoding="utf-8")


def test_every_switch_and_its_default_are_in_the_table():
    for name, value in asdict(Switches()).items():
        shown = (str(value).lower() if isinstance(value, bool) else str(value)) or "empty"
        assert any(f"`{name}`" in line and shown in line for line in README.splitlines()), name


def test_readme_begins_with_what_is_not_imitated():
    assert README.splitlines()[2] == "## What it does not imitate"


def test_every_control_route_is_told():
    app = create_app(Options(contacts=0, items=0, history_months=0))
    paths = {str(getattr(route, "path", "")).partition("{")[0] for route in app.routes}
    assert [path for path in sorted(paths) if path.startswith("/standin/") and path not in README] == []
