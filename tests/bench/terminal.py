"""A program in a terminal of its own, for benchmarks: what it paints, and when."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from statistics import median
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

M = TypeVar("M")

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 20.0
_NOT_INHERITED = ("OCGATE_", "NO_COLOR", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")
_SEQUENCE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_][^\x1b]*\x1b\\|[@-Z\\^_=>78])")
_ANSWERS = ((b"\x1b[?2026$p", b"\x1b[?2026;2$y"), (b"\x1b[6n", b"\x1b[1;1R"), (b"\x1b[c", b"\x1b[?62;22c"))


@contextmanager
def environment() -> Iterator[dict[str, str]]:
    """Give the environment of a program under measure: a home of its own that is empty, and bytecode that is kept."""
    with tempfile.TemporaryDirectory() as home:
        environ = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_INHERITED)}
        environ |= {"OCGATE_HOME": home, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        environ["PYTHONPYCACHEPREFIX"] = str(Path(home, "bytecode"))
        yield environ


class Terminal:
    """A program that runs in a terminal of 120x40; leaving the context ends it.

    Every method raises TimeoutError, with what the screen was sent last, when nothing comes any more.
    """

    def __init__(self, command: Sequence[str], environ: Mapping[str, str]) -> None:
        self.began = time.perf_counter()
        self._received = b""
        self._process, self._terminal = pty.fork()
        if self._process == 0:
            os.chdir(ROOT)
            os.execve(command[0], list(command), dict(environ))
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self.memory = 0.0
        """Peak memory in MiB; known when the program has ended."""

    def wait_for(self, *texts: str) -> tuple[float, ...]:
        """Return the seconds since the start, or the last keys, until each text was painted, one after the other."""
        times: list[float] = []
        while len(times) < len(texts):
            plain = _SEQUENCE.sub(b"", self._received).decode("utf-8", "replace")
            while len(times) < len(texts) and texts[len(times)] in plain:
                times.append(time.perf_counter() - self.began)
            if len(times) < len(texts) and not self._read():
                raise TimeoutError(f"the program ended early; the last was {self._last()}")
        return tuple(times)

    def press(self, keys: str) -> None:
        """Send keys; from now on times count from here, and only what is painted from here on is looked at."""
        while select.select([self._terminal], [], [], 0.15)[0]:
            if not self._read():
                raise TimeoutError(f"the program ended early; the last was {self._last()}")
        self._received = b""
        os.write(self._terminal, keys.encode())
        self.began = time.perf_counter()

    def first_paint(self) -> float:
        """Return the seconds from the last keys to the first byte of what they painted."""
        while not self._received:
            self._read()
        return time.perf_counter() - self.began

    def end(self) -> float:
        """Wait for the end; return the seconds that it took since the last keys."""
        while self._read():
            pass
        _, _, usage = os.wait4(self._process, 0)
        self._process = 0
        self.memory = usage.ru_maxrss / (1 << (20 if sys.platform == "darwin" else 10))
        return time.perf_counter() - self.began

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process:
            os.kill(self._process, 9)
            os.waitpid(self._process, 0)
        os.close(self._terminal)

    def _read(self) -> bool:
        """Take in what the program wrote, and answer what terminals are asked; return whether it still runs."""
        left = self.began + PATIENCE - time.perf_counter()
        if left <= 0 or not select.select([self._terminal], [], [], left)[0]:
            raise TimeoutError(f"nothing more in {PATIENCE:.0f} s; the last was {self._last()}")
        try:
            chunk = os.read(self._terminal, 1 << 16)
        except OSError:  # how Linux says that the other side has closed the terminal
            return False
        for question, answer in _ANSWERS:
            if question in chunk:
                os.write(self._terminal, answer)
        self._received += chunk
        return bool(chunk)

    def _last(self) -> str:
        return repr(_SEQUENCE.sub(b" ", self._received)[-800:])


def compare(
    sit: Callable[[M, Mapping[str, str]], DataclassInstance], small: M, large: M, environ: Mapping[str, str], runs: int
) -> list[tuple[str, str, str, str]]:
    """Sit in two marketplaces in turn, once each beforehand; return the rows of a table: what, medians, their ratio.

    `sit` gives seconds, and MiB as `peak_memory`.
    """
    for warm_up in (small, large):
        sit(warm_up, environ)
    sittings = [(sit(small, environ), sit(large, environ)) for _ in range(runs)]
    rows = []
    for field in fields(sittings[0][0]):
        one, other = (median(getattr(each[side], field.name) for each in sittings) for side in (0, 1))
        unit, scale = ("MiB", 1) if field.name == "peak_memory" else ("ms", 1000)
        words = field.name.replace("_", " ")
        rows.append((words, f"{one * scale:.0f} {unit}", f"{other * scale:.0f} {unit}", f"{other / one:.2f}"))
    return rows


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows as a Markdown table, the first one as its heading; all but the first column to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]

    def line(row: Sequence[str]) -> str:
        cells = (f"{cell:{'<' if not place else '>'}{widths[place]}}" for place, cell in enumerate(row))
        return f"| {' | '.join(cells)} |"

    rule = "|".join("-" * (width + 2) if not place else "-" * (width + 1) + ":" for place, width in enumerate(widths))
    sys.stdout.write("\n".join([line(rows[0]), f"|{rule}|", *map(line, rows[1:])]) + "\n")
