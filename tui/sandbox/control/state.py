"""The whole marketplace at once: kept in a file, taken from one, made anew, given away as a seeding file."""

from __future__ import annotations

import asyncio
import os
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tui.sandbox.control.clock import ControlledClock
from tui.sandbox.deterministic import stand_at_start
from tui.sandbox.errors import ApiError, SandboxError, SandboxReadOnly, not_found, refusal
from tui.sandbox.keys import new_key
from tui.sandbox.planting import Planting, grown
from tui.sandbox.randomness import seed_thread
from tui.sandbox.services import Services
from tui.sandbox.store import check_is_ours, explain, migrate

if TYPE_CHECKING:
    from tui.sandbox.control.left_out import Imported
    from tui.sandbox.sandbox import Sandbox

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


class State:
    """The state of an open marketplace. Every change of it is whole or not at all.

    A snapshot is the whole database, with the signing key, the secrets and the hashes of passwords: its file is for
    its owner only. An export is YAML, and none of those is in it. `folder` is where snapshots by name are kept.
    """

    def __init__(self, sandbox: Sandbox, services: Services, clock: ControlledClock) -> None:
        self._clock = clock
        self._sandbox = sandbox
        self._services = services
        self._restored = 0
        self._one_at_a_time = asyncio.Lock()
        self.folder: Path | None = None if sandbox.path is None else sandbox.path.with_name("snapshots")

    async def snapshot(self, path: Path) -> None:
        """Keep the marketplace in a file; a snapshot that is there is replaced. Raises SandboxError."""
        async with self._one_at_a_time:
            await self._services.store.run_alone(partial(_save, path))

    async def restore(self, path: Path) -> None:
        """Take the marketplace from a snapshot, or from any sandbox's file. Raises SandboxError."""
        async with self._one_at_a_time:
            await self._replace(lambda: _load(path), seed="restored")

    async def hold(self) -> bytes:
        """Give the marketplace as it is, with everything that is secret in it, for `put_back`. Raises SandboxError."""
        async with self._one_at_a_time:
            return await self._services.store.run_alone(lambda connection: connection.serialize())

    async def put_back(self, held: bytes) -> None:
        """Make the marketplace what it was. Tokens that were good then are good again. Raises SandboxError."""
        async with self._one_at_a_time:
            await self._replace(lambda: _unpacked(held), seed="put back")

    async def reset(self, planting: Planting | None = None) -> None:
        """Make the marketplace anew, by default from the seed that it was opened with. Older tokens are dead."""
        async with self._one_at_a_time:
            random_seed = self._sandbox.planting.random_seed
            wanted = replace(planting or self._sandbox.planting, random_seed=random_seed)
            if random_seed is None:
                self._services.new_key = new_key
            else:
                stand_at_start(self._clock)
            now, hashing = self._services.clock(), self._services.hashing
            await self._replace(lambda: wanted.grow(now, hashing), seed=None)
            self._sandbox.planting = wanted

    async def export_seeding(self) -> str:
        """Give the marketplace as a file of OrderCloud's seeding tool."""
        from tui.sandbox.control.seeding import dump, read_marketplace

        content = await self._services.store.run(read_marketplace)
        return await asyncio.to_thread(dump, content)

    async def import_seeding(self, text: str) -> Imported:
        """Take the marketplace from a file of the seeding tool.

        Gives how many objects of each resource were made, and what was left out because the sandbox has no place for
        it. Users without a password get that of the sign-in sheet. Raises ApiError 400 with what is wrong.
        """
        from tui.sandbox.control.planter import plant_seeding
        from tui.sandbox.control.seeding import parse

        async with self._one_at_a_time:
            content = await asyncio.to_thread(parse, text)
            find = "SELECT m.ID, m.Name, s.password FROM marketplace m LEFT JOIN sign_in s"
            kept = await self._services.store.run(lambda c: c.execute(find).fetchone())
            now, hashing = self._services.clock(), self._services.hashing
            done: list[Imported] = []

            def plant(connection: sqlite3.Connection) -> None:
                done.append(plant_seeding(connection, content, kept, now, hashing))

            if self._sandbox.planting.random_seed is None:
                self._services.new_key = new_key
            await self._replace(lambda: grown(plant), seed="imported")
            return done[0]

    def named(self, name: str) -> Path:
        """Give the file of a snapshot by its name. Raises ApiError 400 for a name that could be a path."""
        if self.folder is None:
            message = "This sandbox has no folder for snapshots; start it with --snapshots and a folder."
            raise refusal(400, "Sandbox.NoSnapshots", message)
        if not _NAME.fullmatch(name):
            message = "Name is 1 to 100 letters, digits, - and _, and begins with a letter or digit."
            raise refusal(400, "Sandbox.InvalidMember", message, {"Property": "Name", "Value": name[:200]})
        return self.folder / f"{name}.db"

    def existing(self, name: str) -> Path:
        """Give the file of a snapshot that is there. Raises ApiError 404."""
        path = self.named(name)
        if not path.is_file():
            raise not_found("Snapshot", name)
        return path

    def names(self) -> list[str]:
        """Give the names of the snapshots in the folder."""
        return sorted(each.stem for each in self.folder.glob("*.db")) if self.folder is not None else []

    async def _replace(self, make: Callable[[], sqlite3.Connection], *, seed: str | None) -> None:
        """Put what `make` gives in the place of the marketplace; both work on the store's thread."""

        def put(connection: sqlite3.Connection) -> None:
            with closing(make()) as made:
                made.backup(connection)

        random_seed = self._sandbox.planting.random_seed
        self._services.forget()  # whoever wants the key from here on waits for the new one
        await self._services.store.run_alone(put)
        if random_seed is not None and seed is not None:
            self._restored += 1  # the same stream again would give IDs that the restored marketplace has
            anew = f"{random_seed} {seed} {self._restored}"
            await self._services.store.run_alone(lambda _: seed_thread(anew))
        await self._sandbox.look_again()


def _save(path: Path, connection: sqlite3.Connection) -> None:
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.exists():
            _open(path).close()  # nothing but a sandbox's file is written over
        scratch.unlink(missing_ok=True)
        os.close(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with closing(sqlite3.connect(scratch, isolation_level=None)) as target:
            connection.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
        scratch.replace(path)
    except OSError as error:
        raise SandboxReadOnly(path, f"The snapshot {path} cannot be written: {error.strerror or error}.") from error
    except sqlite3.Error as error:
        raise explain(path, error) from error
    finally:
        with suppress(OSError):
            scratch.unlink(missing_ok=True)


def _load(path: Path) -> sqlite3.Connection:
    """Copy a snapshot into memory, where it is checked and brought up to date."""
    with closing(_open(path)) as source:
        copy = sqlite3.connect(":memory:", isolation_level=None)
        try:
            source.backup(copy)
            if copy.execute("PRAGMA quick_check").fetchone()[0] != "ok":
                raise SandboxError(path, f"The snapshot {path} is damaged.")
            migrate(copy)
        except sqlite3.Error as error:
            copy.close()
            raise explain(path, error) from error
        except BaseException:
            copy.close()
            raise
        return copy


def _unpacked(held: bytes) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    connection.deserialize(held)
    return connection


def _open(path: Path) -> sqlite3.Connection:
    """Open a sandbox's file to read it. Raises SandboxError."""
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    except sqlite3.Error as error:
        raise explain(path, error) from error
    try:
        check_is_ours(connection, path)
        if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
            raise SandboxError(path, f"{path} holds no marketplace.")
    except sqlite3.Error as error:
        connection.close()
        raise explain(path, error) from error
    except BaseException:
        connection.close()
        raise
    return connection


def as_api_error(error: SandboxError) -> ApiError:
    """Tell on the control API what is wrong with a file."""
    return refusal(400, "Sandbox.UnusableFile", str(error))
