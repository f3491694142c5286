"""The console as the tests drive it: in process, on a marketplace in memory, with a clock that stands still."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from textual._context import visible_screen_stack
from textual.notifications import Notification, Notifications
from textual.pilot import Pilot

from tui.app import OcgateApp
from tui.config.connection import Connection
from tui.config.credentials import CredentialStore, MemoryStore
from tui.config.paths import find_paths
from tui.config.request import ConsoleRequest
from tui.config.settings import Settings
from tui.config.state import StateFile

START = datetime(2026, 11, 23, 9, 14, 3, tzinfo=UTC)
"""When the tests' console is opened."""


@dataclass
class StandingClock:
    """A clock that moves only when told to."""

    now: datetime = START

    def __call__(self) -> datetime:
        """Return the time it shows."""
        return self.now

    def advance(self, by: timedelta) -> None:
        """Move it on."""
        self.now += by


@dataclass
class Console:
    """An open console with the pilot that types at it."""

    app: OcgateApp
    pilot: Pilot[int]
    clock: StandingClock
    told: list[str] = field(default_factory=list)
    """The messages shown in passing, oldest first, those that have gone since, too."""

    async def press(self, *keys: str) -> None:
        """Type keys, and wait until everything they set off is done."""
        for key in keys:
            await self.pilot.press(key)
            await self.settle()

    async def type(self, text: str) -> None:
        """Type a text, character by character."""
        await self.pilot.press(*(KEYS.get(character, character) for character in text))
        await self.settle()

    async def settle(self) -> None:
        """Wait until no worker is at work and the screen is drawn; a worker that waits for an answer is left alone."""
        for _ in range(200):
            await self.pilot.pause()
            busy = [worker for worker in self.app.workers if worker.is_running]
            if not busy or len(self.app.screen_stack) > 1:
                break
        await self.pilot.pause()

    @property
    def text(self) -> str:
        """The screen as text, a line a row."""
        return screen_text(self.app)


def listen(app: OcgateApp) -> list[str]:
    """Return a list that every message shown in passing comes into: how long one is shown depends on the real time."""
    told: list[str] = []
    add = app._notifications.add

    def heard(notification: Notification) -> Notifications:
        told.append(notification.message)
        return add(notification)

    app._notifications.add = heard  # type: ignore[method-assign]
    return told


KEYS = {
    " ": "space",
    "/": "slash",
    "-": "minus",
    ".": "full_stop",
    "?": "question_mark",
    ":": "colon",
    "_": "underscore",
}


def screen_text(app: OcgateApp) -> str:
    """Return what the terminal shows, without colours; blanks at line ends are cut."""
    height = app.size.height
    visible_screen_stack.set(app._background_screens)  # a dialog shows what is behind it
    strips = app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in strips[:height]) + "\n"


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
    clock = StandingClock()
    app = OcgateApp(request or console_request(), clock=clock, timer=lambda: 0.0)
    app.animation_level = "none"
    told = listen(app)
    async with app.run_test(size=size) as pilot:
        console = Console(app, pilot, clock, told)
        await console.settle()
        yield console
    # What a console kept out of garbage collection is garbage by now.
    gc.unfreeze()
