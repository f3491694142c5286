"""The one engine that serves every described resource: list, create, get, save, patch, delete."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterator, Mapping, Sequence

from tui.access.facts import PartyKind
from tui.sandbox.calls import NO_CONTENT, Answer, Call, Operation
from tui.sandbox.conditions import Condition
from tui.sandbox.errors import (
    ApiError,
    ErrorEntry,
    id_exists,
    not_authorized_to_admin,
    not_found,
)
from tui.sandbox.fields import Column, Field, Kind, entry_of, format_time, merge, read_id, read_member
from tui.sandbox.fields import to_column as column_of
from tui.sandbox.lists import compile_listing
from tui.sandbox.resources import Reach, Resource
from tui.tokens.token import JSON

Record = dict[str, JSON]


class Rules:
    """What a resource does beyond its description. The hooks run inside the write's transaction."""

    def before_save(self, call: Call, key: int | None, old: Record | None, new: Record) -> None:
        """Check the whole new object and complete it; `old` is None for a new one. Raises ApiError to refuse it."""

    def extra_columns(self, call: Call, old: Record | None, new: Record) -> Mapping[str, Column]:
        """Give columns which no member fills. Called after `before_save`."""
        return {}

    def shown_once(self, new: Record) -> Record:
        """Give members which only the answer to the creation has, taken out of `new` where `before_save` put them."""
        return {}

    def before_delete(self, call: Call, key: int, old: Record) -> None:
        """Raise ApiError to refuse a deletion."""


class Engine:
    """Serves one resource."""

    def __init__(self, resource: Resource, rules: Rules) -> None:
        self.resource = resource
        self.rules = rules

    def routes(self) -> Iterator[tuple[str, str, Operation]]:
        """Give method, path and operation of everything the resource offers."""
        resource = self.resource
        one = f"{resource.path}/{{{resource.parameter}}}"
        reads = frozenset({PartyKind.SELLER, *(k for k, reach in resource.reach.items() if reach is not Reach.NOTHING)})
        writes = reads - {kind for kind, reach in resource.reach.items() if reach is Reach.READ}
        makes = writes if resource.company is None else frozenset({PartyKind.SELLER})
        read, write = resource.read_roles, resource.write_roles
        hashes = next((each.name for each in resource.fields if each.write_only), None)
        offered = {
            "list": ("GET", resource.path, Operation(self.list_page, read, reads)),
            "create": ("POST", resource.path, Operation(self.create, write, makes, True, True, hashes)),
            "get": ("GET", one, Operation(self.get, read, reads)),
            "save": ("PUT", one, Operation(self.save, write, writes, True, True, hashes)),
            "patch": ("PATCH", one, Operation(self.patch, write, writes, True, True, hashes)),
            "delete": ("DELETE", one, Operation(self.delete, write, makes, True)),
        }
        for name, route in offered.items():
            if name in resource.methods:
                yield route

    def list_page(self, call: Call) -> Answer:
        """Give a page."""
        scope = self._scope(call)
        own = self._own_company(call)
        listing = compile_listing(self.resource.fields, call.query)
        conditions = [*scope, *own, *listing.conditions]
        where = " AND ".join(each.sql for each in conditions) or "1"
        parameters = [p for each in conditions for p in each.parameters]
        paging = listing.paging
        count = f"SELECT count(*) FROM {self.resource.table} t WHERE {where}"  # noqa: S608 - values are parameters
        total: int = call.connection.execute(count, parameters).fetchone()[0]
        page = f"{self.resource.select} WHERE {where} ORDER BY {listing.order} LIMIT ? OFFSET ?"
        rows = call.connection.execute(page, [*parameters, paging.size, paging.offset]).fetchall()
        items: list[JSON] = [self.resource.record(row) for row in rows]
        return Answer(200, {"Meta": paging.meta(total, len(items)), "Items": items})

    def get(self, call: Call) -> Answer:
        """Give one object."""
        return Answer(200, self._wanted(call)[1])

    def create(self, call: Call) -> Answer:
        """Make an object."""
        scope = self._scope(call)
        record = self._read_body(call, None)
        key = self._insert(call, scope, record)
        return Answer(201, self._by_key(call, key) | self.rules.shown_once(record))

    def save(self, call: Call) -> Answer:
        """Replace an object, or make it with the path's ID where the server does not make the IDs."""
        scope = self._scope(call)
        found = self._find(call, scope)
        wanted = call.parameters[self.resource.parameter]
        if found is None:
            if self.resource.server_made_id:
                raise not_found(self.resource.object_type, wanted)
            if self.resource.company is not None and call.caller.kind is not PartyKind.SELLER:
                raise not_authorized_to_admin()
            record = self._read_body(call, None, path_id=wanted)
            return Answer(200, self._by_key(call, self._insert(call, scope, record)))
        self._check_own(call, found[0])
        return self._update(call, scope, *found, self._read_body(call, None, path_id=str(found[1]["ID"])))

    def patch(self, call: Call) -> Answer:
        """Change some members of an object; `xp` is merged."""
        key, old = self._wanted(call)
        return self._update(call, self._scope(call), key, old, self._read_body(call, old))

    def delete(self, call: Call) -> Answer:
        """Delete an object and what belongs to it."""
        key, old = self._wanted(call)
        self.rules.before_delete(call, key, old)
        call.connection.execute(f"DELETE FROM {self.resource.table} WHERE key = ?", (key,))  # noqa: S608 - a constant
        return NO_CONTENT

    def _insert(self, call: Call, scope: Sequence[Condition], record: Record) -> int:
        self._make_id(record)
        self._check_id_free(call, scope, str(record["ID"]), None)
        self.rules.before_save(call, None, None, record)
        columns: dict[str, Column] = self._columns(record) | dict(self.resource.fixed)
        columns |= self.rules.extra_columns(call, None, record)
        if self.resource.parent is not None:
            columns[self.resource.parent.column] = self._parent_key(call)
        if "datecreated" in self.resource.members:
            columns["DateCreated"] = format_time(call.now)
        names = ", ".join(f'"{name}"' for name in columns)
        marks = ", ".join("?" for _ in columns)
        statement = f"INSERT INTO {self.resource.table} ({names}) VALUES ({marks})"  # noqa: S608 - names are ours
        key = call.connection.execute(statement, list(columns.values())).lastrowid
        if key is None:
            raise RuntimeError("an insert gave no key")
        return key

    def _update(self, call: Call, scope: Sequence[Condition], key: int, old: Record, record: Record) -> Answer:
        self._check_id_free(call, scope, str(record["ID"]), key)
        self.rules.before_save(call, key, old, record)
        columns = self._columns(record) | dict(self.rules.extra_columns(call, old, record))
        assignments = ", ".join(f'"{name}" = ?' for name in columns)
        statement = f"UPDATE {self.resource.table} SET {assignments} WHERE key = ?"  # noqa: S608 - names are ours
        call.connection.execute(statement, [*columns.values(), key])
        return Answer(200, self._by_key(call, key))

    def _read_body(self, call: Call, old: Record | None, *, path_id: str | None = None) -> Record:
        """Read a whole object from a body, or over `old` for a patch. Raises ApiError 400 with every problem."""
        members = self.resource.members
        given = {members[n.lower()].name: value for n, value in call.body.items() if n.lower() in members}
        problems = self._problems(given, whole=old is None)
        record: Record = {}
        for field in self.resource.fields:
            if field.read_only:
                record[field.name] = None if old is None else old[field.name]
            elif field.name in given or old is None:
                value, problem = self._member(field, given, old)
                record[field.name] = value
                if problem is not None:
                    problems.setdefault(field.name, problem)
            else:
                record[field.name] = old[field.name]
        if problems:
            raise ApiError(400, *problems.values())
        if path_id is not None and record["ID"] is None:
            record["ID"] = path_id
        return record

    def _problems(self, given: Mapping[str, JSON], *, whole: bool) -> dict[str, ErrorEntry]:
        if self.resource.validate is None:
            return {}
        return {each.property: entry_of(each) for each in self.resource.validate(given, whole=whole)}

    def _member(self, field: Field, given: Mapping[str, JSON], old: Record | None) -> tuple[JSON, ErrorEntry | None]:
        value = given.get(field.name)
        if field.name == "ID":
            if value is None and old is not None:
                return old["ID"], None
            return value, None if value is None or value == "" else read_id(value)
        if field.kind is Kind.OBJECT and old is not None:
            value = merge(old[field.name], value)
        return read_member(field, value)

    def _make_id(self, record: Record) -> None:
        if self.resource.server_made_id or not record["ID"]:
            record["ID"] = new_guid() if self.resource.server_made_id else secrets.token_urlsafe(16)

    def _check_id_free(self, call: Call, scope: Sequence[Condition], wanted: str, key: int | None) -> None:
        found = self._find(call, scope, wanted)
        if found is not None and found[0] != key:
            raise id_exists(self.resource.object_type, wanted)

    def _columns(self, record: Record) -> dict[str, Column]:
        """Give the columns to write; a write-only member that was not sent keeps its column."""
        return {
            field.name: column_of(field, record[field.name])
            for field in self.resource.fields
            if (not field.sql and not field.read_only and not field.write_only) or field.name == "ID"
        }

    def _scope(self, call: Call) -> list[Condition]:
        """Give the conditions that narrow the table to the rows of this path, and check that the caller reaches it."""
        conditions = [Condition(f't."{name}" = ?', (value,)) for name, value in self.resource.fixed.items()]
        parent = self.resource.parent
        if parent is not None:
            key = self._parent_key(call)
            reach = self.resource.reach.get(call.caller.kind)
            if call.caller.kind is not PartyKind.SELLER and (reach is not Reach.OWN or key != call.caller.company):
                raise not_authorized_to_admin()
            conditions.append(Condition(f't."{parent.column}" = ?', (key,)))
        return conditions

    def _parent_key(self, call: Call) -> int:
        parent = self.resource.parent
        if parent is None:
            raise RuntimeError("the resource has no parent")
        wanted = call.parameters[parent.parameter]
        return key_of(call, parent.table, parent.object_type, wanted)

    def _own_company(self, call: Call) -> list[Condition]:
        """Narrow a list of companies to the caller's own where it may see no other."""
        if self.resource.company is None or self.resource.reach.get(call.caller.kind) is not Reach.OWN:
            return []
        return [Condition("t.key = ?", (call.caller.company,))]

    def _check_own(self, call: Call, key: int) -> None:
        own = self.resource.company is not None and self.resource.reach.get(call.caller.kind) is Reach.OWN
        if own and key != call.caller.company:
            raise not_authorized_to_admin()

    def _wanted(self, call: Call) -> tuple[int, Record]:
        found = self._find(call, self._scope(call))
        if found is None:
            raise not_found(self.resource.object_type, call.parameters[self.resource.parameter])
        self._check_own(call, found[0])
        return found

    def _find(self, call: Call, scope: Sequence[Condition], wanted: str | None = None) -> tuple[int, Record] | None:
        conditions = [*scope, Condition('t."ID" = ?', (wanted or call.parameters[self.resource.parameter],))]
        where = " AND ".join(each.sql for each in conditions)
        parameters = [p for each in conditions for p in each.parameters]
        row = call.connection.execute(f"{self.resource.select} WHERE {where}", parameters).fetchone()
        return None if row is None else (row[0], self.resource.record(row))

    def _by_key(self, call: Call, key: int) -> Record:
        return self.resource.record(
            call.connection.execute(f"{self.resource.select} WHERE t.key = ?", (key,)).fetchone()
        )


def key_of(call: Call, table: str, object_type: str, wanted: str) -> int:
    """Give the key of the row with this ID. Raises ApiError 404."""
    row = call.connection.execute(f'SELECT key FROM {table} WHERE "ID" = ?', (wanted,)).fetchone()  # noqa: S608 - our own table names
    if row is None:
        raise not_found(object_type, wanted)
    key: int = row[0]
    return key


def new_guid() -> str:
    """Make a GUID as the server does."""
    return str(uuid.uuid4()).upper()
