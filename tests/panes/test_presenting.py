"""Presenting: nothing real is on the screen, in any mode and tab, whole or cut off; keys are shown as pressed."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from textual.widgets import Input

from tests.console import Console, console_request, open_console
from tests.panes.secrets_lab import until
from tui.sandbox.demo import HARBOR_SUPPLY, PASSWORD
from tui.session.stand_ins.common import COMMON, is_common
from tui.widgets.dialogs import Ask, Choose
from tui.widgets.picture import Picture
from tui.widgets.row_list import RowList

WORD = re.compile(r"[^\W\d_]{4,}")


def real_values(console: Console) -> set[str]:
    """Return what must not be seen: names, IDs, e-mails, user names, secrets and tokens of the demo marketplace."""
    seed, session = HARBOR_SUPPLY, console.app.session
    users = (seed.admin, *seed.users)
    found = {seed.id, seed.name, PASSWORD}
    for id_, name, _ in (*seed.buyers, *seed.suppliers):
        found |= {id_, name}
    for user in users:
        found |= {user.username, f"{user.first_name} {user.last_name}"}
    found |= {client.name for client in seed.clients} | set(session.marketplace.api_clients)
    found |= {secret.name for client in seed.clients for secret in client.secrets}
    found |= {secret.id for client in seed.clients for secret in client.secrets}
    for exchange in session.exchanges:
        found |= set(exchange.secrets)
        found |= set(re.findall(r"[\w.+-]+@[\w.-]+\w", exchange.response_body.text))
    return {each for each in found if len(each) > 2 and not is_common(each)}


def leaks(text: str, real: Iterable[str]) -> list[str]:
    """Return the real values in a text, whatever the letters' case."""
    folded = text.lower()
    found = (each for each in real if each.lower() in folded)
    return sorted(each for each in found if re.search(rf"(?<!\w){re.escape(each.lower())}(?!\w)", folded))


def telling(real: Iterable[str]) -> re.Pattern[str]:
    """Return what finds words of real names that give somebody away, as they are in the names; also cut ones."""
    names = [each for each in real if " " in each and "@" not in each]
    words = {word for name in names for word in WORD.findall(name) if word.lower() not in {*COMMON, "rotation"}}
    beginnings = {word[:end] for word in words for end in range(3, len(word))}
    cut = "|".join(sorted(beginnings))
    return re.compile(rf"\b(?:{'|'.join(sorted(words))})\b|\b(?:{cut})\u2026")


def shown_in(svg: str) -> str:
    """Return the text of a picture, a line of it after the other, blanks as blanks."""
    pieces = re.findall(r'<text[^>]*\by="([\d.]+)"[^>]*>(.*?)</text>', svg)
    lines: dict[str, str] = {}
    for y, piece in pieces:
        lines[y] = lines.get(y, "") + html.unescape(piece).replace("\xa0", " ")
    return "\n".join(lines.values())


class Walk:
    """A way through the console that looks after each key whether something real is on the screen."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self.real: set[str] = set()
        self._telling = re.compile("")
        self._read = 0

    async def go(self, *keys: str) -> None:
        """Press keys, and look."""
        for key in keys:
            await self._console.press(key)
            self.look(key)

    def look(self, after: str) -> None:
        """Look at the screen."""
        text = self._console.text
        if self._read != len(self._console.app.session.exchanges):
            self._read = len(self._console.app.session.exchanges)
            self.real |= real_values(self._console)
            self._telling = telling(self.real)
        assert leaks(text, self.real) == [], f"after {after}\n{text}"
        assert self._telling.findall(text) == [], f"after {after}\n{text}"

    async def choose(self, name: str) -> None:
        """Put the cursor of Clients on the API client of that name."""
        rows = self._console.app.query_one("#api-clients", RowList)
        rows.cursor = [each.name for each in rows.rows].index(name)
        await self._console.settle()

    async def resize(self, columns: int, lines: int) -> None:
        """Give the console another size."""
        await self._console.pilot.resize_terminal(columns, lines)
        await self._console.settle()
        self.look("resizing")


async def test_nothing_real_is_seen_anywhere() -> None:
    """One sitting through every mode and tab, looked at as text after each key."""
    async with open_console(size=(120, 40)) as console:
        walk = Walk(console)
        await walk.go("P")
        assert "API client 1" in console.text
        for name in ("Buyer Storefront", "ERP Middleware"):
            await walk.choose(name)
            walk.look(name)
            await walk.go("enter", *["right_square_bracket"] * 5, "escape")
        await walk.go("e", "ctrl+o", "escape", "escape", "a", "j", "j", "j", "escape", "A", "escape", "n", "escape")
        await walk.go("2", "j", "j", "l", "l", "l")
        assert "API client API client" in console.text, "columns are called by whole stand-ins"
        await walk.go("1")
        await walk.choose("Buyer Storefront")
        await walk.go("t", "ctrl+r", *["right_square_bracket"] * 4, "R", *["right_square_bracket"] * 4, "escape")
        await walk.go("4", "g", *["j"] * 6, "enter", "escape", "v", "v")
        await walk.go("5", "j")
        await walk.go("1", "x", "enter", "u", "Z", "escape", "ctrl+p", "escape", "p", "escape", "y", "escape")
        picture = Picture(console.app).svg()
        assert "API&#160;client&#160;1" in picture
        assert leaks(shown_in(picture), walk.real) == []
        await walk.resize(80, 24)
        await walk.go("2", "3", "4", "1", "enter", "escape")
        await console.press("V")
        assert "Buyer Storefront" in console.text
        assert "real names" in console.text


async def test_keys_are_shown_but_not_what_is_typed() -> None:
    async with open_console(size=(120, 40)) as console:
        await console.press("P", "j", "e")
        assert " j   e  Edit " in console.text
        await console.press("escape", "slash")
        await console.type("zebra")
        line = console.text.splitlines()[-2]
        assert "typing" in line
        assert "z" not in line.replace("typing", "")
        await console.press("escape", "P")
        assert "stand-ins" not in console.text
        assert "Admin Backoffice" in console.text


async def test_rows_and_fields_have_air_where_there_is_room() -> None:
    async with open_console(size=(120, 40)) as console:
        await console.press("P", "j", "j")
        rows = [number for number, line in enumerate(console.text.splitlines()) if "API client" in line[:30]]
        assert {after - before for before, after in pairwise(rows[1:])} == {2}
        await console.pilot.click("#api-clients", offset=(5, 9))
        assert console.app.query_one("#api-clients", RowList).cursor == 4
        await console.pilot.resize_terminal(80, 24)
        await console.settle()
        rows = [number for number, line in enumerate(console.text.splitlines()) if "API client" in line[:30]]
        assert {after - before for before, after in pairwise(rows[1:])} == {1}


async def test_the_screen_is_saved_as_it_was_shown(tmp_path: Path) -> None:
    async with open_console(size=(120, 40)) as console:
        await console.press("V")
        for command, name in (("app.screenshot", "a.svg"), ("app.screen-text", "a.txt")):
            console.app.action_run_command(command)
            await until(console, lambda: isinstance(console.app.screen, Choose), "the choice of a pane")
            await console.press(*(["j", "enter"] if name == "a.txt" else ["enter"]))
            await until(console, lambda: isinstance(console.app.screen, Ask), "the question where")
            console.app.screen.query_one(Input).value = str(tmp_path / name)
            await console.press("enter")
            file = tmp_path / name
            await until(console, file.exists, "the file")
        real = real_values(console)
        svg = (tmp_path / "a.svg").read_text(encoding="utf-8")
        assert "url(http" not in svg
        assert leaks(shown_in(svg), real) == []
        text = (tmp_path / "a.txt").read_text(encoding="utf-8")
        assert text.startswith("╭─ API clients 17 ")
        assert "API client 17" in text
        assert leaks(text, real) == []


async def test_what_earlier_sittings_left_has_stand_ins_too(tmp_path: Path) -> None:
    request = replace(console_request(), sandbox_memory=False, sandbox_db=tmp_path / "sandbox.db")
    async with open_console(request) as console:
        walk = Walk(console)
        await walk.choose("Partner Portal")
        await console.press("t", "ctrl+r")
        await until(console, lambda: "as expected" in console.text, "an answer")
        known = console.app.session.marketplace
        gone = next(each for each in known.api_clients.values() if each.app_name == "Partner Portal")
        await known.delete_api_client(gone)
    async with open_console(request, size=(80, 24)) as console:
        await console.press("3", "P")
        await until(console, lambda: "stand-ins" in console.text, "stand-ins")
        walk = Walk(console)
        walk.real = {"Partner Portal", gone.id}
        await walk.go("escape", "escape", "g", "Z")
        await until(console, lambda: "deleted" in console.text, "the journal")
        await walk.go("G", "g")
