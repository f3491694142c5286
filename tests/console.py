"""The console as the tests drive it: in process, on a marketplace in memory, with a clock that stands still."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

from textual.notifications import Notification, Notifications

from tui.app import OcgateApp
from tui.config.connection import Connection
from tui.config.credentials import CredentialStore, MemoryStore
from tui.config.paths import find_paths
from tui.config.request import ConsoleRequest
from tui.config.settings import Settings
from tui.config.state import StateFile
from tui.headless.stage import SIGNS as KEYS
from tui.headless.stage import START, Stage, StandingClock, staged
from tui.widgets.picture import Picture

__all__ = ["KEYS", "START", "Console", "StandingClock", "console_request", "open_console", "screen_text"]


OPENED = count(1)
"""Counts the consoles of this process."""


@dataclass
class Console(Stage):
    """An open console with the pilot that types at it."""

    told: list[str] = field(init=False)
    """The messages shown in passing, oldest first, those that have gone since, too."""

    def __post_init__(self) -> None:
        """Listen to every message: for how long one is shown depends on the real time."""
        told = self.told = [each.message for each in self.app._notifications]
        add = self.app._notifications.add

        def heard(notification: Notification) -> Notifications:
            told.append(notification.message)
            return add(notification)

        self.app._notifications.add = heard  # type: ignore[method-assign]  # the list has no events

    @property
    def text(self) -> str:
        """The screen as text, a line a row."""
        return screen_text(self.app)


def screen_text(app: OcgateApp) -> str:
    """Return what the terminal shows, without colours; blanks at line ends are cut."""
    return Picture(app).text()


def console_request(
    *,
    settings: Settings | None = None,
    connection: Connection | None = None,
    credentials: CredentialStore | None = None,
    theme: str | None = None,
    read_only: bool = False,
    problems: tuple[str, ...] = (),
) -> ConsoleRequest:
    """Return a request for a console on a demo marketplace in memory."""
    paths = find_paths()
    return ConsoleRequest(
        connection=connection,
        sandbox_db=None,
        sandbox_memory=True,
        settings=settings or Settings(),
        state=StateFile(paths.state_file),
        credentials=credentials or MemoryStore(),
        paths=paths,
        theme=theme,
        read_only=read_only,
        problems=problems,
    )


@asynccontextmanager
async def open_console(
    request: ConsoleRequest | None = None, *, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[Console]:
    """Open a console and wait until its list is there."""
    async with staged(Console, request or console_request(), size) as console:
        yield console
    # What a console kept out of garbage collection is garbage by now, and no small heap.
    gc.unfreeze()
    if next(OPENED) % 8 == 0:
        gc.collect()
