"""The list language for members of every kind, held against a slow and obvious oracle."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sandbox.support import START, Http, error_of
from tests.sandbox.test_lists import SELLER, compares, encoded, number_of, order_of, split, text_matches, value_matches
from tui.sandbox.calls import Call
from tui.sandbox.engine import Engine, Rules
from tui.sandbox.fields import Field, Kind, Reference, compact
from tui.sandbox.resources import RESOURCES
from tui.sandbox.resources.description import Resource

THINGS = Resource(
    object_type="Thing",
    path="things",
    parameter="thingID",
    table="things",
    fields=(
        Field("ID", searchable=True, sortable=True),
        Field("Name", searchable=True, sortable=True),
        Field("Note", searchable=True, sortable=True),
        Field("Count", Kind.INT, sortable=True),
        Field("Size", Kind.NUMBER, sortable=True),
        Field("Tags", Kind.TEXTS),
        Field("OwnerID", refers=Reference("Owner", "owners", "owner"), searchable=True, sortable=True),
        Field("xp", Kind.OBJECT),
    ),
    read_roles=None,
    write_roles=None,
)
TABLES = """
CREATE TABLE owners (key INTEGER PRIMARY KEY, ID TEXT NOT NULL COLLATE NOCASE) STRICT;
INSERT INTO owners VALUES (1, 'Ann'), (2, 'bob'), (3, 'a_b');
CREATE TABLE things (key INTEGER PRIMARY KEY, ID TEXT NOT NULL COLLATE NOCASE UNIQUE, Name TEXT NOT NULL COLLATE NOCASE,
    Note TEXT COLLATE NOCASE, Count INTEGER, Size REAL, Tags TEXT NOT NULL, owner INTEGER, xp TEXT) STRICT;
"""
OWNERS = {1: "Ann", 2: "bob", 3: "a_b", None: None}


class Thing(NamedTuple):
    """A row, with the values that the oracle sees."""

    ID: str
    Name: str
    Note: str | None
    Count: int | None
    Size: float | None
    Tags: list[str]
    owner: int | None
    xp: Any


WORD = st.one_of(st.sampled_from(["a", "B", "ab", "a_b", "a%", "é", "5"]), st.text("aAb*|!é_", min_size=1, max_size=3))
XP = st.none() | st.fixed_dictionaries(
    {}, optional={"a": st.one_of(st.integers(0, 3), WORD, st.lists(WORD, max_size=2), st.none(), st.booleans())}
)
ROW = st.builds(
    Thing,
    st.text("abAB-_019", min_size=1, max_size=4),
    WORD,
    st.none() | WORD,
    st.none() | st.integers(-2, 5),
    st.none() | st.sampled_from([-1.5, 0.0, 0.25, 2.0, 5.0]),
    st.lists(WORD, max_size=3),
    st.sampled_from([*OWNERS]),
    XP,
)
ROWS = st.lists(ROW, min_size=1, max_size=8, unique_by=lambda row: encoded(row.ID))
OPERATOR = st.sampled_from(["", "!", ">", "<", "!<", "!>"])
TEXTS = st.sampled_from(["a", "b*", "*b", "*_*", "A_b", "ann", "*", "5", "é", "**a**", "a%"])
NUMBERS = st.sampled_from(["0", "2", "-1.5", "0.25", "5.0", "1e1", "-2"])


def filters(operands: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    one = st.builds(str.__add__, OPERATOR, operands)
    return st.lists(one, min_size=1, max_size=3).map("|".join)


PAIR = st.one_of(
    st.tuples(st.sampled_from(["ID", "Name", "note", "Tags", "OwnerID", "xp.a"]), filters(TEXTS)),
    st.tuples(st.sampled_from(["Count", "size", "xp.a"]), filters(NUMBERS)),
    st.tuples(st.sampled_from(["Count", "Size"]), st.sampled_from(["*", "!*"])),
)
SORTABLE = ["ID", "Name", "Note", "Count", "Size", "OwnerID"]
SORT = st.lists(st.sampled_from(SORTABLE + [f"!{name}" for name in SORTABLE]), max_size=3)
SEARCHABLE = ["ID", "Name", "Note", "OwnerID"]


def value_of(row: Thing, name: str) -> Any:
    """Give what the wire shows of a member."""
    if name == "OwnerID":
        return OWNERS[row.owner]
    if name == "xp.a":
        return (row.xp or {}).get("a")
    return getattr(row, name)


def canonical(name: str) -> str:
    return next((field.name for field in THINGS.fields if field.name.lower() == name.lower()), name)


def passes(row: Thing, name: str, text: str) -> bool:
    name = canonical(name)
    negated, operator, operand = split(text.strip())
    value = value_of(row, name)
    values = [] if value is None else value if isinstance(value, list) else [value]
    if operand == "*" and operator == "=":
        # A list inside xp is there even when nothing is in it; a list of texts is not.
        present = value is not None if name == "xp.a" else bool(values)
        return present is not negated
    if name in ("Count", "Size"):
        number = number_of(operand) if operand != "1e1" else 10.0
        found = any(compares(operator, order_of(each, number)) for each in values)
    elif name == "xp.a":
        found = any(value_matches(each, operator, "10" if operand == "1e1" else operand) for each in values)
    else:
        found = any(text_matches(each, operator, operand) for each in values)
    return found is not negated


def is_found(row: Thing, search: str, names: list[str]) -> bool:
    values = [value_of(row, name) for name in names]
    return any(value is not None and text_matches(value, "=", f"*{search}*") for value in values)


def sort_key(row: Thing, name: str) -> Any:
    value = value_of(row, name)
    return (value is not None, encoded(value) if isinstance(value, str) else value or 0)


@pytest.fixture(scope="module")
def database() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.executescript(TABLES)
        yield connection


def fill(connection: sqlite3.Connection, rows: list[Thing]) -> None:
    connection.execute("DELETE FROM things")
    connection.executemany(
        "INSERT INTO things (ID, Name, Note, Count, Size, Tags, owner, xp) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [(*row[:5], compact([*row.Tags]), row.owner, None if row.xp is None else compact(row.xp)) for row in rows],
    )


def listed(connection: sqlite3.Connection, query: list[tuple[str, str]]) -> Any:
    return json.loads(Engine(THINGS, Rules()).list_page(Call(connection, SELLER, START, {}, query)).written or "")


@settings(max_examples=400, deadline=None)
@given(
    rows=ROWS,
    query=st.lists(PAIR, max_size=3),
    sort=SORT,
    search=st.none() | st.text("abAé_%", min_size=1, max_size=2),
    search_on=st.lists(st.sampled_from(SEARCHABLE), max_size=2, unique=True),
)
def test_a_list_is_what_the_oracle_says(
    database: sqlite3.Connection,
    rows: list[Thing],
    query: list[tuple[str, str]],
    sort: list[str],
    search: str | None,
    search_on: list[str],
) -> None:
    fill(database, rows)
    options = [("sortBy", ", ".join(sort)), ("pageSize", "100"), ("searchOn", ",".join(search_on))]
    body = listed(database, [*query, *options, ("SEARCH", search or "")])

    found = [row for row in rows if all(any(passes(row, n, part) for part in v.split("|")) for n, v in query)]
    if search:
        found = [row for row in found if is_found(row, search, search_on or SEARCHABLE)]
    found.sort(key=lambda row: encoded(row.ID))
    for term in reversed(sort):
        found.sort(key=lambda row: sort_key(row, term.removeprefix("!")), reverse=term.startswith("!"))
    assert [item["ID"] for item in body["Items"]] == [row.ID for row in found]
    assert body["Meta"]["TotalCount"] == len(found)


@settings(max_examples=100, deadline=None)
@given(rows=ROWS, size=st.integers(1, 4), descending=st.booleans())
def test_reading_on_from_the_last_id_gives_every_row_once(
    database: sqlite3.Connection, rows: list[Thing], size: int, descending: bool
) -> None:
    fill(database, rows)
    sort, operator = ("!ID", "<") if descending else ("ID", ">")
    found: list[str] = []
    while True:
        after = [("ID", f"{operator}{found[-1]}")] if found else []
        items = listed(database, [("page", "1"), ("pageSize", str(size)), ("sortBy", sort), *after])["Items"]
        if not items:
            break
        found += [item["ID"] for item in items]
    assert found == sorted((row.ID for row in rows), key=encoded, reverse=descending)


async def test_every_resource_can_be_listed_by_every_member(admin: Http) -> None:
    """The SQL of every member of every description is right, whatever it is made of."""
    places = {"buyerID": "anchor-boats", "supplierID": "gale-sails", "catalogID": "ship-supplies", "direction": "All"}
    places["apiClientID"] = (await admin.items("apiclients"))[0]["ID"]
    order = {"FromCompanyID": "anchor-boats", "FromUserID": "shopper01"}
    places["orderID"] = (await admin.ok("POST", "orders/Incoming", order, 201))["ID"]
    operand = {Kind.BOOL: "true", Kind.INT: "!<1", Kind.NUMBER: "0", Kind.TIME: ">2020-01-01"}
    for resource in RESOURCES:
        if "list" not in resource.methods or not resource.sellers:
            continue
        path = resource.path.format(**places)
        sortable = [field.name for field in resource.fields if field.sortable]
        searchable = [field.name for field in resource.fields if field.searchable]
        await admin.items(path, sortBy=",".join(f"!{name}" for name in sortable), search="a")
        await admin.items(path, sortBy=",".join(sortable), searchOn=",".join(searchable), search="%")
        for field in resource.fields:
            if field.filterable:
                for value in (operand.get(field.kind, "!a*|b"), "*", "!*"):
                    await admin.items(path, **{field.name: value})
        answer = await admin.get(path, **{"xp.a.b": "1"})
        if "xp" in resource.members:
            assert answer.status_code == 200, path
        else:
            assert error_of(answer) == (400, "List.InvalidProperty"), path
