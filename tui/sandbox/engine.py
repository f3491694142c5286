"""The one engine that serves every described resource: list, create, get, save, patch, delete."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial

from tui.access.facts import PartyKind
from tui.sandbox.calls import NO_CONTENT, About, Answer, Call, Operation, Shape
from tui.sandbox.conditions import Condition, all_of
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
from tui.sandbox.pages import page_of
from tui.sandbox.places import check_words, parent_key, resolve
from tui.sandbox.randomness import random_text, random_uuid
from tui.sandbox.resources.description import Reach, Resource
from tui.tokens.token import JSON

Record = dict[str, JSON]
Row = tuple[int, *tuple[Column, ...]]
Run = Callable[[Call], Answer]

_LISTINGS = 100
"""How many queries of each resource stay compiled: clients ask for the same pages again and again."""


class Rules:
    """What a resource does beyond its description. The hooks run inside the write's transaction."""

    def narrow(self, call: Call) -> Sequence[Condition]:
        """Give more conditions of which rows the caller may see; raise ApiError to refuse it."""
        return ()

    def before_id(self, call: Call, new: Record) -> None:
        """Complete a new object before it is given an ID."""

    def before_save(self, call: Call, key: int | None, old: Record | None, new: Record) -> None:
        """Check the whole new object and complete it; `old` is None for a new one. Raises ApiError to refuse it."""

    def extra_columns(self, call: Call, old: Record | None, new: Record) -> Mapping[str, Column]:
        """Give columns which no member fills. Called after `before_save`."""
        return {}

    def shown_once(self, new: Record) -> Record:
        """Give members which only the answer to the creation has, taken out of `new` where `before_save` put them."""
        return {}

    def after_save(self, call: Call, key: int, old: Record | None, new: Record) -> None:
        """Do what follows from a save; `old` is None for a new object."""

    def before_delete(self, call: Call, key: int, old: Record) -> None:
        """Raise ApiError to refuse a deletion."""


class Engine:
    """Serves one resource."""

    def __init__(self, resource: Resource, rules: Rules) -> None:
        self.resource = resource
        self.rules = rules
        self._compile = lru_cache(_LISTINGS)(partial(compile_listing, resource.members))

    def routes(self) -> Iterator[tuple[str, str, Operation]]:
        """Give method, path and operation of everything the resource offers."""
        resource = self.resource
        one = f"{resource.path}/{{{resource.parameter}}}"
        makes = resource.writers if resource.company is None else frozenset({PartyKind.SELLER})
        hashes = next((each.name for each in resource.fields if each.hashed), None)
        offered = {
            "list": ("GET", resource.path, self._reading("list", self.list_page, page=True, listing=True)),
            "create": ("POST", resource.path, self._writing("create", self.create, makes, hashes, status=201)),
            "get": ("GET", one, self._reading("get", self.show)),
            "save": ("PUT", one, self._writing("save", self.save, resource.writers, hashes)),
            "patch": ("PATCH", one, self._writing("patch", self.patch, resource.writers, hashes, partial=True)),
            "delete": ("DELETE", one, self._deleting(makes)),
        }
        for name, route in offered.items():
            if name in resource.methods:
                yield route

    def _reading(self, name: str, run: Run, *, page: bool = False, listing: bool = False) -> Operation:
        resource = self.resource
        shape = Shape(resource.object_type, resource.fields)
        about = About(name, gives=shape, page=page, listing=listing, words=resource.words)
        roles = resource.roles.get(name, resource.read_roles)
        return Operation(run, roles, resource.readers, about=about, short=True)

    def _writing(
        self,
        name: str,
        run: Run,
        kinds: frozenset[PartyKind],
        hashes: str | None,
        *,
        status: int = 200,
        partial: bool = False,
    ) -> Operation:
        resource = self.resource
        takes = Shape(resource.object_type, resource.fields)
        once = resource.shown_once if name == "create" else ()
        gives = Shape(f"{resource.object_type}Created", (*resource.fields, *once)) if once else takes
        about = About(name, status, takes, gives, partial, words=resource.words)
        return self._operation(name, run, kinds, has_body=True, hashes=hashes, about=about)

    def _deleting(self, kinds: frozenset[PartyKind]) -> Operation:
        return self._operation(
            "delete", self.delete, kinds, about=About("delete", NO_CONTENT.status, words=self.resource.words)
        )

    def _operation(
        self,
        name: str,
        run: Run,
        kinds: frozenset[PartyKind],
        *,
        has_body: bool = False,
        hashes: str | None = None,
        about: About,
    ) -> Operation:
        roles = self.resource.roles.get(name, self.resource.write_roles)
        return Operation(run, roles, kinds, True, has_body, hashes, self.resource.open_to_guests, about)

    def list_page(self, call: Call) -> Answer:
        """Give a page."""
        listing = self._compile(tuple(call.query))
        conditions = [*self._scope(call), *self._own_company(call), *listing.conditions]
        page = page_of(call.connection, self.resource, conditions, listing.order, listing.paging)
        return Answer(200, written=page)

    def show(self, call: Call) -> Answer:
        """Give one object, written."""
        row = self._seek(call, self._scope(call))
        if row is None:
            raise not_found(self.resource.object_type, call.parameters[self.resource.parameter])
        self._check_own(call, row[0])
        return Answer(200, written=self.resource.write(row))

    def get(self, call: Call) -> Answer:
        """Give one object."""
        return Answer(200, self._wanted(call)[1])

    def create(self, call: Call) -> Answer:
        """Make an object."""
        self._scope(call)
        record = self._read_body(call, None)
        key = self._insert(call, record)
        return Answer(201, self.by_key(call, key) | self.rules.shown_once(record))

    def save(self, call: Call) -> Answer:
        """Replace an object, or make it with the path's ID where the server does not make the IDs."""
        found = self._find(call, self._scope(call))
        wanted = call.parameters[self.resource.parameter]
        if found is None:
            if self.resource.server_made_id:
                raise not_found(self.resource.object_type, wanted)
            if self.resource.company is not None and call.caller.kind is not PartyKind.SELLER:
                raise not_authorized_to_admin()
            record = self._read_body(call, None, path_id=wanted)
            return Answer(200, self.by_key(call, self._insert(call, record)))
        self._check_own(call, found[0])
        return self._update(call, *found, self._read_body(call, None, path_id=str(found[1]["ID"])))

    def patch(self, call: Call) -> Answer:
        """Change some members of an object; `xp` is merged."""
        return self.change(call, *self._wanted(call))

    def change(self, call: Call, key: int, old: Record) -> Answer:
        """Change some members of an object that was found."""
        return self._update(call, key, old, self._read_body(call, old))

    def delete(self, call: Call) -> Answer:
        """Delete an object and what belongs to it."""
        self.remove(call, *self._wanted(call))
        return NO_CONTENT

    def remove(self, call: Call, key: int, old: Record) -> None:
        """Delete an object that was found."""
        self.rules.before_delete(call, key, old)
        call.connection.execute(f"DELETE FROM {self.resource.table} WHERE key = ?", (key,))  # noqa: S608 - a constant

    def _insert(self, call: Call, record: Record) -> int:
        self.rules.before_id(call, record)
        self._make_id(record)
        self._check_id_free(call, str(record["ID"]), None)
        columns: dict[str, Column] = dict(self.resource.fixed)
        if self.resource.parent is not None:
            columns[self.resource.parent.column] = parent_key(self.resource, call)
        elif self._owner(call) is not None:
            columns[call.caller.kind] = call.caller.company
        columns |= resolve(call, self.resource.fields, record, columns)
        self.rules.before_save(call, None, None, record)
        columns |= self._columns(record)
        if "datecreated" in self.resource.members:
            columns["DateCreated"] = format_time(call.now)
        columns |= self.rules.extra_columns(call, None, record)
        names = ", ".join(f'"{name}"' for name in columns)
        marks = ", ".join("?" for _ in columns)
        statement = f"INSERT INTO {self.resource.table} ({names}) VALUES ({marks})"  # noqa: S608 - names are ours
        key = call.connection.execute(statement, list(columns.values())).lastrowid
        if key is None:
            raise RuntimeError("an insert gave no key")
        self.rules.after_save(call, key, None, record)
        return key

    def _update(self, call: Call, key: int, old: Record, record: Record) -> Answer:
        self._check_id_free(call, str(record["ID"]), key)
        parent = self.resource.parent
        known: dict[str, Column] = {} if parent is None else {parent.column: parent_key(self.resource, call)}
        columns = resolve(call, self.resource.fields, record, known)
        self.rules.before_save(call, key, old, record)
        columns |= self._columns(record) | dict(self.rules.extra_columns(call, old, record))
        assignments = ", ".join(f'"{name}" = ?' for name in columns)
        statement = f"UPDATE {self.resource.table} SET {assignments} WHERE key = ?"  # noqa: S608 - names are ours
        call.connection.execute(statement, [*columns.values(), key])
        self.rules.after_save(call, key, old, record)
        return Answer(200, self.by_key(call, key))

    def _read_body(self, call: Call, old: Record | None, *, path_id: str | None = None) -> Record:
        """Read a whole object from a body, or over `old` for a patch. Raises ApiError 400 with every problem.

        What a patch leaves out of members that are never given back is left out of the record, too.
        """
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
            elif not field.write_only:
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
            record["ID"] = new_guid() if self.resource.server_made_id else random_text(16)

    def _check_id_free(self, call: Call, wanted: str, key: int | None) -> None:
        """Raise ApiError 409 when another object has the ID, be it one which the caller does not see."""
        parent = self.resource.parent
        conditions = [Condition('t."ID" = ?', (wanted,)), *self._fixed()]
        if parent is not None and parent.scopes_ids:
            conditions.append(Condition(f't."{parent.column}" = ?', (parent_key(self.resource, call),)))
        where, parameters = all_of(conditions)
        query = f"SELECT t.key FROM {self.resource.table} t WHERE {where}"  # noqa: S608 - values are parameters
        found = call.connection.execute(query, parameters).fetchone()
        if found is not None and found[0] != key:
            raise id_exists(self.resource.object_type, wanted)

    def _columns(self, record: Record) -> dict[str, Column]:
        """Give the columns to write."""
        fields = [field for field in self.resource.fields if field.stored and field.name in record]
        return {field.name: column_of(field, record[field.name]) for field in fields}

    def _scope(self, call: Call) -> list[Condition]:
        """Give the conditions that narrow the table to the rows of this path, and check that the caller reaches it."""
        resource = self.resource
        check_words(resource, call)
        narrowed = self.rules.narrow(call)
        conditions = self._fixed()
        if resource.parent is not None:
            conditions.append(Condition(f't."{resource.parent.column}" = ?', (parent_key(resource, call),)))
        elif (owner := self._owner(call)) is not None:
            conditions.append(owner)
        if resource.mine:
            conditions.append(_mine(resource.mine, call))
        return [*conditions, *narrowed]

    def _fixed(self) -> list[Condition]:
        return [Condition(f't."{name}" = ?', (value,)) for name, value in self.resource.fixed.items()]

    def _owner(self, call: Call) -> Condition | None:
        """Narrow to what the caller's company owns, where it reaches no more and the path names no company."""
        resource, caller = self.resource, call.caller
        if resource.company is not None or resource.reach.get(caller.kind) is not Reach.OWN:
            return None
        return Condition(f't."{caller.kind}" = ?', (caller.company,))

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

    def _find(self, call: Call, scope: Sequence[Condition]) -> tuple[int, Record] | None:
        row = self._seek(call, scope)
        return None if row is None else (row[0], self.resource.record(row))

    def _seek(self, call: Call, scope: Sequence[Condition]) -> Row | None:
        wanted = call.parameters[self.resource.parameter]
        where, parameters = all_of([*scope, Condition('t."ID" = ?', (wanted,))])
        row: Row | None = call.connection.execute(f"{self.resource.select} WHERE {where}", parameters).fetchone()
        return row

    def newest(self, call: Call) -> tuple[int, Record] | None:
        """Find the newest object which the caller sees."""
        where, parameters = all_of(self._scope(call))
        query = f"{self.resource.select} WHERE {where} ORDER BY t.key DESC LIMIT 1"
        row = call.connection.execute(query, parameters).fetchone()
        return None if row is None else (row[0], self.resource.record(row))

    def by_key(self, call: Call, key: int) -> Record:
        """Give the object of a key that there is."""
        return self.resource.record(
            call.connection.execute(f"{self.resource.select} WHERE t.key = ?", (key,)).fetchone()
        )


def _mine(condition: str, call: Call) -> Condition:
    caller = call.caller
    values = {":user": caller.user, ":company": caller.company, ":order": caller.order_id}
    names = _CALLERS.findall(condition)
    return Condition(_CALLERS.sub("?", condition), tuple(values[name] for name in names))


_CALLERS = re.compile(":(?:user|company|order)")


def new_guid() -> str:
    """Make a GUID as the server does."""
    return str(random_uuid()).upper()
