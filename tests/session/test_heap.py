"""What is kept out of garbage collection: what is alive, and no garbage for long."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from weakref import ref

import pytest

from tui.session.heap import RENEWED_AFTER, keep_for_good


class Knot:
    """Something that only a collection can free: it holds itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def _unfrozen() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_garbage_is_not_kept() -> None:
    garbage = ref(Knot())
    keep_for_good()
    assert garbage() is None
    assert gc.get_freeze_count() > 0


def test_what_is_kept_is_freed_when_nobody_uses_it() -> None:
    alive = {"it": frozenset({1})}
    used = ref(alive["it"])
    keep_for_good()
    alive.clear()
    assert used() is None


def test_what_becomes_garbage_after_it_was_kept_is_found_in_the_end() -> None:
    alive = [Knot()]
    knot = ref(alive[0])
    keep_for_good()
    alive.clear()
    for _ in range(RENEWED_AFTER):
        keep_for_good()
    assert knot() is None
