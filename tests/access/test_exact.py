"""Lists of IDs as people paste and export them, and what it takes that exactly those are assigned."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.access.exact import MOST_IDS, near_misses, plan_exactly, read_ids

IDS = st.text("abcXYZ019._-", min_size=1, max_size=12).filter(lambda each: each.casefold() != "id")
LISTS = st.lists(IDS, max_size=20, unique=True)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("", ()),
        (" \n\n", ()),
        ("anchor-boats", ("anchor-boats",)),
        ("anchor-boats\r\nbreakwater\r\n", ("anchor-boats", "breakwater")),
        ("a, b,c\n d", ("a", "b", "c", "d")),
        ("a b\tc", ("a", "b", "c")),
        ("a;b;c", ("a", "b", "c")),
        ('"a"\n"b"', ("a", "b")),
        ("ID\na\nb", ("a", "b")),
        ("\ufeffBuyerID\na", ("a",)),
        ("Name,Buyer ID,City\nAnchor,a,Kiel\nBreak,b,Rome", ("a", "b")),
        ("ID,BuyerID\n1,a\n2,b", ("a", "b")),
        ("supplier_id;Name\na;Anna, Bob\nb;Bob", ("a", "b")),
        ("a,Anchor\nb,Break", ("a", "b")),
        ("a,Anchor Boats\nb,Break Water\n\n", ("a", "b")),
        ("Name,BuyerID\nx", ()),
        ('BuyerID,Name\na,"two\nlines"\nb,B', ("a", "b")),
    ],
)
def test_lists_as_people_have_them(text: str, ids: tuple[str, ...]) -> None:
    assert read_ids(text).ids == ids


def test_what_is_no_id_and_what_comes_again_is_told() -> None:
    found = read_ids("a\nä\na\nb!\n" + "x" * 101)
    assert (found.ids, found.repeated) == (("a",), 1)
    assert found.wrong[:2] == ("Line 2: “ä” cannot be an ID.", "Line 4: “b!” cannot be an ID.")
    assert len(found.wrong) == 3
    assert read_ids("Buyer ID\nx").column == "Buyer ID"
    much = read_ids("\n".join(f"b{each}" for each in range(MOST_IDS + 5)))
    assert len(much.ids) == MOST_IDS
    assert much.wrong == (f"Line {MOST_IDS + 1}: these are more than 100,000 IDs; the rest is left out.",)


@given(LISTS, st.sampled_from(["\n", ",", ", ", ";", "\t", " ", "\r\n", " ; "]))
def test_whatever_separates_them_they_are_read(ids: list[str], separator: str) -> None:
    assert read_ids(separator.join(ids)).ids == tuple(ids)


@given(st.lists(st.tuples(IDS, st.text(max_size=8), st.text(max_size=8)), min_size=1), st.sampled_from(",;\t"))
def test_a_table_that_a_program_wrote_is_read(rows: list[tuple[str, str, str]], delimiter: str) -> None:
    out = StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    printable = [(each, *("".join(filter(str.isalnum, cell)) for cell in cells)) for each, *cells in rows]
    writer.writerows([("Name", "BuyerID", "City"), *((name, each, city) for each, name, city in printable)])
    assert read_ids(out.getvalue()).ids == tuple(dict.fromkeys(each for each, *_ in rows))


@given(st.text(max_size=200))
def test_no_text_is_too_strange(text: str) -> None:
    found = read_ids(text)
    assert len(set(found.ids)) == len(found.ids)
    assert all(each.isascii() for each in found.ids)


@given(LISTS, st.sets(IDS, max_size=20), st.sets(IDS, max_size=20))
def test_done_to_the_assigned_a_plan_gives_exactly_the_wanted(
    wanted: list[str], known: set[str], assigned: set[str]
) -> None:
    plan = plan_exactly(wanted, known, assigned)
    after = (assigned | set(plan.add)) - set(plan.remove)
    assert after == set(wanted) - set(plan.unknown)
    assert set(plan.add) <= known - assigned
    assert set(plan.remove) <= assigned
    assert not set(plan.unknown) & (known | assigned)
    assert sorted((*plan.add, *plan.keep, *plan.unknown)) == sorted(wanted)
    again = plan_exactly(wanted, known, after)
    assert not again.changes


def test_near_misses() -> None:
    there = [("anchor-boats", "Anchor Boats"), ("breakwater", "Breakwater Marine"), ("chandlery", "Chandlery Ltd")]
    assert near_misses("Anchor-Boats", there) == (there[0],)
    assert near_misses("anchr-boats", there) == (there[0],)
    assert near_misses("Breakwater Marine", there) == (there[1],)
    assert near_misses("boats", there) == (there[0],)
    assert near_misses("chand", there) == (there[2],)
    assert near_misses("zzz", there) == near_misses("a", there) == ()
