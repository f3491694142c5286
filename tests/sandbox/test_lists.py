"""The list language against a plain Python oracle, and its refusals over the wire."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sandbox.support import START, Http, error_of
from tui.access.facts import PartyKind
from tui.sandbox.calls import Call, Caller
from tui.sandbox.engine import Engine, Rules
from tui.sandbox.fields import compact, format_time
from tui.sandbox.resources import BUYERS
from tui.sandbox.schema import MIGRATIONS

SELLER = Caller("admin", 1, PartyKind.SELLER, None, frozenset({"FullAccess"}))
LETTERS = "aAbé%_\\"
TEXT = st.one_of(
    st.sampled_from(["a", "A", "b", "_", "ab", "aB", "a_", "a%"]), st.text(LETTERS + " 1", min_size=1, max_size=3)
)
SCALAR = st.one_of(st.sampled_from([1.5, -2.25, 5, 5.0, True, False, None]), st.integers(0, 6), TEXT)
XP = st.one_of(
    st.none(),
    st.fixed_dictionaries({}, optional={"a": st.one_of(SCALAR, st.lists(SCALAR, max_size=3)), "b": st.just({"c": 1})}),
)
DATES = st.sampled_from(["2026-01-01T00:00:00.000Z", "2026-01-02T12:30:00.000Z", "2027-05-05T05:05:05.500Z"])


@dataclass(frozen=True)
class Row:
    id: str
    name: str
    catalog: str | None
    active: bool
    created: str
    xp: Any


ROWS = st.lists(
    st.builds(Row, st.uuids().map(str), TEXT, st.none() | TEXT, st.booleans(), DATES, XP), min_size=2, max_size=8
)
OPERAND = st.one_of(
    st.text(LETTERS + "*1", min_size=1, max_size=3),
    st.sampled_from(["a", "b", "ab", "_", "_*", "a_*", "*%*", "a*"]),
    st.sampled_from(["true", "FALSE", "5", "1", "1.5", "-2.25", "*"]),
)
OPERATOR = st.sampled_from(["", "!", ">", "<", "!<", "!>"])
FILTER = st.builds(str.__add__, OPERATOR, OPERAND)
ALTERNATIVES = st.lists(FILTER, min_size=1, max_size=3).map("|".join)
DATE_FILTER = st.builds(
    str.__add__,
    OPERATOR,
    st.sampled_from(["2026-01-01", "2026-01-02T12:30:00Z", "2026-01-02T14:30:00+02:00", "2027-05-05T05:05:05.5Z"]),
)
QUERY = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["Name", "name"]), ALTERNATIVES),
        st.tuples(st.just("DefaultCatalogID"), FILTER),
        st.tuples(st.just("xp.a"), FILTER),
        st.tuples(st.just("xp.a"), st.builds(str.__add__, OPERATOR, st.sampled_from(["1.5", "-2.25", "5", "true"]))),
        st.tuples(st.sampled_from(["xp.b.c", "xp.b", "xp.z"]), ALTERNATIVES),
        st.tuples(st.just("Active"), st.sampled_from(["true", "!true", "FALSE", "true|false", "*", "!*"])),
        st.tuples(st.just("DateCreated"), DATE_FILTER),
        st.tuples(st.just("search"), st.text(LETTERS, min_size=1, max_size=3)),
    ),
    min_size=1,
    max_size=2,
)
SORT = st.sampled_from(["", "Name", "!Name", "Active,!Name", "!DateCreated", "ID", "!ID"])


def fold(text: str) -> str:
    """Fold A to Z only, as SQLite does."""
    return "".join(c.lower() if "A" <= c <= "Z" else c for c in text)


def encoded(text: str) -> bytes:
    return fold(text).encode()


def number_of(text: str) -> float | int | None:
    return float(text) if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", text, re.ASCII) else None


def compares(operator: str, order: int) -> bool:
    return {"=": order == 0, ">": order > 0, "<": order < 0, ">=": order >= 0, "<=": order <= 0}[operator]


def order_of(one: Any, other: Any) -> int:
    return int(one > other) - int(one < other)


def text_matches(value: str, operator: str, operand: str) -> bool:
    if operator == "=" and "*" in operand:
        pattern = ".*".join(re.escape(part) for part in fold(operand).split("*"))
        return re.fullmatch(pattern, fold(value), re.DOTALL) is not None
    return compares(operator, order_of(encoded(value), encoded(operand)))


def value_matches(value: Any, operator: str, operand: str) -> bool:
    """Compare one JSON value by its own type."""
    if isinstance(value, str):
        return text_matches(value, operator, operand)
    if isinstance(value, bool):
        return operator == "=" and operand.lower() == str(value).lower()
    number = number_of(operand)
    if isinstance(value, (int, float)) and number is not None:
        return compares(operator, order_of(value, number))
    return False


def split(text: str) -> tuple[bool, str, str]:
    for prefix, negated, operator in (("!<", False, ">="), ("!>", False, "<="), ("!", True, "="), (">", False, ">")):
        if text.startswith(prefix):
            return negated, operator, text[len(prefix) :]
    return (False, "<", text[1:]) if text.startswith("<") else (False, "=", text)


def passes(row: Row, name: str, text: str) -> bool:
    negated, operator, operand = split(text.strip())
    operand = operand.strip()
    match name.lower():
        case "name":
            present, found = True, text_matches(row.name, operator, operand)
        case "defaultcatalogid":
            present, found = (
                row.catalog is not None,
                text_matches(row.catalog, operator, operand) if row.catalog else False,
            )
        case "active":
            present, found = True, operand.lower() == str(row.active).lower()
        case "datecreated":
            moment = datetime.fromisoformat(operand if "T" in operand else operand + "T00:00:00Z")
            present, found = True, compares(operator, order_of(row.created, format_time(moment)))
        case "search":
            return any(text_matches(each, "=", f"*{text}*") for each in (row.id, row.name))
        case _:
            value = row.xp
            for part in name.split(".")[1:]:
                value = value.get(part) if isinstance(value, dict) else None
            present = value is not None
            found = any(
                value_matches(each, operator, operand) for each in (value if isinstance(value, list) else [value])
            )
    if operand == "*" and operator == "=":
        return present is not negated
    return found is not negated


def expected(rows: list[Row], query: list[tuple[str, str]], sort: str) -> list[str]:
    found = [row for row in rows if all(any(passes(row, n, a) for a in alternatives(n, v)) for n, v in query)]
    found.sort(key=lambda row: row.id)
    keys = {
        "Name": lambda row: encoded(row.name),
        "Active": lambda row: row.active,
        "DateCreated": lambda row: row.created,
        "ID": lambda row: row.id,
    }
    for term in reversed([term for term in sort.split(",") if term]):
        found.sort(key=keys[term.removeprefix("!")], reverse=term.startswith("!"))
    return [row.id for row in found]


def alternatives(name: str, value: str) -> list[str]:
    return [value] if name == "search" else value.split("|")


@pytest.fixture(scope="module")
def database() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for script in MIGRATIONS:
            connection.executescript(script)
        yield connection


def fill(connection: sqlite3.Connection, rows: list[Row]) -> None:
    connection.execute("DELETE FROM buyers")
    connection.executemany(
        "INSERT INTO buyers (ID, Name, DefaultCatalogID, Active, DateCreated, xp) VALUES (?, ?, ?, ?, ?, ?)",
        [(r.id, r.name, r.catalog, int(r.active), r.created, None if r.xp is None else compact(r.xp)) for r in rows],
    )


def listed(connection: sqlite3.Connection, query: list[tuple[str, str]]) -> Any:
    engine = Engine(BUYERS, Rules())
    return json.loads(engine.list_page(Call(connection, SELLER, START, {}, query)).written or "")


@settings(max_examples=300, deadline=None)
@given(rows=ROWS, query=QUERY, sort=SORT)
def test_a_list_is_what_the_oracle_says(
    database: sqlite3.Connection, rows: list[Row], query: list[tuple[str, str]], sort: str
) -> None:
    searches = [pair for pair in query if pair[0] == "search"][-1:]
    query = [pair for pair in query if pair[0] != "search"] + searches
    fill(database, rows)
    body = listed(database, [*query, ("sortBy", sort), ("pageSize", "100")])
    assert [item["ID"] for item in body["Items"]] == expected(rows, query, sort)
    assert body["Meta"]["TotalCount"] == len(body["Items"])


@settings(max_examples=60, deadline=None)
@given(count=st.integers(0, 12), size=st.integers(1, 5))
def test_the_pages_make_up_the_list(database: sqlite3.Connection, count: int, size: int) -> None:
    rows = [Row(f"row-{number:02}", "same", None, True, "2026-01-01T00:00:00.000Z", None) for number in range(count)]
    fill(database, rows)
    pages = [
        listed(database, [("sortBy", "Name"), ("pageSize", str(size)), ("page", str(page))])
        for page in range(1, count // size + 3)
    ]
    after = listed(database, [("sortBy", "ID"), ("ID", ">row-05"), ("pageSize", "100")])
    assert [item["ID"] for page in pages for item in page["Items"]] == [row.id for row in rows]
    assert [item["ID"] for item in after["Items"]] == [row.id for row in rows[6:]]
    for page in pages:
        meta, here = page["Meta"], len(page["Items"])
        first = (meta["Page"] - 1) * size + 1
        assert meta["ItemRange"] == ([first, first + here - 1] if here else [0, 0])
        assert (meta["TotalCount"], meta["TotalPages"]) == (count, -(-count // size))


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"pageSize": "101"}, "List.InvalidPageSize"),
        ({"pageSize": "0"}, "List.InvalidPageSize"),
        ({"pageSize": "ten"}, "List.InvalidPageSize"),
        ({"page": "0"}, "List.InvalidPage"),
        ({"page": "-1"}, "List.InvalidPage"),
        ({"page": "9" * 30}, "List.InvalidPage"),
        ({"Nope": "x"}, "List.InvalidProperty"),
        ({"Password": "x"}, "List.InvalidProperty"),
        ({"xp": "x"}, "List.InvalidProperty"),
        ({"xp.": "x"}, "List.InvalidProperty"),
        ({'xp."': "x"}, "List.InvalidProperty"),
        ({"sortBy": "Nope"}, "List.InvalidSortProperty"),
        ({"sortBy": "Name,xp"}, "List.InvalidSortProperty"),
        ({"searchOn": "Active"}, "List.InvalidSearchProperty"),
        ({"Active": "maybe"}, "List.InvalidType"),
        ({"Active": ">true"}, "List.InvalidType"),
        ({"DateCreated": "yesterday"}, "List.InvalidType"),
        ({"Name": "x" * 3000}, "List.InvalidType"),
    ],
)
async def test_what_a_list_cannot_answer_is_told(admin: Http, query: dict[str, str], code: str) -> None:
    assert error_of(await admin.get("buyers", **query)) == (400, code)


async def test_lists_of_every_resource_take_the_language(admin: Http) -> None:
    names = [each["AppName"] for each in await admin.items("apiclients", search="STORE", sortBy="!AppName")]
    assert names == ["Guest Storefront", "Buyer Storefront"]
    assert await admin.items("apiclients", search="store", searchOn="DefaultContextUserName") == []
    clients = await admin.items("apiclients", AccessTokenDuration="!<240", RefreshTokenDuration="0", Active="!false")
    assert [each["AppName"] for each in clients] == ["Supplier Network"]
    assigned = await admin.items("apiclients", AssignedBuyerCount=">2")
    assert [each["AppName"] for each in assigned] == ["Buyer Storefront"]
    ceiling = await admin.items("apiclients", MaximumGrantedRoles="Shop*")
    assert [each["AppName"] for each in ceiling] == ["Kiosk Terminal"]
    noted = await admin.items("apiclients", **{"xp.note": "mistake*"})
    assert len(noted) >= 5
    users = await admin.items("buyers/breakwater-marine/users", FailedLoginAttempts=">0", AvailableRoles="Shopper")
    assert [each["Username"] for each in users] == ["breakwater-locked"]
    anonymous = await admin.items("apiclients", DefaultContextUserName="!*", IsAnonBuyer="true")
    assert [each["AppName"] for each in anonymous] == ["Loyalty App"]
    both = await admin.send("GET", "buyers?Name=!Anchor*&Name=!Breakwater*&ID=a*|b*|c*")
    assert [each["ID"] for each in both.json()["Items"]] == ["chandlery"]
    past = await admin.ok("GET", "buyers?page=9")
    assert (past["Items"], past["Meta"]["TotalCount"], past["Meta"]["ItemRange"]) == ([], 6, [0, 0])


async def test_a_query_of_any_length_and_kind_is_answered(admin: Http) -> None:
    assert (await admin.get("buyers", Name="x" * 20000)).status_code == 414
    for query in ("%ff=%fe", "Name=%00", "xp.%5B0%5D=1", "Name=**|!|>|<|!<", "=x", "&&&", "search=%25%25&searchOn=,"):
        assert (await admin.send("GET", f"buyers?{query}")).status_code in (200, 400), query
