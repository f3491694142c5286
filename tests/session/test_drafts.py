"""Drafts on the disk: what comes back, what is never written, what is skipped, and who wins between two threads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.access.facts import Party, PartyKind
from tui.ordercloud.models.base import JSON
from tui.session.drafts import MOST_FILES, Drafts, KeptDraft, Typed, write_unwritten

NOW = datetime(2026, 11, 23, 9, 14, 3, tzinfo=UTC)
HERE = "https://x.example harbor"
HUSH = "hush-hush-hush"
DRAFT = KeptDraft("A", "Partner Portal", NOW, {"AppName": "P"}, {"AppName": Typed(None, "Q")})

values = st.none() | st.booleans() | st.integers(0, 9) | st.text(max_size=9) | st.lists(st.text(max_size=4), max_size=2)
drafts = st.builds(
    KeptDraft,
    st.sampled_from(["", "A"]),
    st.text(max_size=9),
    st.just(NOW),
    st.dictionaries(st.sampled_from(["AppName", "Active", "xp"]), values, max_size=3),
    st.dictionaries(
        st.sampled_from(["AppName", "AccessTokenDuration"]),
        st.one_of(st.builds(Typed, st.text(min_size=1, max_size=9), st.none()), st.builds(Typed, st.none(), values)),
    ),
    st.none() | st.just((Party(PartyKind.BUYER, "b", "B"), Party(PartyKind.SUPPLIER, "b", ""))),
    st.booleans(),
)


def found(folder: Path, place: str = HERE) -> tuple[KeptDraft, ...]:
    kept = Drafts(folder, place)
    kept.look()
    return kept.offered


def keep(folder: Path, draft: KeptDraft) -> None:
    file = Drafts(folder, HERE).begin()
    file.put(draft)
    file.write()


@settings(max_examples=40, deadline=None)
@given(drafts)
def test_a_draft_comes_back_as_it_was(draft: KeptDraft) -> None:
    with TemporaryDirectory() as folder:
        keep(Path(folder), draft)
        (read,) = found(Path(folder))
        assert replace(read, id="") == replace(draft, id="")
        assert found(Path(folder), "https://elsewhere.example harbor") == ()


@pytest.mark.parametrize(
    ("base", "typed"),
    [
        ({"ClientSecret": HUSH}, {"ClientSecret": Typed(None, HUSH)}),
        ({"xp": {"client_secret": HUSH}}, {"xp": Typed(None, {"a": {"password": HUSH}})}),
        ({}, {"xp": Typed(f'{{"password": "{HUSH}"', None)}),
    ],
)
def test_no_secret_is_written_and_that_it_is_not_is_told(
    tmp_path: Path, base: Mapping[str, JSON], typed: Mapping[str, Typed]
) -> None:
    keep(tmp_path, replace(DRAFT, base=base, typed=typed))
    (file,) = tmp_path.iterdir()
    assert HUSH not in file.read_text(encoding="utf-8")
    assert file.stat().st_mode & 0o077 == 0
    (read,) = found(tmp_path)
    assert read.secret
    assert read.typed == {}


def test_what_is_no_draft_is_skipped(tmp_path: Path) -> None:
    keep(tmp_path, DRAFT)
    (file,) = tmp_path.iterdir()
    whole = json.loads(file.read_text(encoding="utf-8"))
    for number, text in enumerate(
        ["", "{", "[]", "null", "{}", *(json.dumps({**whole, name: 7}) for name in whole if name != "secret")]
    ):
        (tmp_path / f"broken-{number}.json").write_text(text, encoding="utf-8")
    assert {each.name for each in found(tmp_path)} <= {"Partner Portal", "7"}
    assert "Partner Portal" in {each.name for each in found(tmp_path)}


def test_only_so_many_are_kept_and_the_newest_come_first(tmp_path: Path) -> None:
    for number in range(MOST_FILES + 3):
        keep(tmp_path, replace(DRAFT, at=NOW + timedelta(minutes=number)))
    times = [each.at for each in found(tmp_path)]
    assert len(times) == MOST_FILES
    assert times == sorted(times, reverse=True)


def test_what_is_given_up_does_not_come_back_from_a_late_write(tmp_path: Path) -> None:
    file = Drafts(tmp_path, HERE).begin()
    file.put(DRAFT)
    with ThreadPoolExecutor(4) as threads:
        writes = [threads.submit(file.write) for _ in range(8)]
        file.remove()
        for each in writes:
            each.result()
    file.write()
    assert found(tmp_path) == ()


def test_the_end_writes_what_is_still_to_be_written(tmp_path: Path) -> None:
    file = Drafts(tmp_path, HERE).begin()
    file.put(DRAFT)
    assert found(tmp_path) == ()
    write_unwritten()
    (read,) = found(tmp_path)
    kept = Drafts(tmp_path, HERE)
    kept.look()
    again = kept.take_up(read)
    assert kept.offered == ()
    again.put(replace(DRAFT, name="Other"))
    again.write()
    assert [each.name for each in found(tmp_path)] == ["Other"]
    again.remove()
    assert found(tmp_path) == ()


def test_a_folder_that_cannot_be_made_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    keep(tmp_path / "file", DRAFT)
    assert found(tmp_path / "file") == ()
