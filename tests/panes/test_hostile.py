"""Text from a server that means harm: shown as it is, harmlessly, in every mode."""

from __future__ import annotations

import sqlite3
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest

from tests.console import Console, console_request, open_console
from tui.sandbox import Sandbox
from tui.widgets.row_list import RowList

HOSTILE = {
    "markup": "[bold]x[/bold]",
    "closing": "[/]",
    "link": "[@click=app.quit]x[/]",
    "title": "\x1b]0;x\x07",
    "clear": "\x1b[2J\x9b2J",
    "bidirectional": "a\u202eb\u2066c\u200fd",
    "wide": "船舶用品" * 5,
    "combining": "e\u0301\u0300\u0302" * 10,
    "lines": "a\nb\r\nc\u2028d",
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
            ["2", "j", "l", "3", "ctrl+r", "4", "5"],
        ):
            for key in keys:
                await console.press(key)
                assert_harmless(console)
        if name == "markup":
            assert "[bold]x[/bold]" in console.text
