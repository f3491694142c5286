"""`ocgate shot`: a picture of the console on the demo marketplace after some keys, the same every time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from tui.exits import Exit
from tui.headless.opening import put_in, say, write
from tui.headless.stage import Stage, demo, same_key
from tui.widgets.picture import Picture
from tui.widgets.row_list import RowList


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be shown: after which keys, at how many columns and lines, in which theme (`themes` has the
    person's own), with the cursor on which API client.

    `output` is the file, SVG by its suffix, else text; without one, `as_text` says which goes to standard output.
    """

    keys: tuple[str, ...] = ()
    size: tuple[int, int] = (110, 30)
    theme: str | None = None
    themes: Path | None = None
    api_client: str | None = None
    output: Path | None = None
    as_text: bool = False


class NoSuchRow(Exception):
    """There is no API client of that name in the demo marketplace."""


async def picture(wanted: Wanted) -> str:
    """Return the picture as SVG, or as text. Raises NoSuchRow."""
    async with demo(wanted.size, wanted.theme, wanted.themes) as stage:
        if wanted.api_client is not None:
            await put_cursor(stage, wanted.api_client)
        await stage.play(wanted.keys)
        shown = Picture(stage.app)
        return same_key(shown.text() if _is_text(wanted) else shown.svg())


async def put_cursor(stage: Stage, name: str) -> None:
    """Put the cursor of Clients on the API client of that name. Raises NoSuchRow."""
    rows = stage.app.query_one("#api-clients", RowList)
    names = [each.name for each in rows.rows]
    if name not in names:
        raise NoSuchRow(f"There is no API client {name!r} in the demo marketplace. There are: {', '.join(names)}.")
    rows.cursor = names.index(name)
    await stage.settle()


def _is_text(wanted: Wanted) -> bool:
    return wanted.as_text if wanted.output is None else wanted.output.suffix.lower() != ".svg"


def shot(wanted: Wanted) -> int:
    """Write the picture; return the exit code."""
    try:
        drawn = asyncio.run(picture(wanted))
    except NoSuchRow as error:
        say(str(error))
        return Exit.FAILED
    if (file := wanted.output) is None:
        write(drawn)
    elif not put_in(file, lambda: file.write_text(drawn, encoding="utf-8")):
        return Exit.FAILED
    return Exit.OK
