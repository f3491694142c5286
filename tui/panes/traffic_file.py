"""A traffic file: asked for, and read away from the event loop."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.access.words import count
from tui.widgets.plain import literal

if TYPE_CHECKING:
    from textual.app import App

    from tui.session.traffic_requests import Request

LARGEST = 512 << 20
"""Bytes of the largest file that is read."""


@dataclass(frozen=True, slots=True)
class TrafficFile:
    """The requests of a file, and how many of its lines or entries were none."""

    name: str
    requests: tuple[Request, ...]
    skipped: int = 0


async def ask_for_traffic_file(app: App[Any]) -> TrafficFile | None:
    """Ask for a file and read it; None when the person leaves, or after telling what is wrong with it."""
    from tui.session.traffic_files import NotTraffic
    from tui.widgets.dialogs import Ask, Note

    told = (
        "A HAR file, as browsers and proxies export it, or an access log of one JSON object a line. Its tokens are "
        "read for their API clients; none of them is kept."
    )
    ask = Ask(
        "Open a traffic file", (("File", "", False),), body=told, yes="Open", check=lambda given: _why_not(given[0])
    )
    answer = await app.push_screen_wait(ask)
    if answer is None:
        return None
    file = _path(answer[0])
    try:
        return await asyncio.to_thread(read_traffic_file, file)
    except NotTraffic as error:
        problem = f"{file}: {error}."
    except OSError as error:
        problem = f"{file} could not be read: {error.strerror or error}."
    await app.push_screen(Note("This is no traffic", literal(problem, lines=True)))
    return None


def read_traffic_file(file: Path) -> TrafficFile:
    """Read a file. Raises NotTraffic and OSError."""
    from tui.session.traffic_files import read_traffic
    from tui.session.traffic_requests import of_seen

    with file.open(encoding="utf-8-sig", errors="replace") as lines:
        recorded = read_traffic(lines)
    requests = tuple(of_seen(seen, number) for number, seen in enumerate(recorded.seen, 1))
    return TrafficFile(file.name, requests, len(recorded.skipped))


def left_out(file: TrafficFile) -> str:
    """Tell how much of a file was no request; blank for nothing."""
    if not file.skipped:
        return ""
    return f"{count(file.skipped, 'line')} of {file.name} left out: no request."


def _path(typed: str) -> Path:
    return Path(typed.strip()).expanduser()


def _why_not(typed: str) -> str | None:
    if not typed.strip():
        return "Which file? Type its path."
    file = _path(typed)
    if file.is_dir():
        return f"{file} is a folder."
    if not file.exists():
        return f"There is no file {file.absolute()}."
    return f"{file} is larger than 512 MiB." if file.stat().st_size > LARGEST else None
