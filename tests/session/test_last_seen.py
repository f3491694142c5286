"""The list as it was last seen: kept exactly, for one connection, and never a reason to fail."""

from __future__ import annotations

import json
import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.session.client_row import ClientRow
from tui.session.last_seen import MOST_FILES, MOST_ROWS, LastSeen, Seen

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ROW = ClientRow("5F0C", "[bold]Storefront\x1b]0;x\x07", True, "shopper01", "S B*", "P R", 600, 43200)

TEXTS = st.text(st.characters(codec="utf-8"))
ROWS = st.builds(ClientRow, TEXTS, TEXTS, st.booleans(), TEXTS, TEXTS, TEXTS, st.integers(), st.integers())


@given(st.lists(ROWS, max_size=5))
def test_what_was_kept_is_read_again(tmp_path_factory: pytest.TempPathFactory, rows: list[ClientRow]) -> None:
    seen = LastSeen(tmp_path_factory.getbasetemp() / "seen", "https://x 5F0C")
    seen.write(NOW, rows)
    assert seen.read() == Seen(NOW, tuple(rows))


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    LastSeen(tmp_path / "seen", "x").write(NOW, [ROW])
    (file,) = (tmp_path / "seen").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_connections_are_told_apart_even_in_one_file(tmp_path: Path) -> None:
    seen = LastSeen(tmp_path, "one")
    seen.write(NOW, [ROW])
    assert LastSeen(tmp_path, "another").read() is None
    (file,) = tmp_path.iterdir()
    kept = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps(kept | {"of": "another"}), encoding="utf-8")
    assert seen.read() is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[" * 100_000,
        '{"of": "x", "at": "yesterday", "rows": []}',
        '{"of": "x", "at": "2026-11-23T09:00:00", "rows": []}',
        '{"of": "x", "at": "2026-11-23T09:00:00+00:00", "rows": [["only", "two"]]}',
        '{"of": "x", "at": "2026-11-23T09:00:00+00:00", "rows": [["a", "b", 1, "c", "d", "e", 1, 2]]}',
        '{"of": "x", "at": "2026-11-23T09:00:00+00:00", "rows": 3}',
        '{"of": "x", "at": 5, "rows": []}',
    ],
)
def test_a_damaged_file_is_no_list(tmp_path: Path, text: str) -> None:
    seen = LastSeen(tmp_path, "x")
    seen.write(NOW, [ROW])
    (file,) = tmp_path.iterdir()
    file.write_text(text, encoding="utf-8")
    assert seen.read() is None


def test_what_cannot_be_written_is_left(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    LastSeen(tmp_path / "file" / "seen", "x").write(NOW, [ROW])
    surrogate = ClientRow("1", "\ud800", True, "", "", "", 1, 1)
    LastSeen(tmp_path / "seen", "x").write(NOW, [surrogate])
    assert LastSeen(tmp_path / "seen", "x").read() is None


def test_it_stays_small(tmp_path: Path) -> None:
    seen = LastSeen(tmp_path, "x")
    seen.write(NOW, [ROW] * (MOST_ROWS + 5))
    read = seen.read()
    assert read is not None
    assert len(read.rows) == MOST_ROWS
    (first,) = tmp_path.iterdir()
    os.utime(first, (0, 0))
    for number in range(MOST_FILES):
        LastSeen(tmp_path, str(number)).write(NOW, [ROW])
    assert len(list(tmp_path.iterdir())) == MOST_FILES
    assert not first.exists()
