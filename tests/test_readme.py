"""The README tells the truth: its commands are understood, its pictures are there, its walk goes as it says."""

from __future__ import annotations

import argparse
import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.console import open_console
from tui.arguments import make_parser
from tui.commands import COMMAND_BY_NAME
from tui.config.settings import load_settings
from tui.ordercloud._httpx import httpx

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
KEYS = {"esc": "escape", "/": "slash"}
NAMED = frozenset({"enter", "tab", "space", "ctrl+s", "ctrl+r"})


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def steps() -> list[tuple[list[str], list[str]]]:
    """Return (keys, words to see) of each step of the walk."""
    rows = re.findall(r"^\| \d+ \|(.*?)\|(.*)\|$", README, flags=re.MULTILINE)
    return [(re.findall(r"`([^`]+)`", keys), re.findall(r"`([^`]+)`", seen)) for keys, seen in rows]


def test_the_pictures_are_those_that_the_tests_of_screens_compare() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert len(pictures) >= 5
    for picture in pictures:
        assert picture.startswith("tests/screens/pictures/")
        assert (ROOT / picture).is_file()


COMMANDS = [
    line.partition("#")[0].partition("<")[0].strip()
    for block in blocks("sh")
    for line in block.splitlines()
    if line.startswith("ocgate ")
]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_understood(command: str) -> None:
    make_parser().parse_args(shlex.split(command)[1:])


def test_the_settings_of_the_readme_are_settings(tmp_path: Path) -> None:
    text = blocks("toml")[0]
    file = tmp_path / "config.toml"
    file.write_text(text, encoding="utf-8")
    settings, problems = load_settings(file)
    assert problems == ()
    assert set(settings.keys) <= set(COMMAND_BY_NAME)
    assert "acme-staging" in tomllib.loads(text)["profiles"]


def test_the_walk_has_its_steps() -> None:
    assert len(steps()) >= 12
    assert all(seen for _, seen in steps())


@pytest.mark.timeout(120)
async def test_the_walk_goes_as_it_says() -> None:
    async with open_console(size=(120, 40)) as console:
        for number, (keys, seen) in enumerate(steps(), 1):
            for key in keys:
                if len(key) == 1 or key in KEYS or key in NAMED:
                    await console.press(KEYS.get(key, key))
                else:
                    await console.type(key)
            for words in seen:
                assert words in console.text, f"step {number}: {words!r} is not in\n{console.text}"


SANDBOX = README[README.index("## The sandbox") : README.index("## How quick it is")]


def curl(line: str) -> argparse.Namespace:
    """Read a line of the README as curl does."""
    parser = argparse.ArgumentParser(prog="curl", allow_abbrev=False)
    parser.add_argument("-X", dest="method")
    parser.add_argument("--json")
    parser.add_argument("-o", dest="output")
    parser.add_argument("-T", dest="upload")
    parser.add_argument("-N", dest="live", action="store_true")
    parser.add_argument("url")
    return parser.parse_args(shlex.split(line, comments=True)[1:])


@pytest.mark.timeout(120)
def test_the_sandbox_does_what_its_section_says(tmp_path: Path) -> None:
    """The server is started as written, on a free port; what curl would send is sent."""
    (start,) = re.findall(r"^ocgate (sandbox --port 8080 .*)$", SANDBOX, flags=re.MULTILINE)
    lines = re.findall(r"^curl .*$", SANDBOX, flags=re.MULTILINE)
    assert len(lines) >= 14
    command = [sys.executable, "-m", "tui", *shlex.split(start.replace("8080", "0"))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            sheet = json.loads(server.stdout.readline())
            assert list(sheet) == ["url", "client_id", "username", "password", "marketplace", "control"]
            assert all(f"`{name}`" in SANDBOX for name in sheet)
            with httpx.Client(trust_env=False, timeout=30) as client:
                for line in lines:
                    send(client, curl(line), sheet["url"], tmp_path)
        finally:
            server.kill()
    assert (tmp_path / "marketplace.yml").stat().st_size > 10_000


def send(client: httpx.Client, wanted: argparse.Namespace, url: str, folder: Path) -> None:
    assert wanted.url.startswith("http://127.0.0.1:8080/")
    target = wanted.url.replace("http://127.0.0.1:8080", url)
    if wanted.live:
        with client.stream("GET", target) as answer:
            assert answer.status_code == 200
            assert next(answer.iter_lines()).startswith(":")
        return
    upload = (folder / wanted.upload).read_bytes() if wanted.upload else None
    content, method = wanted.json or upload, "POST" if wanted.json else "PUT" if upload else "GET"
    headers = {"Content-Type": "application/json"} if wanted.json else {}
    answer = client.request(wanted.method or method, target, content=content, headers=headers)
    assert answer.status_code in (200, 201, 204), answer.text
    if wanted.output:
        (folder / wanted.output).write_bytes(answer.content)
