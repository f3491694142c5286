"""How long ocgate takes to start, against a Textual app that shows one empty table: `python -m tests.bench.startup`.

Every program is started in a terminal of its own (120x40), in turn, so that whatever else the machine does meets all of
them alike. A program has started when the text it is known by is painted: the table's column, or an API client's name.
The console runs on an embedded sandbox that was opened before, as on every day but the first: it shows the list as it
was last seen, with its age, and then the list that the marketplace has answered with, known by its count without an
age. Every program finds its bytecode, as an installed one does, whatever the environment says about writing it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.bench.terminal import ROOT, Terminal, environment, print_table

TOKEN = "eyJhbGciOiJSUzI1NiIsImtpZCI6Ing2c0EifQ.eyJ1c3IiOiJzaG9wcGVyMDEiLCJyb2xlIjoiU2hvcHBlciJ9.c2ln"
READ = "API clients 17 ─"


@dataclass(frozen=True)
class Start:
    """One start: seconds until each text was painted, seconds from the quitting key to the end, peak memory in MiB."""

    painted: tuple[float, ...]
    quit: float
    memory: float


def start_in_terminal(command: Sequence[str], texts: Sequence[str], environ: Mapping[str, str]) -> Start:
    """Start a program in a terminal, wait for the texts, press q and wait for its end. Raises TimeoutError."""
    with Terminal(command, environ) as terminal:
        painted = terminal.wait_for(*texts)
        terminal.press("q")
        ended = terminal.end()
    return Start(painted, ended, terminal.memory)


def time_command(command: Sequence[str], environ: Mapping[str, str]) -> float:
    """Return the seconds a command takes from start to end. Raises CalledProcessError when it fails."""
    began = time.perf_counter()
    subprocess.run(command, cwd=ROOT, env=environ, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def measure(runs: int) -> list[tuple[str, str, str]]:
    """Run everything in turn and return the rows of the table: what, the median, the ratio to the baseline."""
    python = sys.executable
    with environment() as environ:
        console = ([python, "-m", "tui", "--sandbox"], ("Clients", "Buyer Storefront", READ))
        baseline = ([python, str(Path(__file__).with_name("baseline.py"))], ("Baseline",))
        for warm_up in (console, console, baseline):
            start_in_terminal(warm_up[0], warm_up[1], environ)
        tables, consoles, versions, decodes = [], [], [], []
        for _ in range(runs):
            tables.append(start_in_terminal(baseline[0], baseline[1], environ))
            consoles.append(start_in_terminal(console[0], console[1], environ))
            versions.append(time_command([python, "-m", "tui", "--version"], environ))
            decodes.append(time_command([python, "-m", "tui", "decode", TOKEN], environ))
    measure_of = median(start.painted[0] for start in tables)

    def row(name: str, seconds: float) -> tuple[str, str, str]:
        return name, f"{seconds * 1000:.0f} ms", f"{seconds / measure_of:.2f}"

    return [
        row("Textual app, empty table painted", measure_of),
        row("console, frame painted", median(start.painted[0] for start in consoles)),
        row("console, list painted as last seen", median(start.painted[1] for start in consoles)),
        row("console, list read and painted", median(start.painted[2] for start in consoles)),
        row("`ocgate --version`", median(versions)),
        row("`ocgate decode`", median(decodes)),
        ("console, from q to the end", f"{median(start.quit for start in consoles) * 1000:.0f} ms", ""),
        ("Textual app, peak memory", f"{median(start.memory for start in tables):.0f} MiB", ""),
        ("console, peak memory", f"{median(start.memory for start in consoles):.0f} MiB", ""),
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.startup", description=__doc__)
    parser.add_argument("--runs", type=int, default=10, help="starts of each program (10)")
    print_table([("", "median", "ratio"), *measure(parser.parse_args().runs)])


if __name__ == "__main__":
    main()
