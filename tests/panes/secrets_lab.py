"""The secrets of an API client as the tests drive them: each key is followed by what must come of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.content import Content
from textual.screen import Screen
from textual.widgets import Button, Input, Static

from tests.console import Console
from tui.panes.client_secrets import SecretsView
from tui.panes.secret_rotation import SecretRotation
from tui.session.rotation import Step
from tui.widgets.dialogs import Note
from tui.widgets.fact_sheet import FactSheet
from tui.widgets.row_list import RowList


async def until(console: Console, came: Callable[[], object], what: str = "") -> None:
    """Wait until something is so, however busy the machine is."""
    for _ in range(1500):
        await console.pilot.pause(0.01)
        if came():
            await console.settle()
            return
    raise AssertionError(f"never came: {what}\n{console.text}")


async def press(console: Console, key: str, wanted: type[Screen[Any]] | Step | None) -> None:
    """Press a key, and wait for a screen, or for the rotation to stand at a step (None: at its end)."""
    await console.press(key)
    await until(console, lambda: _is_at(console, wanted), f"{wanted} after {key}")


def _is_at(console: Console, wanted: type[Screen[Any]] | Step | None) -> bool:
    screen = console.app.screen
    if isinstance(wanted, type):
        return isinstance(screen, wanted) and screen.is_mounted and screen.focused is not None
    if not isinstance(screen, SecretRotation) or screen._busy or not isinstance(screen.focused, Button):
        return False
    under_way = [each for each in console.app.workers if each.group == "rotation" and not each.is_finished]
    return not under_way and screen.rotator.rotation.step is wanted


async def field(console: Console, number: int) -> None:
    """Go on to a field of a question with enter."""
    await console.press("enter")
    await until(console, lambda: getattr(console.app.screen.focused, "id", "") == f"field-{number}")


def fill(console: Console, number: int, text: str) -> None:
    """Put a text into a field of a question."""
    console.app.screen.query_one(f"#field-{number}", Input).value = text


async def home(console: Console, *keys: str) -> None:
    """Press keys, and wait until no dialog is open."""
    await console.press(*keys)
    await until(console, lambda: len(console.app.screen_stack) == 1, "the console without dialogs")


async def to_secrets(console: Console, name: str, *, log: bool = True) -> SecretsView:
    """Go to the secrets of an API client, and wait until they are read, and the log with them."""
    rows = console.app.query_one("#api-clients", RowList)
    await until(console, lambda: name in [each.name for each in rows.rows], name)
    rows.cursor = [each.name for each in rows.rows].index(name)
    await console.press("s")
    view = console.app.query_one(SecretsView)

    def is_here() -> bool:
        here = view.api_client is not None and view.api_client.app_name == name
        read = not any(worker.is_running for worker in console.app.workers)  # while it is read, no row is there
        return here and read and view.has_focus_within and (view._uses is not None or not log)

    await until(console, is_here, f"the secrets of {name}")
    return view


async def rotate(console: Console, name: str, *, log: bool = True) -> SecretRotation:
    """Begin to rotate the first secret of an API client."""
    await to_secrets(console, name, log=log)
    await press(console, "R", Step.CREATE)
    screen = console.app.screen
    assert isinstance(screen, SecretRotation)
    await until(console, lambda: screen.rotator.way is not None, "the way of the proofs")
    return screen


def rows_shown(console: Console) -> list[tuple[str, str, str]]:
    """Return name, expiry and last use of each secret."""
    rows = console.app.query_one("#secret-rows", RowList).rows
    return [(row.name, row.expires.plain, row.used.plain) for row in rows]


def below(console: Console) -> str:
    """Return what is said below the list."""
    return str(console.app.query_one("SecretsView .told", Static).content)


def steps_told(screen: SecretRotation) -> str:
    """Return what the path says, whatever the width."""
    return " ".join(fact.text.plain for fact in screen.query_one(FactSheet).facts)


def account(console: Console) -> str:
    """Return where things stand, as the note at the end says."""
    note = console.app.screen
    assert isinstance(note, Note)
    assert isinstance(note._body, Content)
    return " ".join(note._body.plain.split())
