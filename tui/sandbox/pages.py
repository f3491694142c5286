"""Pages of rows. Totals and short pages are remembered, and of pages that took long to find, which rows they have."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from tui.sandbox.conditions import EVERY, Condition, all_of
from tui.sandbox.connection import Memory, StoreConnection, memory_of, take_time
from tui.sandbox.fields import Column
from tui.sandbox.lists import DEFAULT_PAGE_SIZE, Paging
from tui.sandbox.resources.description import Described
from tui.sandbox.schema_speed import COUNTED, TOTAL


def page_of(
    connection: sqlite3.Connection,
    described: Described,
    conditions: Sequence[Condition],
    order: str,
    paging: Paging,
) -> str:
    """Give the body of a page of the rows that all conditions let pass."""
    where, parameters = all_of(conditions)
    wanted = _Wanted(described.table, where, tuple(parameters), order, paging)
    memory = memory_of(connection)
    if paging.size > DEFAULT_PAGE_SIZE:  # whoever reads on from page to page wants none of them twice
        return _write(connection, described, wanted, memory)
    return memory.recall(str, lambda: _write(connection, described, wanted, memory), described.select, *wanted)


def _write(connection: sqlite3.Connection, described: Described, wanted: _Wanted, memory: Memory) -> str:
    paging = wanted.paging
    total = memory.recall(int, lambda: _count(connection, wanted), wanted.table, wanted.where, wanted.parameters)
    if total <= paging.offset:
        return paging.write(total, [])
    keys = memory.known(tuple, *wanted)
    if keys is None and _worth_remembering(connection, wanted):
        keys = memory.recall(tuple, lambda: _find(connection, wanted), *wanted)
    if keys is None:
        rows = _search(connection, described.select, wanted).fetchall()
        return paging.write(total, [described.write(row) for row in rows])
    query = f"{described.select} WHERE t.key IN (SELECT value FROM json_each(?))"  # noqa: S608 - from the descriptions
    found = {row[0]: row for row in connection.execute(query, (json.dumps(keys),))}
    return paging.write(total, [described.write(found[key]) for key in keys])


class _Wanted(NamedTuple):
    table: str
    where: str
    parameters: tuple[Column, ...]
    order: str
    paging: Paging


def _worth_remembering(connection: sqlite3.Connection, wanted: _Wanted) -> bool:
    """Tell whether a page takes long to find: then this is no short read. In what is joined a key may come twice."""
    return isinstance(connection, StoreConnection) and not connection.hurried and not wanted.table.startswith("(")


def _count(connection: sqlite3.Connection, wanted: _Wanted) -> int:
    """Count the rows; those of a large table are counted already."""
    query, parameters = f"SELECT count(*) FROM {wanted.table} t WHERE {wanted.where}", wanted.parameters  # noqa: S608 - values are parameters
    if wanted.where == EVERY and wanted.table in COUNTED:
        query, parameters = TOTAL, (wanted.table,)
    _allow_for_patterns(connection, wanted)
    total: int = connection.execute(query, parameters).fetchone()[0]
    return total


def _find(connection: sqlite3.Connection, wanted: _Wanted) -> tuple[int, ...]:
    select = f"SELECT t.key FROM {wanted.table} t"  # noqa: S608 - from the descriptions
    return tuple(row[0] for row in _search(connection, select, wanted))


def _search(connection: sqlite3.Connection, select: str, wanted: _Wanted) -> sqlite3.Cursor:
    _allow_for_patterns(connection, wanted)
    query = f"{select} WHERE {wanted.where} ORDER BY {wanted.order} LIMIT ? OFFSET ?"
    return connection.execute(query, (*wanted.parameters, wanted.paging.size, wanted.paging.offset))


def _allow_for_patterns(connection: sqlite3.Connection, wanted: _Wanted) -> None:
    if " LIKE " in wanted.where:
        take_time(connection)
