"""A marketplace made from a seeding file: checked as a whole, then written."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from tui.access.facts import PartyKind
from tui.access.limits import REQUIRED_NOT_ANON_BUYER, anonymous_needs_buyer
from tui.access.roles import is_api_role
from tui.sandbox.control.coherence import incoherences
from tui.sandbox.control.left_out import Imported, LeftOut
from tui.sandbox.control.seeding import (
    MARKETPLACE,
    OBJECTS,
    PAIRINGS,
    REDACTED,
    SECRETS,
    Content,
    Kind,
    Pairing,
    Record,
)
from tui.sandbox.control.way_in import find_way_in
from tui.sandbox.demo import PASSWORD
from tui.sandbox.errors import ApiError, ErrorEntry
from tui.sandbox.fields import (
    Column,
    Field,
    Reference,
    entry_of,
    format_time,
    parse_time,
    read_id,
    read_member,
    to_column,
)
from tui.sandbox.integration_rules import check_impersonated
from tui.sandbox.passwords import FAST, Hashing, hash_password, new_secret
from tui.sandbox.randomness import random_text
from tui.sandbox.resources.catalogs import CATALOGS
from tui.sandbox.resources.description import CREATED
from tui.sandbox.rules import check_api_roles, check_profile
from tui.tokens.token import JSON

_MOST_PROBLEMS = 50

_ORDER = (
    "SecurityProfiles",
    "AdminUsers",
    "AdminUserGroups",
    "IntegrationEvents",
    "Suppliers",
    "Catalogs",
    "Buyers",
    "Users",
    "UserGroups",
    "SupplierUsers",
    "SupplierUserGroups",
    "Categories",
    "Products",
    "ApiClients",
    "ImpersonationConfigs",
    "OpenIdConnects",
)
"""What is referred to comes before what refers to it."""

_OWNER = Field("OwnerID", refers=Reference("Supplier", "suppliers", "supplier"))

Kept = tuple[str, str, str | None]
"""ID and name of the marketplace, and the password of its sign-in sheet."""


def plant_seeding(
    connection: sqlite3.Connection, content: Content, kept: Kept, now: datetime, hashing: Hashing
) -> Imported:
    """Make the marketplace in the transaction that is open. Raises ApiError 400 with every problem of the file.

    Whatever is missing to get in is made as well: an API client for the seller, a Full Access seller user.
    """
    planter = _Planter(connection, kept, now, hashing)
    return Imported(planter.plant(content), planter.left_out)


class _Later(NamedTuple):
    """A reference to an object of the same kind, which may come after it in the file."""

    place: str
    key: int
    field: Field
    wanted: str
    columns: Mapping[str, Column]


class _Planter:
    def __init__(self, connection: sqlite3.Connection, kept: Kept, now: datetime, hashing: Hashing) -> None:
        self._connection = connection
        self._now = format_time(now)
        self._marketplace, self._name, password = kept
        self._password = password or PASSWORD
        self._problems: list[ErrorEntry] = []
        self._keys: dict[tuple[str, tuple[Column, ...], str], int] = {}
        self._later: list[_Later] = []
        self._places: dict[tuple[str, int], str] = {}
        self.left_out = LeftOut()
        public = self._password == PASSWORD
        shared = hash_password(self._password, FAST if public else hashing)
        self._hash = cache(lambda text: shared if text == self._password else hash_password(text, hashing))

    def plant(self, content: Content) -> dict[str, int]:
        marketplace: dict[str, Column] = {"key": 1, "ID": self._marketplace, "Name": self._name}
        self._insert("marketplace", marketplace)
        made = {}
        for kind in sorted(OBJECTS, key=lambda kind: _ORDER.index(kind.name)):
            records = content.objects.get(kind.name, [])
            for number, record in enumerate(records):
                self._object(kind, f"Objects.{kind.name}[{number}]", _members(record))
            self._refer_later(kind)
            made[kind.name] = len(records)
        for pairing in PAIRINGS:
            records = content.assignments.get(pairing.name, [])
            for number, record in enumerate(records):
                self._pair(pairing, f"Assignments.{pairing.name}[{number}]", _members(record))
            made[pairing.name] = len(records)
        if not self._problems:
            for table, key, message in incoherences(self._connection):
                self._tell(self._places[table, key], message)
        if self._problems:
            raise ApiError(400, *self._problems)
        self.left_out.tell_resources(content)
        password: dict[str, Column] = {"Password": self._hash(self._password), "PasswordLastSetDate": self._now}
        domain = f"{self._marketplace}.example"
        client, user = find_way_in(self._connection, self._insert, domain, password)
        self._insert("sign_in", {"key": 1, "api_client": client, "user": user, "password": self._password})
        return made

    def _object(self, kind: Kind, place: str, given: Record) -> None:
        resource, before = kind.resource, len(self._problems)
        values = {resource.members[name].name: value for name, value in given.items() if name in resource.members}
        _fill_secrets(kind, values)
        self._leave_roles_out(kind, place, values)
        problems = {each.property: entry_of(each) for each in (resource.validate or _nothing)(values, whole=True)}
        columns = {**resource.fixed, **self._parent(kind, place, given)}
        later: list[tuple[Field, str]] = []
        for field in resource.fields:
            if field.refers is not None:
                wanted = self._wanted(kind, place, field, values.get(field.name))
                if field.refers.table == resource.table and wanted is not None:
                    later.append((field, wanted))
                elif field.refers.table:
                    columns[field.refers.column] = self._refer(place, field, wanted, columns)
                continue
            if field.name == "ID":
                value, problem = values.get("ID"), read_id(values.get("ID"))
            elif field.sql or field.hashed or (field.read_only and field is not CREATED):
                continue
            elif field is CREATED:
                moment, problem = parse_time(str(values.get(field.name))), None
                value = self._now if moment is None else format_time(moment)
            else:
                value, problem = read_member(field, values.get(field.name))
            if problem is not None:
                problems.setdefault(field.name, problem)
            else:
                columns[field.name] = to_column(field, value)
        for entry in problems.values():
            self._refuse(place, entry)
        if len(self._problems) == before:
            self._complete(kind, place, columns, values)
        if len(self._problems) > before:
            return
        if kind.name == "ApiClients":
            columns["ID"] = str(columns["ID"]).upper()
        key = self._try_insert(kind, place, columns)
        if key is None:
            return
        self._later += [_Later(place, key, field, wanted, columns) for field, wanted in later]
        if kind.name == "Buyers" and not columns["DefaultCatalogID"]:
            self._make_catalog(key, columns)

    def _leave_roles_out(self, kind: Kind, place: str, values: Record) -> None:
        """Leave out roles that came to OrderCloud after they came to the sandbox."""
        for member in ("Roles", "ElevatedRoles"):
            roles = values.get(member)
            if isinstance(roles, list) and check_api_roles(member, roles) is not None:
                known = [role for role in roles if not isinstance(role, str) or is_api_role(role)]
                strange = ", ".join(str(role)[:50] for role in roles if role not in known)
                message = f"The sandbox knows no role {strange}. Correct it, or leave it in the file for OrderCloud."
                self.left_out.tell(f"{member} of {kind.name}", f"{place}.{member}", message)
                values[member] = known

    def _complete(self, kind: Kind, place: str, columns: dict[str, Column], values: Mapping[str, JSON]) -> None:
        """Do and check what is special to a kind of object."""
        if kind.resource.table == "users":
            password = values.get("Password")
            columns["Password"] = self._hash(password if isinstance(password, str) and password else self._password)
            columns["PasswordLastSetDate"] = self._now
        elif kind.name == "Buyers":
            self._check_catalog(place, columns)
        elif kind.name in ("Products", "Catalogs"):
            self._owned(kind, place, columns, values)
        elif kind.name == "ApiClients":
            self._check_context_user(place, columns)
        elif kind.name == "SecurityProfiles":
            for entry in check_profile(values):
                self._refuse(place, entry)
        elif kind.name == "ImpersonationConfigs":
            if (problem := check_impersonated(values)) is not None:
                self._refuse(place, problem)
        elif columns.get("CustomAuthHeaderValue") and not columns["CustomAuthHeaderName"]:
            self._tell(place, "CustomAuthHeaderName is required with the other part of the header; add it.")

    def _check_catalog(self, place: str, buyer: Mapping[str, Column]) -> None:
        wanted, own = buyer["DefaultCatalogID"], str(buyer["ID"])
        if wanted and self._known(CATALOGS.table, str(wanted)) is None:
            message = f"DefaultCatalogID: the file holds no {str(wanted)[:100]!r}; add that Catalog, or take this out."
            self._tell(place, message)
        elif not wanted and self._known(CATALOGS.table, own) is not None and self._known("buyers", own) is None:
            self._tell(place, "DefaultCatalogID is required where a Catalog has the ID of the Buyer.")

    def _owned(self, kind: Kind, place: str, columns: dict[str, Column], values: Mapping[str, JSON]) -> None:
        """Find the supplier that owns a product; catalogs are all the marketplace's own here."""
        owner = _text(values.get("OwnerID"))
        if owner is None or owner.lower() == self._marketplace.lower():
            return
        supplier = self._refer(place, _OWNER, owner, columns)
        if kind.name == "Products":
            columns["supplier"] = supplier
        elif supplier is not None:
            message = "In the sandbox every Catalog is the marketplace's own. Nothing is to be done."
            self.left_out.tell("OwnerID of Catalogs", f"{place}.OwnerID", message)

    def _check_context_user(self, place: str, client: dict[str, Column]) -> None:
        name = client["DefaultContextUserName"] = client["DefaultContextUserName"] or None
        if name is None:
            return
        find = "SELECT Username, kind FROM users WHERE Username = ?"
        row = self._connection.execute(find, (name,)).fetchone()
        if row is None:
            message = f"the file holds no user named {str(name)[:100]!r}; add that User, or take this out."
            self._tell(place, f"DefaultContextUserName: {message}")
            return
        client["DefaultContextUserName"], kind = row
        anonymous = bool(client["IsAnonBuyer"])
        found = anonymous_needs_buyer(is_anon_buyer=anonymous, context_user_kind=PartyKind(kind))
        if found is not None:
            self._refuse(place, ErrorEntry(REQUIRED_NOT_ANON_BUYER, found.message, {"Property": found.property}))

    def _try_insert(self, kind: Kind, place: str, columns: Mapping[str, Column]) -> int | None:
        try:
            key = self._insert(kind.resource.table, columns)
        except sqlite3.IntegrityError:
            if not self._problems:
                self._tell(place, "its ID, or its user name, is taken by another one before it; give it its own.")
            return None
        parent = kind.resource.parent
        within = {} if parent is None else {parent.column: columns[parent.column]}
        self._keys[kind.resource.table, _scope(within), str(columns["ID"]).lower()] = key
        self._places[kind.resource.table, key] = place
        return key

    def _make_catalog(self, buyer: int, columns: Mapping[str, Column]) -> None:
        """Make the catalog that OrderCloud makes with a buyer."""
        made: dict[str, Column] = {"ID": columns["ID"], "Name": columns["Name"], "Active": 1}
        catalog = self._keys[CATALOGS.table, _scope({}), str(columns["ID"]).lower()] = self._insert("catalogs", made)
        shown: dict[str, Column] = {"catalog": catalog, "buyer": buyer, "ViewAllCategories": 1, "ViewAllProducts": 1}
        self._insert("catalog_assignments", shown)
        self._connection.execute("UPDATE buyers SET DefaultCatalogID = ID WHERE key = ?", (buyer,))

    def _refer_later(self, kind: Kind) -> None:
        for later in self._later:
            found = self._refer(later.place, later.field, later.wanted, later.columns)
            column = later.field.refers.column if later.field.refers is not None else ""
            update = f'UPDATE {kind.resource.table} SET "{column}" = ? WHERE key = ?'  # noqa: S608 - names of descriptions
            self._connection.execute(update, (found, later.key))
        self._later = []

    def _pair(self, pairing: Pairing, place: str, given: Record) -> None:
        """Pair what is named; of two that say the same, the later one has the last word."""
        assignment, before = pairing.assignment, len(self._problems)
        known = self._parent(pairing, place, given)
        ends: dict[str, Column] = {}
        named = set()
        for field in assignment.ends:
            wanted = self._wanted(pairing, place, field, given.get(field.name.lower()))
            if wanted is not None:
                named.add(field.name)
            if field.refers is not None and field.refers.table:
                ends[field.refers.column] = self._refer(place, field, wanted, {**known, **ends})
        for group in assignment.exclusive:
            if len(named.intersection(group)) > 1:
                self._tell(place, f"it names only one of {' and '.join(group)}; take the other out.")
        if assignment.needs and not named.intersection(assignment.needs):
            self._tell(place, f"it names a {' or a '.join(assignment.needs)}; add one.")
        rest: dict[str, Column] = {}
        for field in assignment.fields:
            if field.stored:
                value, problem = read_member(field, given.get(field.name.lower()))
                if problem is not None:
                    self._refuse(place, problem)
                rest[field.name] = to_column(field, value)
        if len(self._problems) > before:
            return
        if any(ends[name] is not None for name in assignment.finest):
            ends |= dict.fromkeys(("buyer", "supplier"))
        same = " AND ".join(f'"{name}" IS ?' for name in ends)
        self._connection.execute(f"DELETE FROM {assignment.table} WHERE {same}", list(ends.values()))  # noqa: S608 - names of descriptions
        self._insert(assignment.table, ends | rest)

    def _parent(self, kind: Kind | Pairing, place: str, given: Record) -> dict[str, Column]:
        """Give the column of the company or catalog that something belongs to."""
        parent = kind.resource.parent if isinstance(kind, Kind) else kind.assignment.parent
        if parent is None or kind.parent is None:
            return {}
        field = Field(kind.parent, required=True, refers=Reference(parent.object_type, parent.table, parent.column))
        return {parent.column: self._refer(place, field, _text(given.get(kind.parent.lower())), {})}

    def _wanted(self, kind: Kind | Pairing, place: str, field: Field, value: JSON) -> str | None:
        """Give the ID that a member names. What the sandbox has no such objects of is left out, and told."""
        wanted = _text(value)
        if wanted is not None and field.refers is not None and not field.refers.table:
            message = f"The sandbox has no {field.refers.object_type}. Leave it in the file for OrderCloud."
            self.left_out.tell(f"{field.name} of {kind.name}", f"{place}.{field.name}", message)
        return wanted

    def _refer(self, place: str, field: Field, wanted: str | None, columns: Mapping[str, Column]) -> int | None:
        """Give the key of what a member names; notes when it names nothing that the file holds."""
        if wanted is None:
            if field.required:
                self._tell(place, f"{field.name} is required.")
            return None
        reference = field.refers
        if reference is None:
            raise RuntimeError(f"{field.name} names nothing")
        within = {theirs: columns.get(ours) for theirs, ours in reference.within.items()}
        found = self._known(reference.table, wanted, within)
        if found is None:
            remedy = f"add that {reference.object_type}" + ("." if field.required else ", or take this out.")
            self._tell(place, f"{field.name}: the file holds no {wanted[:100]!r}; {remedy}")
        return found

    def _known(self, table: str, wanted: str, within: Mapping[str, Column] = MappingProxyType({})) -> int | None:
        return self._keys.get((table, _scope(within), wanted.lower()))

    def _insert(self, table: str, columns: Mapping[str, Column]) -> int:
        names = ", ".join(f'"{name}"' for name in columns)
        marks = ", ".join("?" for _ in columns)
        statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - names of descriptions
        return self._connection.execute(statement, list(columns.values())).lastrowid or 0

    def _refuse(self, place: str, entry: ErrorEntry) -> None:
        data = dict(entry.data) if isinstance(entry.data, dict) else {}
        self._note(ErrorEntry(entry.code, f"{place}: {entry.message}", {"Place": place, **data}))

    def _tell(self, place: str, message: str) -> None:
        self._note(ErrorEntry("Sandbox.InvalidSeedingFile", f"{place}: {message}", {"Place": place}))

    def _note(self, entry: ErrorEntry) -> None:
        self._problems.append(entry)
        if len(self._problems) >= _MOST_PROBLEMS:
            raise ApiError(400, *self._problems)


def _nothing(values: Mapping[str, JSON], *, whole: bool) -> tuple[()]:
    return ()


def _fill_secrets(kind: Kind, values: Record) -> None:
    """Make what was redacted anew, and what OrderCloud never gives although there has to be one."""
    for name, sign in SECRETS.get(kind.name, ()):
        missing = values.get(name) in (None, "")
        if values.get(name) == REDACTED or (missing and sign != name and values.get(sign)):
            values[name] = new_secret() if kind.name == "ApiClients" else random_text(24)
        elif missing:
            values[name] = None


def _scope(columns: Mapping[str, Column]) -> tuple[Column, ...]:
    """Give what an ID is unique in."""
    return tuple(columns.get(name) for name in ("buyer", "supplier", "catalog"))


def _members(record: Record) -> Record:
    return {name.lower(): value for name, value in record.items()}


def _text(value: JSON) -> str | None:
    """Give the ID that a member names; blank ones and the marketplace's own name nothing."""
    return None if value in (None, "", MARKETPLACE) else str(value)
