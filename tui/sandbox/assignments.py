"""The engine of assignments: objects paired with one another, each pairing told by the objects it names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from tui.sandbox.calls import NO_CONTENT, About, Answer, Call, Operation, Shape
from tui.sandbox.conditions import Condition
from tui.sandbox.errors import ApiError, ErrorEntry, invalid_value, not_found, refusal
from tui.sandbox.fields import Column, Field, Kind, read_member, to_column
from tui.sandbox.lists import read_paging
from tui.sandbox.pages import page_of
from tui.sandbox.places import parent_key, resolve
from tui.sandbox.resources import ASSIGNMENTS
from tui.sandbox.resources.description import Assignment
from tui.tokens.token import JSON

_PLACES = re.compile(r"\{(\w+)\}")
_PAGING = (Field("page", Kind.INT, least=1), Field("pageSize", Kind.INT, least=1, most=100))


def routes() -> Iterator[tuple[str, str, Operation]]:
    """Give method, path and operation of every assignment call."""
    for assignment in ASSIGNMENTS:
        yield from Pairings(assignment).routes()


class Pairings:
    """Serves one kind of assignment."""

    def __init__(self, assignment: Assignment) -> None:
        self.assignment = assignment

    def routes(self) -> Iterator[tuple[str, str, Operation]]:
        """Give method, path and operation of everything there is to do with it."""
        assignment = self.assignment
        shape = Shape(assignment.object_type, assignment.fields)
        if assignment.path:
            # The parent's ID is in the path already.
            query = (*(_optional(each) for each in assignment.ends), *assignment.filters, *_PAGING)
            about = About("list", gives=shape, page=True, query=query)
            yield (
                "GET",
                assignment.path,
                Operation(self._list, assignment.read_roles, assignment.readers, about=about, short=True),
            )
            yield "POST", assignment.path, self._writes(self._save, About("save", 204, takes=shape), has_body=True)
        for path in assignment.saves:
            yield "PUT", path, self._writes(self._save, About("save", 204))
        for path in assignment.removals:
            named = {name.lower() for name in _PLACES.findall(path)}
            # Of members that exclude one another the path names the one that is meant.
            excluded = {n for group in assignment.exclusive for n in group if named & {m.lower() for m in group}}
            asked = [e for e in assignment.ends if e.name.lower() not in named and e.name not in excluded]
            about = About("delete", 204, query=tuple(asked))
            yield "DELETE", path, self._writes(self._remove, about)

    def _writes(self, run: Callable[[Call], Answer], about: About, *, has_body: bool = False) -> Operation:
        return Operation(run, self.assignment.write_roles, self.assignment.writers, True, has_body, about=about)

    def _known(self, call: Call) -> dict[str, Column]:
        """Give the columns which the path says of every row."""
        parent = self.assignment.parent
        return {} if parent is None else {parent.column: parent_key(self.assignment, call)}

    def _list(self, call: Call) -> Answer:
        assignment = self.assignment
        options: dict[str, str] = {}
        conditions = self._scope(call)
        filters = {each.name.lower(): each for each in (*assignment.ends, *assignment.filters)}
        for name, value in call.query:
            lower = name.lower()
            if lower in ("page", "pagesize"):
                options[lower] = value
            elif lower not in filters:
                message = f"{name} is not a property to filter by."
                raise refusal(400, "List.InvalidProperty", message, {"Property": name})
            elif value.strip():
                conditions.append(_names(filters[lower], value.strip()))
        page = page_of(call.connection, assignment, conditions, "t.key", read_paging(options))
        return Answer(200, written=page)

    def _scope(self, call: Call) -> list[Condition]:
        """Narrow the rows to what the path names; for the seller's own groups that is no company."""
        first = self.assignment.ends[0].refers
        if first is None or not first.within:
            return []
        within = " AND ".join(f'r."{theirs}" IS ?' for theirs in first.within)
        inner = f"SELECT r.key FROM {first.table} r WHERE {within}"  # noqa: S608 - from the descriptions
        known = self._known(call)
        keys = [known.get(ours) for ours in first.within.values()]
        return [Condition(f't."{first.column}" IN ({inner})', tuple(keys))]

    def _save(self, call: Call) -> Answer:
        """Pair what the body, or the path of a PUT, names; what is paired already gets the other members anew."""
        record = self._read(call.body or call.parameters)
        self._check_needs(record)
        columns = self._columns(call, record)
        rest = {f.name: to_column(f, record[f.name]) for f in self.assignment.fields if f.stored}
        where, values = _same(columns)
        update = ", ".join([f'"{name}" = ?' for name in rest] or ["key = key"])
        statement = f"UPDATE {self.assignment.table} SET {update} WHERE {where}"  # noqa: S608 - names are ours
        if call.connection.execute(statement, [*rest.values(), *values]).rowcount == 0:
            made = columns | rest
            names = ", ".join(f'"{name}"' for name in made)
            marks = ", ".join("?" for _ in made)
            insert = f"INSERT INTO {self.assignment.table} ({names}) VALUES ({marks})"  # noqa: S608 - names are ours
            call.connection.execute(insert, list(made.values()))
        return NO_CONTENT

    def _remove(self, call: Call) -> Answer:
        given = {name.lower(): value for name, value in call.query if value.strip()}
        given |= {name.lower(): value for name, value in call.parameters.items()}
        record = self._read({each.name: given.get(each.name.lower()) for each in self.assignment.ends})
        where, values = _same(self._columns(call, record))
        statement = f"DELETE FROM {self.assignment.table} WHERE {where}"  # noqa: S608 - names are ours
        if call.connection.execute(statement, values).rowcount == 0:
            raise not_found(self.assignment.object_type, next(iter(call.parameters.values())))
        return NO_CONTENT

    def _read(self, given: Mapping[str, JSON]) -> dict[str, JSON]:
        """Read the members; blank IDs count as absent. Raises ApiError 400 with every problem."""
        by_name = {name.lower(): value for name, value in given.items()}
        record: dict[str, JSON] = {}
        problems: list[ErrorEntry] = []
        for field in self.assignment.fields:
            value = by_name.get(field.name.lower())
            if field.refers is not None and isinstance(value, str):
                value = value.strip() or None
            if field.read_only:
                continue
            record[field.name], problem = read_member(field, value)
            problems += [] if problem is None else [problem]
        for group in self.assignment.exclusive:
            if sum(bool(record[name]) for name in group) > 1:
                message = f"An assignment names only one of {' and '.join(group)}."
                problems.append(invalid_value(group[0], record[group[0]], message))
        if problems:
            raise ApiError(400, *problems)
        return record

    def _check_needs(self, record: Mapping[str, JSON]) -> None:
        needs = self.assignment.needs
        if needs and not any(record[name] for name in needs):
            message = f"An assignment names a {' or a '.join(needs)}."
            raise ApiError(400, invalid_value(needs[0], None, message, {"Required": True}))

    def _columns(self, call: Call, record: dict[str, JSON]) -> dict[str, Column]:
        """Give the columns that tell the pairing from others."""
        columns = resolve(call, self.assignment.ends, record, self._known(call))
        finest = next((name for name in self.assignment.finest if columns[name] is not None), None)
        if finest is not None:
            columns |= dict.fromkeys(("buyer", "supplier"))
        return columns


def _same(columns: Mapping[str, Column]) -> tuple[str, list[Column]]:
    return " AND ".join(f'"{name}" IS ?' for name in columns), list(columns.values())


def _names(field: Field, value: str) -> Condition:
    """Narrow to the rows that name an object of this ID, by the columns' indexes where there is one."""
    if field.refers is None or field.sql:
        return Condition(f"{field.expression} = ? COLLATE NOCASE", (value,))
    if not field.refers.table:
        return Condition("0")
    inner = f'SELECT r.key FROM {field.refers.table} r WHERE r."ID" = ?'  # noqa: S608 - from the descriptions
    return Condition(f't."{field.refers.column}" IN ({inner})', (value,))


def _optional(field: Field) -> Field:
    return field._replace(required=False)
