"""Commands pay only for what they use: looked at in fresh interpreters."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = (
    "textual",
    "rich",
    "httpx",
    "pydantic",
    "starlette",
    "uvicorn",
    "keyring",
    "joserfc",
    "cryptography",
    "sqlite3",
    "anyio",
)
TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJ1c3IiOiJzaG9wcGVyMDEifQ.c2ln"

_RUN = """
import json, sys
from tui.cli import main
try:
    code = main(sys.argv[1:])
finally:
    print(json.dumps(sorted(name for name in sys.modules if "." not in name)), file=sys.stderr)
sys.exit(code)
"""


def loaded_by(code: str, *arguments: str) -> set[str]:
    """Run code in a fresh interpreter and return the top-level modules it had loaded in the end."""
    run = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True, timeout=50
    )
    return set(json.loads(run.stderr.splitlines()[-1]))


@pytest.mark.parametrize("arguments", [("--version",), ("--help",), ("decode", TOKEN), ("decode", "--json", TOKEN)])
def test_small_commands_load_nothing_heavy(arguments: tuple[str, ...]) -> None:
    assert loaded_by(_RUN, *arguments) & set(HEAVY) == set()


def test_a_request_for_the_console_loads_no_screen_yet() -> None:
    code = """
import json, os, sys
from tui.arguments import Options, make_parser
from tui.cli import console_request
console_request(make_parser().parse_args([], namespace=Options()), os.environ)
print(json.dumps(sorted(name for name in sys.modules if "." not in name)), file=sys.stderr)
"""
    assert loaded_by(code) & set(HEAVY) == set()


@pytest.mark.parametrize("package", ["tui.access", "tui.tokens"])
def test_the_rules_load_no_machinery(package: str) -> None:
    code = f"""
import importlib, json, pkgutil, sys
import {package} as package
for found in pkgutil.walk_packages(package.__path__, "{package}."):
    importlib.import_module(found.name)
print(json.dumps(sorted(name for name in sys.modules if "." not in name)), file=sys.stderr)
"""
    assert loaded_by(code) & set(HEAVY) == set()


def test_the_sandbox_loads_its_controls_and_a_server_when_they_are_asked_for() -> None:
    code = """
import asyncio, json, sys
from tui.sandbox import FAST, Sandbox
async def start():
    await (await Sandbox.open(hashing=FAST)).close()
asyncio.run(start())
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""
    loaded = loaded_by(code)
    late = ("tui.sandbox.control", "tui.sandbox.guard", "tui.sandbox.large", "tui.sandbox.server", "uvicorn", "yaml")
    assert [name for name in late if name in loaded] == []
    assert "yaml" not in loaded_by(code.replace("await (await", "(await").replace(".close()", ".control.log.close()"))
