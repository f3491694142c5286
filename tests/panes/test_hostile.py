"""Text from a server that means harm: shown as it is, harmlessly, in every mode."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import sqlite3
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.console import Console, console_request, open_console
from tui.config.connection import Connection
from tui.config.credentials import CredentialKey, MemoryStore
from tui.config.paths import find_paths
from tui.config.settings import load_settings
from tui.ordercloud._httpx import ASGITransport
from tui.sandbox import Sandbox
from tui.widgets.row_list import RowList
from tui.widgets.tab_strip import TabStrip

MARKUP = "[bold]x[/bold]"
LINK = "[@click=app.quit]x[/]"
CLOSING = "[/]"
CONTROL = "\x1b]0;x\x07" + "\x1b[2J\x9b2J"
BIDIRECTIONAL = "a\u202eb\u2066c\u200fd"
LINES = "a\nb\r\nc\u2028d"
HOSTILE = {
    "markup": MARKUP + LINK + CLOSING,
    "escapes": CONTROL + BIDIRECTIONAL + LINES,
    "wide": "船舶用品" * 5 + "e\u0301\u0300\u0302" * 10,
    "long": "z" * 10_000,
}
COLUMNS = {
    "api_clients": ("AppName", "DefaultContextUserName"),
    "api_client_secrets": ("Name",),
    "buyers": ("Name",),
    "suppliers": ("Name",),
    "users": ("FirstName", "LastName", "Email", "Phone"),
    "marketplace": ("Name",),
}


async def poisoned(folder: Path, text: str) -> Path:
    """Return the file of a demo marketplace in which every name is the text."""
    file = folder / "sandbox.db"
    await (await Sandbox.open(file)).close()
    with sqlite3.connect(file) as connection:
        for table, columns in COLUMNS.items():
            for column in columns:
                connection.execute(f'UPDATE {table} SET "{column}" = ?', (text,))
        connection.execute("UPDATE users SET Username = ? || key WHERE Username != 'harbor-admin'", (text,))
        connection.execute("UPDATE api_clients SET xp = json_object(?, ?, 'note', ?)", (text, text, text))
    connection.close()
    return file


def assert_harmless(console: Console) -> None:
    for character in console.text:
        assert character == "\n" or unicodedata.category(character) not in ("Cc", "Cf", "Zl", "Zp"), repr(character)
    assert console.app._exception is None


@pytest.mark.parametrize("name", HOSTILE)
async def test_every_mode_shows_it_and_lives(tmp_path: Path, name: str) -> None:
    file = await poisoned(tmp_path, HOSTILE[name])
    request = replace(console_request(), sandbox_memory=False, sandbox_db=file)
    async with open_console(request, size=(110, 30)) as console:
        assert len(console.app.query_one("#api-clients", RowList).rows) > 10, console.text
        for keys in (
            ["a", "j", "j", "j", "right_square_bracket", "right_square_bracket", "right_square_bracket", "escape"],
            ["x", "escape", "e", "escape", "delete", "escape"],
            ["2", "j", "l", "3", "ctrl+r", "4", "5", "v"],
        ):
            for key in keys:
                await console.press(key)
                assert_harmless(console)
        if name == "markup":
            assert "[bold]x[/bold]" in console.text


# -- roles, xp, and what a server answers -----------------------------------------------------------------------------

WORDS = {"markup": HOSTILE["markup"], "escapes": HOSTILE["escapes"], "long": "z" * 3_000}


class Misbehaving:
    """The sandbox, but every refusal and header says what it is told to."""

    def __init__(self, app: ASGIApp, text: str) -> None:
        self._app = app
        self._text = text
        self.angry = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        header = (b"x-note", self._text.replace("\n", " ").replace("\r", " ").encode("utf-8")[:200])

        async def send_more(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), header]
            await send(message)

        changes = scope["method"] in ("PATCH", "POST", "PUT", "DELETE")
        if not (self.angry and changes):
            await self._app(scope, receive, send_more)
            return
        text = self._text
        refused = {
            "error": text,
            "error_description": text,
            "Errors": [{"ErrorCode": text, "Message": text, "Data": {"Property": "AppName", text: [text]}}] * 2,
        }
        await JSONResponse(refused, 400)(scope, receive, send_more)


@pytest.mark.parametrize("name", WORDS)
async def test_refusals_and_headers_of_a_server_are_shown_and_harmless(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers: list[Misbehaving] = []

    def transport(self: Sandbox) -> ASGITransport:
        servers.append(Misbehaving(self.app, WORDS[name]))
        return ASGITransport(servers[-1])

    monkeypatch.setattr(Sandbox, "transport", transport)
    async with open_console(size=(110, 30)) as console:
        for server in servers:
            server.angry = True
        for keys in (
            ["e", "end", "x", "ctrl+s", "enter"],  # a save that is refused, with the field it is about
            ["escape", "tab", "y", "x", "tab", "y"],
            ["a", "j", "j", "j", "space", "escape"],
            ["3", "ctrl+r", "right_square_bracket", "right_square_bracket", "right_square_bracket"],
            ["4", "g", "G", "enter", "escape", "y"],
        ):
            for key in keys:
                await console.press(key)
                assert_harmless(console)
        if name == "markup":
            await console.press("3")
            console.app.query_one("#answer-tabs", TabStrip).active = "token"
            await console.settle()
            assert "[bold]x[/bold]" in console.text


@pytest.mark.parametrize("name", WORDS)
async def test_roles_and_xp_are_shown_and_harmless(tmp_path: Path, name: str) -> None:
    file, text = tmp_path / "sandbox.db", WORDS[name]
    await (await Sandbox.open(file)).close()
    roles = json.dumps([text])
    with sqlite3.connect(file) as connection:
        for column in ("MinimumRequiredRoles", "MinimumRequiredCustomRoles", "MaximumGrantedCustomRoles"):
            connection.execute(f'UPDATE api_clients SET "{column}" = ?', (roles,))
        xp = json.dumps({text: {text: [text, None, 1.5, {"deep": [[text]]}]}})
        connection.execute("UPDATE api_clients SET xp = ?", (xp,))
    connection.close()
    request = replace(console_request(), sandbox_memory=False, sandbox_db=file)
    async with open_console(request, size=(110, 30)) as console:
        for keys in (
            ["enter", *["right_square_bracket"] * 4, "G", "escape"],
            ["e", *["down"] * 18, "escape"],
            ["t", "ctrl+r", "right_square_bracket", "2", "l", "l"],
        ):
            for key in keys:
                await console.press(key)
                assert_harmless(console)


@pytest.mark.parametrize("name", WORDS)
async def test_names_in_the_settings_are_shown_and_harmless(name: str) -> None:
    paths = find_paths()
    paths.themes.mkdir(parents=True)
    quoted = json.dumps(WORDS[name])  # a TOML basic string is written alike
    source = (Path(__file__).parents[2] / "themes" / "daylight.toml").read_text(encoding="utf-8")
    titled = re.sub(r'(?m)^title = ".*"$', lambda _: f"title = {quoted}", source)
    assert titled != source
    (paths.themes / "mine.toml").write_text(titled, encoding="utf-8")
    (paths.themes / "[bold]x[nope].toml").write_text("name = 7", encoding="utf-8")
    paths.settings_file.write_text(
        f"theme = {quoted}\nprofile = {quoted}\n[profiles.{quoted}]\nurl = {quoted}\nusername = {quoted}\n"
        f"client_id = {quoted}\n[keys]\n{quoted} = {quoted}\n",
        encoding="utf-8",
    )
    settings, problems = load_settings(paths.settings_file)
    request = console_request(settings=settings, problems=tuple(str(each) for each in problems))
    async with open_console(request, size=(110, 30)) as console:
        assert console.told
        assert_harmless(console)
        for keys in (["T", "j", "j", "j", "j", "j", "j", "escape"], ["p", "enter", "down", "enter", "ctrl+s"]):
            for key in keys:
                await console.press(key)
                assert_harmless(console)


@pytest.mark.parametrize(
    "reason", [b"[/nope][@click=app.quit]x[/]", b"\x9b2J\x1b]0;x\x07" + "\u202e".encode(), b"", b"z" * 5_000]
)
async def test_the_words_beside_a_status_are_harmless(reason: bytes) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 418 " + reason + b"\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nno")
            await writer.drain()
        writer.close()

    listener = await asyncio.start_server(answer, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    credentials = MemoryStore()
    await credentials.put(CredentialKey("password", url, "c", "u"), "pass-word-1")
    request = console_request(connection=Connection(url, "c", username="u"), credentials=credentials)
    try:
        async with open_console(request, size=(110, 30)) as console:
            assert console.app.session.problem is not None
            assert_harmless(console)
            for key in ("escape", "4", "G", "enter"):
                await console.press(key)
                assert_harmless(console)
    finally:
        listener.close()
