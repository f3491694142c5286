"""The floors of the house: a module imports only from floors below its own, and the rules stay pure."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TUI = ROOT / "tui"

FLOORS: tuple[tuple[str, ...], ...] = (
    ("__main__",),
    ("cli",),
    ("headless",),
    ("app", "crash", "driver", "palette", "arguments", "token_report"),
    ("panes",),
    ("widgets", "session", "commands"),
    ("config", "sandbox"),
    ("ordercloud", "access", "tokens", "visible", "exits"),
)
"""From top to bottom. The names on one floor are peers; those of the app's floor are parts of one thing."""

ONE_THING = {"app", "crash", "driver", "palette"}
HEIGHT = {name: len(FLOORS) - index for index, floor in enumerate(FLOORS) for name in floor}

PURE = ("access", "tokens")
_MACHINERY = (
    "anyio asyncio http httpx io keyring logging os pathlib platformdirs random requests secrets select shutil signal "
    "socket sqlite3 ssl starlette subprocess tempfile textual threading time uuid uvicorn"
)
PURE_MAY_NOT_IMPORT = frozenset(_MACHINERY.split())
READS_THE_CLOCK = {"now", "utcnow", "today", "time", "monotonic", "perf_counter"}
NO_SCREEN = ("ordercloud", "sandbox", "access", "tokens")


def imported(tree: ast.AST, module: str) -> Iterator[tuple[str, int]]:
    """Yield every module that a source imports anywhere in it, as its full dotted name, with the line."""
    package = module.split(".")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            start = ".".join([*base, *([node.module] if node.module else [])])
            # `from tui import cli` names the module only in the alias
            yield from ((f"{start}.{alias.name}" if start == "tui" else start, node.lineno) for alias in node.names)


def room(module: str) -> str | None:
    """Return the part of tui a module is in, None for the package itself and for others' modules."""
    parts = module.split(".")
    return parts[1] if parts[0] == "tui" and len(parts) > 1 else None


def complaints(source: str, module: str) -> list[str]:
    """Return what is wrong with the imports of one source and, in pure rooms, with its calls."""
    tree = ast.parse(source)
    here = room(module)
    found = []
    for name, line in imported(tree, module):
        there = room(name)
        outside = name.split(".")[0]
        if there in ("__version__", None):
            pass
        elif there not in HEIGHT:
            found.append(f"{module}:{line} imports {name}, which is on no floor")
        elif here in HEIGHT and here != there and not {here, there} <= ONE_THING and HEIGHT[here] <= HEIGHT[there]:
            found.append(f"{module}:{line} imports {name}, which is not below it")
        if outside == "httpx" and module != "tui.ordercloud._httpx":
            found.append(f"{module}:{line} imports httpx; only tui.ordercloud._httpx does")
        if here in NO_SCREEN and outside in ("textual", "rich"):
            found.append(f"{module}:{line} imports {outside}")
        if here in PURE and outside in PURE_MAY_NOT_IMPORT:
            found.append(f"{module}:{line} imports {outside}, but {here} is pure")
    if here in PURE:
        found.extend(f"{module}:{line} {what}" for what, line in impure_calls(tree))
    return found


def impure_calls(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield calls that read a clock or a file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            if (
                isinstance(called, ast.Attribute)
                and called.attr in READS_THE_CLOCK
                and isinstance(called.value, ast.Name)
            ):
                if called.value.id in ("datetime", "date", "time", "dt"):
                    yield f"reads the clock ({called.value.id}.{called.attr})", node.lineno
            elif isinstance(called, ast.Name) and called.id in ("open", "input", "print"):
                yield f"calls {called.id}", node.lineno


def modules() -> list[tuple[str, Path]]:
    """Return every module of tui with its file."""
    found = []
    for file in sorted(TUI.rglob("*.py")):
        parts = list(file.relative_to(ROOT).with_suffix("").parts)
        found.append((".".join(parts), file))
    return found


def test_every_module_keeps_to_its_floor() -> None:
    found = [line for module, file in modules() for line in complaints(file.read_text(encoding="utf-8"), module)]
    assert not found, "\n".join(found)


def test_every_room_is_on_a_floor() -> None:
    rooms = {room(module) for module, _ in modules()} - {"__init__"}
    assert rooms <= set(HEIGHT), f"on no floor: {rooms - set(HEIGHT)}"


def test_config_loads_without_textual() -> None:
    for module, file in modules():
        if room(module) == "config":
            top = [
                node
                for node in ast.parse(file.read_text(encoding="utf-8")).body
                if isinstance(node, ast.Import | ast.ImportFrom)
            ]
            names = {name.split(".")[0] for node in top for name, _ in imported(node, module)}
            assert not names & {"textual", "rich", "keyring", "platformdirs", "tomli_w"}, module


@pytest.mark.parametrize(
    ("module", "source", "wrong"),
    [
        ("tui.access.decide", "from tui.tokens import decode", "not below"),
        ("tui.access.decide", "from ..ordercloud.models import ApiClient", "not below"),
        ("tui.access.decide", "def f():\n    import httpx", "only tui.ordercloud._httpx"),
        ("tui.access.decide", "import os.path", "pure"),
        ("tui.access.decide", "from datetime import datetime\nx = datetime.now()", "clock"),
        ("tui.tokens.decode", "open('x')", "calls open"),
        ("tui.config.themes", "import tui.sandbox", "not below"),
        ("tui.sandbox.store", "from tui.config import paths", "not below"),
        ("tui.sandbox.store", "import textual.app", "imports textual"),
        ("tui.ordercloud.client", "from tui import cli", "not below"),
        ("tui.session.session", "from tui.widgets.plain import plain", "not below"),
        ("tui.session.session", "from tui import commands", "not below"),
        ("tui.panes.clients", "from tui.app import OcgateApp", "not below"),
        ("tui.app", "from tui.cli import main", "not below"),
        ("tui.app", "from tui.attic import old", "no floor"),
    ],
)
def test_the_check_sees_what_is_wrong(module: str, source: str, wrong: str) -> None:
    found = complaints(source, module)
    assert any(wrong in line for line in found), found


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("tui.cli", "from tui import __version__\nfrom tui.app import run"),
        ("tui.app", "from tui.crash import report\nfrom tui.panes import clients"),
        ("tui.panes.clients", "from .mode import ModePane\nfrom ..session import session"),
        ("tui.config.connection", "def f():\n    from tui.ordercloud.environments import ENVIRONMENTS"),
        ("tui.ordercloud._httpx", "import httpx"),
        ("tui.access.decide", "from datetime import datetime, timedelta\nfrom tui.access.facts import Party"),
    ],
)
def test_the_check_lets_good_imports_pass(module: str, source: str) -> None:
    assert complaints(source, module) == []
