"""What a new marketplace holds: a seed by its name, and the marketplace in memory that it makes."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

from tui.sandbox.passwords import Hashing
from tui.sandbox.randomness import seed_thread
from tui.sandbox.store import migrate

if TYPE_CHECKING:
    from tui.sandbox.large import LargeSize

Planter: TypeAlias = Callable[[sqlite3.Connection], object]
SeedName: TypeAlias = Literal["demo", "empty", "large"]
SEEDS: tuple[SeedName, ...] = ("demo", "empty", "large")


@dataclass(frozen=True, slots=True)
class Planting:
    """A seed; `size` is of the large one alone. `random_seed` makes everything that is random repeat."""

    seed: SeedName = "demo"
    size: LargeSize | None = None
    random_seed: str | None = None

    def plant(self, connection: sqlite3.Connection, now: datetime, hashing: Hashing) -> None:
        """Make the marketplace in the transaction that is open, unless there is one."""
        if self.seed == "large":
            from tui.sandbox.large import LargeSize, plant_large

            plant_large(connection, self.size or LargeSize(), now, hashing)
            return
        from tui.sandbox.seeds import EMPTY, plant

        if self.seed == "empty":
            plant(connection, EMPTY, now, hashing)
            return
        from tui.sandbox.demo import HARBOR_SUPPLY

        plant(connection, HARBOR_SUPPLY, now, hashing)

    def grow(self, now: datetime, hashing: Hashing) -> sqlite3.Connection:
        """Make the marketplace in memory. Takes the store's thread, whose randomness begins anew with a seed."""
        if self.random_seed is not None:
            seed_thread(self.random_seed)
        return grown(lambda connection: self.plant(connection, now, hashing))


def grown(plant: Planter) -> sqlite3.Connection:
    """Give a database in memory in which something was planted."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    try:
        migrate(connection)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("BEGIN")
        plant(connection)
        connection.execute("COMMIT")
    except BaseException:
        connection.close()
        raise
    return connection
