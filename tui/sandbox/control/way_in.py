"""The way into a marketplace from a seeding file: an API client and a Full Access seller user, made where missing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping

from tui.sandbox.fields import Column, compact
from tui.sandbox.randomness import random_uuid
from tui.sandbox.resources import FULL_ACCESS
from tui.sandbox.resources.users import HOLDERS
from tui.sandbox.seeds import DEFAULT_CLIENT

Insert = Callable[[str, Mapping[str, Column]], int]

_ADMIN = f"""
SELECT t.key FROM users t WHERE t.kind = 'seller' AND t.Active AND EXISTS (
    SELECT 1 FROM security_profile_assignments a JOIN security_profiles p ON p.key = a.profile, json_each(p.Roles) r
    WHERE r.value = 'FullAccess' AND a.holder IN {HOLDERS}
) ORDER BY t.key LIMIT 1
"""  # noqa: S608 - constants
_CLIENT = """
SELECT key FROM api_clients c WHERE Active AND AllowSeller AND ClientSecret IS NULL AND (
    json_array_length(MaximumGrantedRoles) = 0
    OR EXISTS (SELECT 1 FROM json_each(c.MaximumGrantedRoles) r WHERE r.value = 'FullAccess')
) AND json_array_length(MinimumRequiredCustomRoles) = 0 ORDER BY key LIMIT 1
"""


def find_way_in(
    connection: sqlite3.Connection, insert: Insert, mail_domain: str, password: Mapping[str, Column]
) -> tuple[int, int]:
    """Give the keys of an API client and of a user who gets in through it; makes what there is not.

    `password` are the columns of a user whose password was just set.
    """
    client = connection.execute(_CLIENT).fetchone()
    user = connection.execute(_ADMIN).fetchone()
    return (
        client[0] if client is not None else _make_client(insert),
        user[0] if user is not None else _make_admin(connection, insert, mail_domain, password),
    )


def _make_admin(
    connection: sqlite3.Connection, insert: Insert, mail_domain: str, password: Mapping[str, Column]
) -> int:
    profile_id = _free(connection, "security_profiles", ("ID",), "full-access")
    roles = {"Roles": compact([FULL_ACCESS]), "CustomRoles": "[]"}
    profile = insert("security_profiles", {"ID": profile_id, "Name": "Full Access", **roles})
    name = _free(connection, "users", ("ID", "Username"), "admin")
    columns: dict[str, Column] = {"kind": "seller", "ID": name, "Username": name, "Active": 1}
    columns |= {"FirstName": "Default", "LastName": "Admin", "Email": f"{name}@{mail_domain}"}
    columns |= {"DateCreated": password["PasswordLastSetDate"], **password}
    user = insert("users", columns)
    insert("security_profile_assignments", {"profile": profile, "user": user})
    return user


def _make_client(insert: Insert) -> int:
    columns: dict[str, Column] = {"ID": str(random_uuid()).upper(), "AppName": DEFAULT_CLIENT, "Active": 1}
    columns |= {"AccessTokenDuration": 600, "RefreshTokenDuration": 43200, "AnonymousTokenDuration": 10080}
    columns |= {"AllowSeller": 1, "AllowAnyBuyer": 0, "AllowAnySupplier": 0, "IsAnonBuyer": 0}
    columns |= dict.fromkeys(("MinimumRequiredRoles", "MinimumRequiredCustomRoles"), "[]")
    columns |= dict.fromkeys(("MaximumGrantedRoles", "MaximumGrantedCustomRoles"), "[]")
    return insert("api_clients", columns)


def _free(connection: sqlite3.Connection, table: str, columns: tuple[str, ...], wanted: str) -> str:
    """Give a name that is in none of the columns."""
    taken = " OR ".join(f'"{column}" = ?1' for column in columns)
    find = f"SELECT 1 FROM {table} WHERE {taken}"  # noqa: S608 - this module's names
    name, number = wanted, 1
    while connection.execute(find, (name,)).fetchone() is not None:
        number += 1
        name = f"{wanted}-{number}"
    return name
