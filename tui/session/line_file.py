"""A file of lines that only grows, of its owner's alone: written by a thread, read from its end.

Several consoles may write at once: each line is written whole under a lock. A file that has grown large is set aside,
and a new one begun.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path


class LineFile(ABC):
    """The file. Lines are written by a thread, in order, which never raises: see `problem`.

    Args:
        path: Where it is; its folder is made when it is first written to.
        most_bytes: How large it grows before it is set aside.
        called: What it is called when it cannot be written, as in `journal`.
    """

    def __init__(self, path: Path, most_bytes: int, called: str) -> None:
        self.path = path
        self.problem = ""
        """Why the last line could not be written; blank when it could."""
        self._most_bytes = most_bytes
        self._called = called
        self._writer: ThreadPoolExecutor | None = None

    def close(self) -> None:
        """Wait until everything is written."""
        if self._writer is not None:
            self._writer.shutdown()
            self._writer = None

    def _write_soon(self, line: Callable[[], str]) -> None:
        """Write the whole line that `line` gives; the thread asks for it."""
        if self._writer is None:
            # Its thread is waited for when the process ends: what was noted is written, crash or not.
            self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix=self._called)
        self._writer.submit(self._append, line)

    def _settle(self) -> None:
        """Wait for what is still to be written."""
        if self._writer is not None:
            self._writer.submit(lambda: None).result()

    def _append(self, line: Callable[[], str]) -> None:
        try:
            append_line(self.path, line().encode(), self._make_room)
        except (OSError, ValueError) as error:
            self.problem = f"The {self._called} could not be written: {getattr(error, 'strerror', None) or error}"
        else:
            self.problem = ""

    def _make_room(self) -> None:
        try:
            full = self.path.stat().st_size >= self._most_bytes
        except FileNotFoundError:
            return
        if full:
            self._set_aside()

    @abstractmethod
    def _set_aside(self) -> None:
        """Give the file another name; called under its lock."""


def append_line(path: Path, line: bytes, make_room: Callable[[], None] = lambda: None) -> None:
    """Write a line whole at the end of a file of its owner's alone, after making room. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with locked(path.with_suffix(".lock")):
        make_room()
        file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            size = os.fstat(file).st_size
            # A line that was cut short by a crash or a full disk must not take this one with it.
            torn = size > 0 and _last_byte(file, size) != b"\n"
            os.write(file, (b"\n" if torn else b"") + line)
        finally:
            os.close(file)


def _last_byte(file: int, size: int) -> bytes:
    os.lseek(file, size - 1, os.SEEK_SET)
    return os.read(file, 1)


def lines_from_the_end(file: Path, block: int = 64 * 1024) -> Iterator[bytes]:
    """Give the lines of a file that are not blank, the last first, reading no more of it than is asked for."""
    try:
        source = file.open("rb")
    except FileNotFoundError:
        return
    with source:
        at = source.seek(0, os.SEEK_END)
        rest = b""
        while at > 0:
            step = min(block, at)
            at = source.seek(at - step)
            first, *lines = (source.read(step) + rest).split(b"\n")
            yield from (line for line in reversed(lines) if line.strip())
            rest = first
        if rest.strip():
            yield rest


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other consoles waiting; the lock ends with the process, however that ends."""
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if os.name == "posix":
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        else:  # pragma: no cover - Windows
            import msvcrt

            msvcrt.locking(file, msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined,unused-ignore]  # of Windows alone
        yield
    finally:
        os.close(file)
