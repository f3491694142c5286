"""What the size of a marketplace costs in Access: `python -m tests.bench.access`.

The console runs in a terminal of its own (120x40) on an embedded sandbox of 1,000 API clients and 1,000 companies and
on one of 17 and 10, in turn, so that whatever else the machine does meets both alike. Measured are the first picture of
the matrix, keys that move the cursor (to the first byte painted), a jump to its last cell, the first result of a
filter, the lines by kind, and peak memory. Keys come once nothing is painted any more for 0.15 s. The last line tells
how long the rules take for 200 API clients by 5,000 parties, every cell with what decides, in this process.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.bench.terminal import Terminal, compare, environment, print_table
from tui.access.facts import Party, PartyKind
from tui.access.matrix import AccessMatrix
from tui.access.world import Assignment, Client
from tui.sandbox import Planting, Sandbox
from tui.sandbox.large import LargeSize

KEYS = 8


@dataclass(frozen=True)
class Marketplace:
    """A marketplace in a file, and how many parties and API clients its matrix has."""

    file: Path
    parties: int
    api_clients: int


@dataclass(frozen=True)
class Sitting:
    """Seconds of one sitting, and MiB."""

    matrix_shown: float
    key_down_to_first_byte: float
    key_right_to_first_byte: float
    jump_to_the_last_cell: float
    filter_to_first_result: float
    lines_by_kind: float
    peak_memory: float


async def make(file: Path, planting: Planting, parties: int, api_clients: int) -> Marketplace:
    """Make a marketplace in a file."""
    await (await Sandbox.open(file, planting=planting)).close()
    return Marketplace(file, parties, api_clients)


def sit(here: Marketplace, environ: Mapping[str, str]) -> Sitting:
    """Open the console, look around in Access, and leave."""
    with Terminal([sys.executable, "-m", "tui", "--db", str(here.file)], environ) as terminal:
        terminal.wait_for(f"API clients {here.api_clients:,} ─")
        terminal.press("2")
        (shown,) = terminal.wait_for(f"party 1 of {here.parties} · API client 1 of {here.api_clients}")
        moves: dict[str, list[float]] = {"j": [], "l": []}
        for key, times in moves.items():
            for _ in range(KEYS):
                terminal.press(key)
                times.append(terminal.first_paint())
        terminal.press("G")
        terminal.wait_for(f"party {here.parties} of")
        terminal.press("$")
        (jump,) = terminal.wait_for(f"API client {here.api_clients} of")
        terminal.press("/")
        terminal.wait_for("name or ID")
        terminal.press("supplier")
        (found,) = terminal.wait_for("of 11 parties" if here.parties == 11 else f"of {here.parties:,} parties")
        terminal.press("\x1b")
        terminal.press("b")
        (grouped,) = terminal.wait_for("kind ")
        terminal.press("\x11")
        terminal.end()
    return Sitting(shown, median(moves["j"]), median(moves["l"]), jump, found, grouped, terminal.memory)


def measure(runs: int, api_clients: int, companies: int) -> list[tuple[str, str, str, str]]:
    """Sit in both in turn and return the rows of the table: what, the medians, and the ratio."""
    size = LargeSize(api_clients=api_clients, buyers=companies * 9 // 10, suppliers=companies // 10, users=companies)
    with environment() as environ, tempfile.TemporaryDirectory() as folder:
        small = asyncio.run(make(Path(folder, "small.db"), Planting("demo"), 11, 17))
        # The seller is a party too, and the seed has an API client of its own.
        large = asyncio.run(make(Path(folder, "large.db"), Planting("large", size), companies + 1, api_clients + 1))
        return compare(sit, small, large, environ, runs)


def a_million_cells() -> tuple[float, int]:
    """Decide 200 API clients by 5,000 parties; return the seconds, and how many cells let somebody in."""
    parties = [Party(PartyKind.SELLER, "seller")]
    parties += [Party(PartyKind.BUYER, f"b{n}", active=n % 20 > 0) for n in range(4_500)]
    parties += [Party(PartyKind.SUPPLIER, f"s{n}") for n in range(499)]
    clients = [Client(f"c{n}", f"Client {n}", allow_any_buyer=n % 5 == 0) for n in range(200)]
    own = {each.id: [Assignment(each.id, f"b{n * 7}") for n in range(100)] for each in clients}
    begun = time.perf_counter()
    matrix = AccessMatrix(parties, clients, own)
    got_in = sum(each.gets_in for column in range(200) for each in matrix.column(column))
    return time.perf_counter() - begun, got_in


def main() -> None:
    """Print the table, and the time of a million cells."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.access", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="sittings in each marketplace (5)")
    parser.add_argument("--api-clients", type=int, default=1_000)
    parser.add_argument("--companies", type=int, default=1_000)
    arguments = parser.parse_args()
    rows = measure(arguments.runs, arguments.api_clients, arguments.companies)
    print_table([("", "17 x 11", f"{arguments.api_clients:,} x {arguments.companies:,}", "ratio"), *rows])
    a_million_cells()
    seconds, got_in = a_million_cells()
    print(f"200 API clients by 5,000 parties: {seconds:.2f} s, {got_in:,} cells let somebody in; allowed 1 s")  # noqa: T201


if __name__ == "__main__":
    main()
