"""The console without a terminal: on the demo marketplace, with a clock that stands still, played by keys.

The tests of the screens and `ocgate shot` use the same stage, so a picture of either is one of both.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from textual.keys import Keys
from textual.pilot import Pilot

from tui.app import OcgateApp
from tui.config.request import ConsoleRequest

START = datetime(2026, 11, 23, 9, 14, 3, tzinfo=UTC)
"""When the console on the stage is opened."""
SIGNS = {
    " ": "space",
    "/": "slash",
    "-": "minus",
    ".": "full_stop",
    "?": "question_mark",
    ":": "colon",
    "_": "underscore",
    "=": "equals_sign",
    "[": "left_square_bracket",
    "]": "right_square_bracket",
    "esc": "escape",
}
"""Textual's names of keys that people call otherwise."""
_NAMES = {str(key.value) for key in Keys} | set(SIGNS.values())
_KEY_ID = re.compile(r"((?:kid|the key)(?: |&#160;))[\w-]+")
_MOST_ROUNDS = 200


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
class Stage:
    """An open console with the pilot that types at it."""

    app: OcgateApp
    pilot: Pilot[int]
    clock: StandingClock

    async def press(self, *keys: str) -> None:
        """Press keys, by Textual's names, and wait until everything they set off is done."""
        for key in keys:
            await self.pilot.press(key)
            await self.settle()

    async def type(self, text: str) -> None:
        """Type a text, character by character."""
        await self.pilot.press(*(SIGNS.get(character, character) for character in text))
        await self.settle()

    async def play(self, keys: Iterable[str]) -> None:
        """Press keys as people write them, `/`, `^s`, `enter`, `ctrl+r`; longer words that name no key are typed."""
        for key in keys:
            name = key_name(key)
            await (self.type(key) if name is None else self.press(name))

    async def settle(self) -> None:
        """Wait until no worker is at work and the screen is drawn; a worker that waits for an answer is left alone."""
        for _ in range(_MOST_ROUNDS):
            await self.pilot.pause()
            busy = [worker for worker in self.app.workers if worker.is_running]
            if not busy or len(self.app.screen_stack) > 1:
                break
        await self.pilot.pause()


AnyStage = TypeVar("AnyStage", bound=Stage)


def key_name(written: str) -> str | None:
    """Return Textual's name of a key as people write it; None for what is no key but a word to type."""
    if len(written) > 1 and written.startswith("^"):
        written = f"ctrl+{written[1:]}"
    name = SIGNS.get(written, written)
    return name if len(name) == 1 or name in _NAMES or name.startswith(("ctrl+", "shift+")) else None


def same_key(text: str) -> str:
    """Return a text with the signing key's ID replaced by one as long: the one thing that no clock can fix."""
    return _KEY_ID.sub(lambda found: found[1] + "K" * (len(found[0]) - len(found[1])), text)


@asynccontextmanager
async def staged(kind: type[AnyStage], request: ConsoleRequest, size: tuple[int, int]) -> AsyncIterator[AnyStage]:
    """Open a console of some columns and lines, and wait until its list is there."""
    clock = StandingClock()
    app = OcgateApp(request, clock=clock, timer=lambda: 0.0)
    app.animation_level = "none"
    async with app.run_test(size=size) as pilot:
        stage = kind(app, pilot, clock)
        await stage.settle()
        yield stage


@asynccontextmanager
async def demo(size: tuple[int, int], theme: str | None, themes: Path | None) -> AsyncIterator[Stage]:
    """Open a console on a fresh demo marketplace in memory that knows nothing of the person's settings and files.

    `themes` is the folder of the person's own themes, for a theme that is one of them.
    """
    from tui.config.credentials import MemoryStore
    from tui.config.paths import find_paths
    from tui.config.settings import Settings
    from tui.config.state import StateFile

    with TemporaryDirectory(prefix="ocgate-") as home:
        paths = find_paths({"OCGATE_HOME": home})
        paths = paths if themes is None else replace(paths, config=themes.parent)
        request = ConsoleRequest(
            connection=None,
            sandbox_db=None,
            sandbox_memory=True,
            settings=Settings(),
            state=StateFile(paths.state_file),
            credentials=MemoryStore(),
            keyring=MemoryStore(),
            paths=paths,
            theme=theme,
        )
        async with staged(Stage, request, size) as stage:
            yield stage
