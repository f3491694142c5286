"""Copying: always to the terminal (OSC 52, which works over SSH), and to the system's clipboard where there is one."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Mapping
from os import environ
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.app import App

SECONDS = 2.0
TERMINAL = "the terminal's clipboard (OSC 52)"


def system_command(platform: str, environment: Mapping[str, str]) -> tuple[str, ...] | None:
    """Return the command that puts its standard input on the system's clipboard; None when there is none here."""
    if platform == "darwin":
        return ("pbcopy",)
    if platform == "win32":
        return ("clip",)
    tried: list[tuple[str, ...]] = []
    if environment.get("WAYLAND_DISPLAY"):
        tried.append(("wl-copy",))
    if environment.get("DISPLAY"):
        tried += [("xclip", "-selection", "clipboard"), ("xsel", "--clipboard", "--input")]
    return next((each for each in tried if shutil.which(each[0], path=environment.get("PATH"))), None)


async def copy(app: App[Any], text: str) -> str:
    """Copy a text, and return where it was sent, in words. Never raises for what a clipboard can do."""
    app.copy_to_clipboard(text)
    command = system_command(sys.platform, environ)
    if command is None or not await _feed(command, text):
        return TERMINAL
    return f"{TERMINAL} and the system's ({command[0]})"


async def _feed(command: tuple[str, ...], text: str) -> bool:
    """Give a text to a command's standard input; a value on its command line could be read by others."""
    nowhere = asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.PIPE, stdout=nowhere, stderr=nowhere
        )
    except OSError:
        return False
    try:
        await asyncio.wait_for(process.communicate(text.encode("utf-8", "replace")), SECONDS)
    except (TimeoutError, OSError):
        return False
    finally:
        if process.returncode is None:
            process.kill()
    return process.returncode == 0
