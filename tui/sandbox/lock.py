"""A lock that says who serves a database. The operating system holds it, so it ends with the process, however it ends.

Only servers take it. Consoles share a database with each other and with one server, through SQLite's own locks, as they
always could: they write seldom, and tokens are good for the address they were issued at anyway.
"""

from __future__ import annotations

import os
from pathlib import Path

from tui.sandbox.errors import SandboxReadOnly, SandboxServed


class ServerLock:
    """The lock of a database's server, in a file beside it which stays there."""

    def __init__(self, database: Path) -> None:
        """Take the lock. Raises SandboxServed when another server has it."""
        self._file = -1
        path = database.with_name(database.name + ".lock")
        try:
            database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise SandboxReadOnly(database, f"The sandbox cannot write beside its database {database}.") from error
        if not _take(self._file):
            who = os.pread(self._file, 20, 1).decode("ascii", "replace") if os.name == "posix" else ""
            self.release()
            process = f" (process {who})" if who.isdigit() else ""
            message = (
                f"Another server{process} serves {database}; stop it, name another file with --db, or use --memory."
            )
            raise SandboxServed(database, message)
        os.ftruncate(self._file, 0)
        os.write(self._file, f" {os.getpid()}".encode())

    def release(self) -> None:
        """Let go. Doing it twice does nothing more."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def _take(file: int) -> bool:
    """Lock the first byte, without waiting."""
    try:
        if os.name == "posix":
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:  # pragma: no cover - Windows
            import msvcrt

            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]  # of Windows alone
    except OSError:
        return False
    return True
