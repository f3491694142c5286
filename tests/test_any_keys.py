"""Whatever keys are pressed, in whatever order, and whatever fails meanwhile: the console goes on."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.console import open_console
from tui.commands import COMMANDS
from tui.sandbox.control import Fault, Rule

LEAVES = {"q", "ctrl+q"}
KEYS = [*sorted({key for command in COMMANDS for key in command.keys} - LEAVES), *"jkgGJKy0195", "backspace", "ctrl+u"]
OFTEN = ("escape", "enter", "tab", "down", "space", *"12345")
FAULTS = (Fault.SERVER_ERROR, Fault.DROP_BEFORE, Fault.DROP_AFTER)


@pytest.mark.parametrize(("seed", "size"), [(1, (80, 24)), (2, (120, 40)), (3, (60, 20))])
async def test_any_keys_leave_the_console_alive(
    seed: int, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # where files go that are written without a folder
    random = Random(seed)
    pressed: list[str] = []
    async with open_console(size=size) as console:
        sandbox = console.app.session.opened.sandbox
        assert sandbox is not None
        for _ in range(120):
            key = random.choice(OFTEN if random.random() < 0.3 else KEYS)
            pressed.append(key)
            await console.pilot.press(key)
            if random.random() < 0.05:
                sandbox.control.faults.add(Rule(random.choice(FAULTS), path="/v1/*", next=2))
            assert console.app.is_running, pressed
            assert console.app._exception is None, pressed
