"""A marketplace made from a seeding file: checked as a whole, then written."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime
from functools import cache

from tui.sandbox.control.seeding import (
    CLIENT_ASSIGNMENTS,
    MARKETPLACE,
    MEMBERSHIPS,
    OBJECTS,
    PROFILE_ASSIGNMENTS,
    REDACTED,
    Content,
    Kind,
    Record,
)
from tui.sandbox.demo import PASSWORD
from tui.sandbox.errors import ApiError, ErrorEntry
from tui.sandbox.fields import Column, compact, entry_of, format_time, read_id, read_member, to_column
from tui.sandbox.passwords import FAST, Hashing, hash_password, new_secret
from tui.sandbox.randomness import random_text, random_uuid
from tui.sandbox.resources import FULL_ACCESS
from tui.sandbox.seeds import DEFAULT_CLIENT
from tui.tokens.token import JSON

_MOST_PROBLEMS = 50

_ADMIN = """
SELECT t.key FROM users t WHERE t.kind = 'seller' AND t.Active AND EXISTS (
    SELECT 1 FROM security_profile_assignments a JOIN security_profiles p ON p.key = a.profile, json_each(p.Roles) r
    WHERE r.value = 'FullAccess' AND a.holder IN ('seller', 'user ' || t.key)
) ORDER BY t.key LIMIT 1
"""
_WAY_IN = """
SELECT key FROM api_clients c WHERE Active AND AllowSeller AND ClientSecret IS NULL AND (
    json_array_length(MaximumGrantedRoles) = 0
    OR EXISTS (SELECT 1 FROM json_each(c.MaximumGrantedRoles) r WHERE r.value = 'FullAccess')
) AND json_array_length(MinimumRequiredCustomRoles) = 0 ORDER BY key LIMIT 1
"""

Kept = tuple[str, str, str | None]
"""ID and name of the marketplace, and the password of its sign-in sheet."""


def plant_seeding(
    connection: sqlite3.Connection, content: Content, kept: Kept, now: datetime, hashing: Hashing
) -> Mapping[str, Mapping[str, int]]:
    """Make the marketplace in the transaction that is open. Raises ApiError 400 with every problem of the file.

    Whatever is missing to get in is made as well: an API client for the seller, a Full Access seller user.
    """
    planter = _Planter(connection, kept, now, hashing)
    made = planter.plant(content)
    known = {kind.name for kind in OBJECTS} | {PROFILE_ASSIGNMENTS, CLIENT_ASSIGNMENTS, *MEMBERSHIPS}
    everything = {**content.objects, **content.assignments}
    skipped = {name: len(records) for name, records in everything.items() if name not in known and records}
    if planter.without_group:
        skipped[f"{PROFILE_ASSIGNMENTS} of user groups"] = planter.without_group
    return {"Made": made, "Skipped": skipped}


class _Planter:
    def __init__(self, connection: sqlite3.Connection, kept: Kept, now: datetime, hashing: Hashing) -> None:
        self._connection = connection
        self._now = format_time(now)
        self._marketplace, self._name, password = kept
        self._password = password or PASSWORD
        self.without_group = 0
        """How many security profiles are held by groups that the file does not hold."""
        self._problems: list[ErrorEntry] = []
        self._keys: dict[tuple[str, str], int] = {}
        public = self._password == PASSWORD
        shared = hash_password(self._password, FAST if public else hashing)
        self._hash = cache(lambda text: shared if text == self._password else hash_password(text, hashing))

    def plant(self, content: Content) -> dict[str, int]:
        marketplace: dict[str, Column] = {"key": 1, "ID": self._marketplace, "Name": self._name}
        self._insert("marketplace", marketplace)
        ordered = sorted(OBJECTS, key=lambda kind: (kind.name == "ApiClients", kind.parent is not None))
        made = {}
        for kind in ordered:
            records = content.objects.get(kind.name, [])
            for number, record in enumerate(records):
                self._object(kind, f"Objects.{kind.name}[{number}]", record)
            made[kind.name] = len(records)
        plants = {PROFILE_ASSIGNMENTS: self._profile, CLIENT_ASSIGNMENTS: self._client}
        plants |= dict.fromkeys(MEMBERSHIPS, self._member)
        for name, plant in plants.items():
            records = content.assignments.get(name, [])
            for number, record in enumerate(records):
                plant(f"Assignments.{name}[{number}]", _named(record))
            made[name] = len(records) - (self.without_group if name == PROFILE_ASSIGNMENTS else 0)
        if self._problems:
            raise ApiError(400, *self._problems)
        self._make_way_in()
        return made

    def _object(self, kind: Kind, place: str, given: Record) -> None:
        resource = kind.resource
        values = {resource.members[n.lower()].name: v for n, v in given.items() if n.lower() in resource.members}
        secret = values.get("ClientSecret")
        if kind.name == "ApiClients":
            values["ClientSecret"] = new_secret() if secret == REDACTED else secret or None
        if values.get("HashKey") == REDACTED:
            values["HashKey"] = random_text(24)
        problems = {each.property: entry_of(each) for each in (resource.validate or _nothing)(values, whole=True)}
        columns: dict[str, Column] = dict(resource.fixed)
        for field in resource.fields:
            if field.refers is not None:
                if field.refers.table and values.get(field.name):
                    named = {field.name: str(values[field.name])}
                    columns[field.refers.column] = self._find(place, field.refers.table, field.name, named)
                continue
            if field.name == "ID":
                value, problem = values.get("ID"), read_id(values.get("ID"))
            elif field.sql or field.write_only or (field.read_only and field.name != "DateCreated"):
                continue
            elif field.read_only:
                value, problem = values.get(field.name) or self._now, None
                value = value if isinstance(value, str) else self._now
            else:
                value, problem = read_member(field, values.get(field.name))
            if problem is not None:
                problems.setdefault(field.name, problem)
            else:
                columns[field.name] = to_column(field, value)
        if kind.parent is not None and resource.parent is not None:
            columns[resource.parent.column] = self._find(place, resource.parent.table, kind.parent, _named(given))
        if problems:
            for entry in problems.values():
                self._refuse(place, entry)
            return
        self._complete(kind, place, columns, values)
        if kind.name == "ApiClients":
            columns["ID"] = str(columns["ID"]).upper()
        self._try_insert(kind, place, columns)

    def _complete(self, kind: Kind, place: str, columns: dict[str, Column], values: Mapping[str, JSON]) -> None:
        if kind.name == "Buyers":
            columns["DefaultCatalogID"] = columns["DefaultCatalogID"] or columns["ID"]
        elif kind.resource.table == "users":
            password = values.get("Password")
            columns["Password"] = self._hash(password if isinstance(password, str) and password else self._password)
            columns["PasswordLastSetDate"] = self._now
        elif kind.name == "ApiClients":
            name = columns["DefaultContextUserName"] = columns["DefaultContextUserName"] or None
            find = "SELECT 1 FROM users WHERE Username = ?"
            if name is not None and self._connection.execute(find, (name,)).fetchone() is None:
                self._tell(place, f"DefaultContextUserName: there is no user named {str(name)[:100]!r}.")

    def _try_insert(self, kind: Kind, place: str, columns: Mapping[str, Column]) -> None:
        try:
            key = self._insert(kind.resource.table, columns)
        except sqlite3.IntegrityError:
            if not self._problems:
                self._tell(place, "its ID, or its user name, is taken by another one before it.")
            return
        if kind.name == "Buyers":
            self._show_catalog(key, columns)
        within = str(columns[kind.resource.parent.column]) if kind.resource.parent is not None else ""
        self._keys[f"{kind.resource.table} {within}", str(columns["ID"]).lower()] = key

    def _show_catalog(self, buyer: int, columns: Mapping[str, Column]) -> None:
        """Let a buyer see its default catalog, which is made with it where the file does not hold it."""
        wanted = str(columns["DefaultCatalogID"])
        catalog = self._keys.get(("catalogs ", wanted.lower()))
        if catalog is None:
            catalog = self._insert("catalogs", {"ID": wanted, "Name": columns["Name"], "Active": 1})
            self._keys["catalogs ", wanted.lower()] = catalog
        shown = {"catalog": catalog, "buyer": buyer, "ViewAllCategories": 1, "ViewAllProducts": 1}
        self._insert("catalog_assignments", shown)

    def _profile(self, place: str, given: Mapping[str, str]) -> None:
        profile = self._find(place, "security_profiles", "SecurityProfileID", given, required=True)
        buyer = self._find(place, "buyers", "BuyerID", given)
        supplier = self._find(place, "suppliers", "SupplierID", given)
        company = buyer if buyer is not None else supplier
        within = "" if company is None else str(company)
        user = group = None
        if "UserGroupID" in given:
            group = self._keys.get((f"user_groups {within}", given["UserGroupID"].lower()))
            if group is None:
                self.without_group += 1
                return
            buyer = supplier = None
        elif "UserID" in given:
            user = self._find(place, "users", "UserID", given, within=within)
            buyer = supplier = None
        if profile is not None:
            insert = "INSERT OR IGNORE INTO security_profile_assignments (profile, buyer, supplier, user, user_group)"
            self._connection.execute(f"{insert} VALUES (?, ?, ?, ?, ?)", (profile, buyer, supplier, user, group))

    def _member(self, place: str, given: Mapping[str, str]) -> None:
        buyer = self._find(place, "buyers", "BuyerID", given)
        company = buyer if buyer is not None else self._find(place, "suppliers", "SupplierID", given)
        within = "" if company is None else str(company)
        group = self._find(place, "user_groups", "UserGroupID", given, required=True, within=within)
        user = self._find(place, "users", "UserID", given, required=True, within=within)
        if group is not None and user is not None:
            insert = "INSERT OR IGNORE INTO user_group_members (user_group, user) VALUES (?, ?)"
            self._connection.execute(insert, (group, user))

    def _client(self, place: str, given: Mapping[str, str]) -> None:
        client = self._find(place, "api_clients", "ApiClientID", given, required=True)
        buyer = self._find(place, "buyers", "BuyerID", given)
        supplier = self._find(place, "suppliers", "SupplierID", given)
        if ("BuyerID" in given) == ("SupplierID" in given):
            self._tell(place, "it names either a BuyerID or a SupplierID.")
        elif client is not None and (buyer is not None or supplier is not None):
            insert = "INSERT OR IGNORE INTO api_client_assignments (api_client, buyer, supplier) VALUES (?, ?, ?)"
            self._connection.execute(insert, (client, buyer, supplier))

    def _find(
        self, place: str, table: str, member: str, given: Mapping[str, str], *, required: bool = False, within: str = ""
    ) -> int | None:
        """Give the key of what a member names; notes when it names nothing that the file holds."""
        wanted = given.get(member)
        if wanted is None:
            if required or (member in ("BuyerID", "SupplierID") and place.startswith("Objects.")):
                self._tell(place, f"{member} is required.")
            return None
        found = self._keys.get((f"{table} {within}", wanted.lower()))
        if found is None:
            self._tell(place, f"{member}: the file holds no {wanted[:100]!r}.")
        return found

    def _make_way_in(self) -> None:
        admin = self._connection.execute(_ADMIN).fetchone()
        user = admin[0] if admin is not None else self._make_admin()
        client = self._connection.execute(_WAY_IN).fetchone()
        key = client[0] if client is not None else self._make_client()
        self._insert("sign_in", {"key": 1, "api_client": key, "user": user, "password": self._password})

    def _make_admin(self) -> int:
        profile_id = self._free("security_profiles", "ID", "full-access")
        roles = {"Roles": compact([FULL_ACCESS]), "CustomRoles": "[]"}
        profile = self._insert("security_profiles", {"ID": profile_id, "Name": "Full Access", **roles})
        name = self._free("users", "Username", "admin")
        columns: dict[str, Column] = {"kind": "seller", "ID": name, "Username": name, "Active": 1}
        columns |= {"FirstName": "Default", "LastName": "Admin", "Email": f"{name}@{self._marketplace}.example"}
        columns |= {"DateCreated": self._now, "PasswordLastSetDate": self._now, "Password": self._hash(self._password)}
        user = self._insert("users", columns)
        self._insert("security_profile_assignments", {"profile": profile, "user": user})
        return user

    def _make_client(self) -> int:
        columns: dict[str, Column] = {"ID": str(random_uuid()).upper(), "AppName": DEFAULT_CLIENT, "Active": 1}
        columns |= {"AccessTokenDuration": 600, "RefreshTokenDuration": 43200, "AnonymousTokenDuration": 10080}
        columns |= {"AllowSeller": 1, "AllowAnyBuyer": 0, "AllowAnySupplier": 0, "IsAnonBuyer": 0}
        columns |= dict.fromkeys(("MinimumRequiredRoles", "MinimumRequiredCustomRoles"), "[]")
        columns |= dict.fromkeys(("MaximumGrantedRoles", "MaximumGrantedCustomRoles"), "[]")
        return self._insert("api_clients", columns)

    def _free(self, table: str, column: str, wanted: str) -> str:
        """Give a name that is not taken."""
        find = f'SELECT 1 FROM {table} WHERE "{column}" = ?'  # noqa: S608 - this module's names
        name, number = wanted, 1
        while self._connection.execute(find, (name,)).fetchone() is not None:
            number += 1
            name = f"{wanted}-{number}"
        return name

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


_MEMBERS = ("SecurityProfileID", "ApiClientID", "BuyerID", "SupplierID", "UserID", "UserGroupID")
_IDS = {name.lower(): name for name in _MEMBERS}


def _named(record: Record) -> dict[str, str]:
    """Give the IDs that a record names, without the marketplace's own."""
    found = {}
    for name, value in record.items():
        known = _IDS.get(name.lower())
        if known is not None and value not in (None, "", MARKETPLACE):
            found[known] = str(value)
    return found
