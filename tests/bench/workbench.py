"""What the size of a marketplace costs in Clients: `python -m tests.bench.workbench`.

The console runs in a terminal of its own (120x40) on an embedded sandbox of 10,000 API clients and 100,000 buyers and
on one of 50 and 100, in turn, so that whatever else the machine does meets both alike. Measured are the list read from
the marketplace, the jump to its end, a key that moves the cursor (to the first byte painted), the first result of a
filter, each until it is painted, and peak memory. Keys come once nothing is painted any more for 0.15 s.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import sys
import tempfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.bench.sandbox import make_large
from tests.bench.terminal import Terminal, compare, environment, print_table

KEYS = 12
TIMES = 5
"""How often the jump and the filter are done in a sitting; how they lie to the frames adds up to 16 ms to one."""


@dataclass(frozen=True)
class Marketplace:
    """A marketplace in a file: how many API clients it has, the first and the last of their names, and what to find.

    `word` has two characters in every marketplace and finds `found` API clients, fewer than its first character does:
    so the answer to the whole word is told from the one painted on the way.
    """

    file: Path
    count: int
    first: str
    last: str
    word: str
    found: int


@dataclass(frozen=True)
class Sitting:
    """Seconds of one sitting, and MiB."""

    list_read: float
    jump_to_the_end: float
    key_to_first_byte: float
    filter_to_first_result: float
    peak_memory: float


async def make(file: Path, api_clients: int, buyers: int) -> Marketplace:
    """Make a marketplace in a file."""
    await make_large(file, api_clients, buyers, api_clients * 2)
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute('SELECT "AppName", "ID", coalesce("DefaultContextUserName", \'\') FROM api_clients')
        texts = {row[0]: "\n".join(row).casefold() for row in rows}
    names = sorted(texts, key=str.casefold)

    def found(word: str) -> int:
        return sum(word in text for text in texts.values())

    word = next(name[-2:] for name in names[len(names) // 3 :] if found(name[-2:]) < found(name[-2]))
    return Marketplace(file, len(names), names[0], names[-1], word, found(word))


def sit(here: Marketplace, environ: Mapping[str, str]) -> Sitting:
    """Open the console, look around, and leave."""
    with Terminal([sys.executable, "-m", "tui", "--db", str(here.file)], environ) as terminal:
        # The dots say that the first page is here and the rest is being read; a list as last seen says its age.
        (read,) = terminal.wait_for(f"API clients {here.count:,} {'…' if here.count > 100 else '─'}")
        terminal.wait_for(f"API clients {here.count:,} ─")
        jumps: list[float] = []
        for _ in range(TIMES):
            terminal.press("G")
            jumps += terminal.wait_for(here.last)
            terminal.press("g")
            terminal.wait_for(here.first)
        moves = []
        for _ in range(KEYS):
            terminal.press("j")
            moves.append(terminal.first_paint())
        terminal.press("/")
        terminal.wait_for("Field=value")
        found: list[float] = []
        for _ in range(TIMES):
            terminal.press(here.word)
            found += terminal.wait_for(f"{here.found:,} of {here.count:,}")
            terminal.press("\x15")  # ^u empties the line
            terminal.wait_for(f"API clients {here.count:,} ─")
        terminal.press("\x1b")
        terminal.press("\x11")
        terminal.end()
    return Sitting(read, median(jumps), median(moves), median(found), terminal.memory)


def measure(runs: int, api_clients: int, buyers: int) -> list[tuple[str, str, str, str]]:
    """Sit in both in turn and return the rows of the table: what, the medians, and the ratio."""
    with environment() as environ, tempfile.TemporaryDirectory() as folder:
        small = asyncio.run(make(Path(folder, "small.db"), 50, 100))
        large = asyncio.run(make(Path(folder, "large.db"), api_clients, buyers))
        return compare(sit, small, large, environ, runs)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.workbench", description=__doc__)
    parser.add_argument("--runs", type=int, default=7, help="sittings in each marketplace (7)")
    parser.add_argument("--api-clients", type=int, default=10_000)
    parser.add_argument("--buyers", type=int, default=100_000)
    arguments = parser.parse_args()
    rows = measure(arguments.runs, arguments.api_clients, arguments.buyers)
    print_table([("", "50", f"{arguments.api_clients:,}", "ratio"), *rows])


if __name__ == "__main__":
    main()
