"""How long ocgate takes to start, against a Textual app that shows one empty table: `python -m tests.bench.startup`.

Every program is started in a terminal of its own (120x40), in turn, so that whatever else the machine does meets all of
them alike. A program has started when the text it is known by is painted: the table's column, or an API client's name.
The console runs on an embedded sandbox that was opened before, as on every day but the first: it shows the list as it
was last seen, with its age, and then the list that the marketplace has answered with, known by its count without an
age. Every program finds its bytecode, as an installed one does, whatever the environment says about writing it.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TOKEN = "eyJhbGciOiJSUzI1NiIsImtpZCI6Ing2c0EifQ.eyJ1c3IiOiJzaG9wcGVyMDEiLCJyb2xlIjoiU2hvcHBlciJ9.c2ln"
READ = "API clients 17 ─"
PATIENCE = 20.0
_NOT_INHERITED = ("OCGATE_", "NO_COLOR", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")

_SEQUENCE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_][^\x1b]*\x1b\\|[@-Z\\^_=>78])")
_ANSWERS = ((b"\x1b[?2026$p", b"\x1b[?2026;2$y"), (b"\x1b[6n", b"\x1b[1;1R"), (b"\x1b[c", b"\x1b[?62;22c"))


@dataclass(frozen=True)
class Start:
    """One start: seconds until each text was painted, seconds from the quitting key to the end, peak memory in MiB."""

    painted: tuple[float, ...]
    quit: float
    memory: float


def start_in_terminal(command: Sequence[str], texts: Sequence[str], environ: Mapping[str, str]) -> Start:
    """Start a program in a terminal, wait for the texts, press q and wait for its end.

    Raises TimeoutError, with what the screen was sent last, when a text does not come or the program does not end.
    """
    began = time.perf_counter()
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(ROOT)
        os.execve(command[0], list(command), dict(environ))
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    received = b""
    try:
        times: list[float] = []
        while len(times) < len(texts):
            chunk = _read(terminal, began, received)
            if not chunk:
                raise TimeoutError(f"the program ended early; the last was {_last(received)}")
            received += chunk
            plain = _SEQUENCE.sub(b"", received).decode("utf-8", "replace")
            while len(times) < len(texts) and texts[len(times)] in plain:
                times.append(time.perf_counter() - began)
        os.write(terminal, b"q")
        pressed = time.perf_counter()
        while chunk := _read(terminal, pressed, received):
            received += chunk
        _, _, usage = os.wait4(process, 0)
        ended = time.perf_counter() - pressed
    except TimeoutError:
        os.kill(process, 9)
        os.waitpid(process, 0)
        raise
    finally:
        os.close(terminal)
    return Start(tuple(times), ended, usage.ru_maxrss / (1 << (20 if sys.platform == "darwin" else 10)))


def _read(terminal: int, since: float, received: bytes) -> bytes:
    """Return what the program wrote, b"" at its end; answers the questions that terminals are asked."""
    left = since + PATIENCE - time.perf_counter()
    if left <= 0 or not select.select([terminal], [], [], left)[0]:
        raise TimeoutError(f"nothing more in {PATIENCE:.0f} s; the last was {_last(received)}")
    try:
        chunk = os.read(terminal, 1 << 16)
    except OSError:  # how Linux says that the other side has closed the terminal
        return b""
    for question, answer in _ANSWERS:
        if question in chunk:
            os.write(terminal, answer)
    return chunk


def _last(received: bytes) -> str:
    return repr(_SEQUENCE.sub(b" ", received)[-800:])


def time_command(command: Sequence[str], environ: Mapping[str, str]) -> float:
    """Return the seconds a command takes from start to end. Raises CalledProcessError when it fails."""
    began = time.perf_counter()
    subprocess.run(command, cwd=ROOT, env=environ, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def measure(runs: int) -> list[tuple[str, str, str]]:
    """Run everything in turn and return the rows of the table: what, the median, the ratio to the baseline."""
    python = sys.executable
    with tempfile.TemporaryDirectory() as home:
        environ = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_INHERITED)}
        environ |= {"OCGATE_HOME": home, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        environ["PYTHONPYCACHEPREFIX"] = str(Path(home, "bytecode"))
        console = ([python, "-m", "tui", "--sandbox"], ("Clients", "Buyer Storefront", READ))
        baseline = ([python, str(HERE / "baseline.py")], ("Baseline",))
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
    rows = [("", "median", "ratio"), *measure(parser.parse_args().runs)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [f"| {name:{widths[0]}} | {value:>{widths[1]}} | {ratio:>{widths[2]}} |" for name, value, ratio in rows]
    lines.insert(1, f"|{'-' * (widths[0] + 2)}|{'-' * (widths[1] + 1)}:|{'-' * (widths[2] + 1)}:|")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
