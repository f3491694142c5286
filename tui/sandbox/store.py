"""SQLite on one thread of its own: one hop for each request, one transaction for each hop.

Reads that are short make no hop, which would cost more than they do: they run where they are wanted, on the same
connection, while the thread has nothing to do. Neither waits for the other, nor for other processes: a read that cannot
be made at once, or that turns out to be long, goes to the thread like all others.

The journal is a write-ahead log with `synchronous = NORMAL`: a write that was acknowledged survives the process being
killed at any moment, and after a power cut the file is whole though the last writes may be missing.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from tui.sandbox.connection import StoreConnection, TooLong
from tui.sandbox.errors import NotASandbox, SandboxError, SandboxLocked, SandboxReadOnly, SandboxTooNew
from tui.sandbox.randomness import seed_thread
from tui.sandbox.schema import APPLICATION_ID, MIGRATIONS

T = TypeVar("T")
Unit = Callable[[sqlite3.Connection], T]

BUSY_SECONDS = 5.0
SHORT = 5_000
"""How many steps of SQLite's machine a short read may take three times, which is less than a millisecond."""
_STATEMENTS = 512
_INTERRUPTED = (sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


class Store:
    """An open database. Every unit of work runs alone, whole or not at all."""

    def __init__(
        self, path: Path | None, *, busy_seconds: float = BUSY_SECONDS, random_seed: str | None = None
    ) -> None:
        """Name the file, None for memory; nothing is touched before `open`. `random_seed`: see `randomness`."""
        self.path = path
        self._busy_seconds = busy_seconds
        self._thread = ThreadPoolExecutor(1, "sandbox-store", seed_thread, (random_seed,))
        self._connection: StoreConnection | None = None
        self._using = threading.Lock()
        self._patient = False
        self._ticks_left = 0

    async def open(self, first: Unit[T]) -> T:
        """Open or make the file, migrate it when it is older, and run the first unit of work in the same hop.

        Raises a SandboxError that says what is wrong with the file.
        """
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._open, first)
        except BaseException:
            self._thread.shutdown(wait=False)
            raise

    async def run(self, unit: Unit[T], *, write: bool = False, listed: bool = True) -> T:
        """Run one unit of work in a transaction of its own; it is rolled back when the unit raises.

        Of what lists show, one that writes nothing `listed` changes users only: other lists need not be found anew.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._transact, unit, write, listed)

    async def look(self, unit: Unit[T]) -> T:
        """Run a unit that only reads and is short: at once where the database is free, else as `run` does.

        It is begun anew when it turned out to be long, so it changes nothing outside the database either.
        """
        if self._using.acquire(blocking=False):
            try:
                return self._at_once(unit)
            except TooLong:
                pass
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF not in _INTERRUPTED:
                    raise
            finally:
                self._using.release()
        return await self.run(unit)

    async def run_alone(self, unit: Unit[T]) -> T:
        """Run one unit of work without a transaction, for what SQLite does as a whole by itself."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._alone, unit)

    async def close(self) -> None:
        """Finish what is under way and let go of the file. Closing twice does nothing more."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            await asyncio.get_running_loop().run_in_executor(self._thread, self._let_go, connection)
        self._thread.shutdown(wait=False)

    def _alone(self, unit: Unit[T]) -> T:
        with self._using:
            connection = self._take(patient=True)
            try:
                return unit(connection)
            finally:
                connection.forget()

    def _let_go(self, connection: sqlite3.Connection) -> None:
        with self._using:
            connection.close()

    def _at_once(self, unit: Unit[T]) -> T:
        connection = self._take(patient=False)
        self._ticks_left = 3  # two may be near, as the steps of earlier calls of each statement are counted as well
        connection.hurried = True
        try:
            return _transact(connection, unit, write=False)
        finally:
            connection.hurried = False

    def _tick(self) -> bool:
        """Tell whether what is under way is a short read that has become long."""
        self._ticks_left -= 1
        return self._connection is not None and self._connection.hurried and self._ticks_left <= 0

    def _take(self, *, patient: bool) -> StoreConnection:
        """Give the connection, which waits for other processes when it is patient. The lock is held."""
        if self._connection is None:
            raise RuntimeError("the sandbox is closed")
        if self._patient is not patient:
            milliseconds = int(self._busy_seconds * 1000) if patient else 0
            self._connection.execute(f"PRAGMA busy_timeout = {milliseconds}")
            self._patient = patient
        return self._connection

    def _open(self, first: Unit[T]) -> T:
        if self.path is None:
            return self._prepare(self._connect(":memory:"), first)
        path = self.path
        try:
            _make_private(path)
            connection = self._connect(path)
        except (OSError, sqlite3.Error) as error:
            raise SandboxReadOnly(path, f"The sandbox cannot write its database {path}.") from error
        try:
            return self._prepare(connection, first)
        except sqlite3.Error as error:
            connection.close()
            raise explain(path, error) from error
        except BaseException:
            connection.close()
            raise

    def _connect(self, database: Path | str) -> StoreConnection:
        """Connect. Of the two threads that use the connection the lock lets one at a time."""
        connection = sqlite3.connect(
            database,
            isolation_level=None,
            timeout=self._busy_seconds,
            check_same_thread=False,
            factory=StoreConnection,
            cached_statements=_STATEMENTS,
        )
        self._patient = True
        connection.set_progress_handler(self._tick, SHORT)
        return connection

    def _prepare(self, connection: StoreConnection, first: Unit[T]) -> T:
        connection.execute("PRAGMA foreign_keys = ON")
        if self.path is not None:
            check_is_ours(connection, self.path)
            _use_wal(connection, self._busy_seconds)
            connection.execute("PRAGMA synchronous = NORMAL")
        migrate(connection)
        self._connection = connection
        try:
            return self._transact(first, write=False)
        except BaseException:
            self._connection = None
            raise

    def _transact(self, unit: Unit[T], write: bool, listed: bool = True) -> T:
        with self._using:
            connection = self._take(patient=True)
            changes = connection.total_changes
            result = _transact(connection, unit, write=write)
            if not listed:
                connection.keep(changes, but="users")
            return result


def _transact(connection: StoreConnection, unit: Unit[T], *, write: bool) -> T:
    connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
    try:
        result = unit(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        if write:
            connection.forget()
        raise
    return result


def _use_wal(connection: sqlite3.Connection, patience: float) -> None:
    """Turn write-ahead logging on. SQLite does not wait by itself while another process turns it on as well."""
    ends = time.monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= ends:
                raise
            time.sleep(0.01)
        else:
            return


def _make_private(path: Path) -> None:
    """Make the file, readable by its owner only, in a folder of its owner's only; existing ones are left alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        path.touch(mode=0o600)
    elif not os.access(path, os.W_OK):
        raise PermissionError(path)


def check_is_ours(connection: sqlite3.Connection, path: Path) -> None:
    """Raise NotASandbox or SandboxTooNew unless the database is empty or one of ours."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if application != APPLICATION_ID and connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
        raise NotASandbox(path, f"{path} is a database of another program, not of a sandbox.")
    if application == APPLICATION_ID and version > len(MIGRATIONS):
        message = f"{path} was written by a newer version of ocgate; update ocgate or choose another file."
        raise SandboxTooNew(path, message)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the tables up to date, each migration whole or not at all, though another process may do the same."""
    if _version(connection) == len(MIGRATIONS):
        return
    connection.execute("BEGIN EXCLUSIVE")
    try:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        for number, script in enumerate(MIGRATIONS[_version(connection) :], _version(connection) + 1):
            with closing(connection.cursor()) as cursor:
                for statement in _statements(script):
                    cursor.execute(statement)
                cursor.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _statements(script: str) -> Iterator[str]:
    """Split a script; a trigger has semicolons of its own."""
    statement = ""
    for part in script.split(";"):
        statement += f"{part};"
        if part.strip() and sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def explain(path: Path, error: sqlite3.Error) -> SandboxError:
    """Tell why a database file cannot be used."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return NotASandbox(path, f"{path} is no sandbox database, or a damaged one; choose another file.")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return SandboxLocked(path, f"{path} is in use by another process that does not let go of it.")
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return SandboxReadOnly(path, f"The sandbox cannot write its database {path}.")
    return SandboxError(path, f"The sandbox cannot use its database {path}: {error}.")
