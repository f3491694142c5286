"""What the rules want to know, read from the database."""

from __future__ import annotations

import hmac
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from tui.access.facts import Party, PartyKind, User
from tui.access.passwords import PasswordPolicy, combine, expires
from tui.access.times import UNTIL_UNLOCKED
from tui.ordercloud.models import ApiClient, ApiClientAssignment
from tui.sandbox.fields import parse_time
from tui.sandbox.passwords import digest_of
from tui.sandbox.resources import API_CLIENTS, HOLDERS, ROLES

FOREVER = "forever"
"""What `locked_until` holds when only an administrator unlocks."""

_USER = f"""
SELECT t.key, t.kind, coalesce(t.buyer, t.supplier), t.Username, t.Active, t.Password, t.FailedLoginAttempts,
    t.locked_until, {ROLES}, coalesce(b.ID, s.ID, m.ID), coalesce(b.Name, s.Name, m.Name),
    coalesce(b.Active, s.Active, m.Active), t.PasswordLastSetDate
FROM users t JOIN marketplace m LEFT JOIN buyers b ON b.key = t.buyer LEFT JOIN suppliers s ON s.key = t.supplier
WHERE """  # noqa: S608 - constants

_POLICIES = f"""
SELECT p.PasswordConfig FROM users t JOIN security_profile_assignments a ON a.holder IN {HOLDERS}
JOIN security_profiles p ON p.key = a.profile WHERE t.key = ? AND p.PasswordConfig IS NOT NULL
"""  # noqa: S608 - constants

_POLICIES_OF_PARTY = """
SELECT p.PasswordConfig FROM security_profile_assignments a JOIN security_profiles p ON p.key = a.profile
WHERE a.holder = ? AND p.PasswordConfig IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class KnownClient:
    """An API client of the marketplace and its named secrets."""

    key: int
    facts: ApiClient
    secrets: tuple[KnownSecret, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class KnownSecret:
    """A named secret as the rules see it, and the digest of its value."""

    id: str
    name: str
    expiration: datetime | None
    digest: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class KnownUser:
    """A user of the marketplace: as the rules see it, and what only the sandbox knows. `company` is a key."""

    key: int
    kind: PartyKind
    company: int | None
    password: str | None = field(repr=False)
    failures: int
    facts: User
    policy: PasswordPolicy
    password_set: datetime | None


def find_client(connection: sqlite3.Connection, client_id: str) -> KnownClient | None:
    """Find an API client by its ID, without regard to case."""
    row = connection.execute(f'{API_CLIENTS.select} WHERE t."ID" = ?', (client_id,)).fetchone()
    if row is None:
        return None
    rows = connection.execute(
        'SELECT "ID", "Name", "Expiration", digest FROM api_client_secrets WHERE api_client = ?', (row[0],)
    )
    secrets = tuple(KnownSecret(each[0], each[1], parse_time(each[2] or ""), each[3]) for each in rows)
    return KnownClient(row[0], ApiClient.from_wire(API_CLIENTS.record(row)), secrets)


class SecretMatch(NamedTuple):
    """Which of an API client's secrets a value is: a named one, the legacy one, both where they are equal, or none."""

    named: KnownSecret | None
    legacy: bool


def match_secret(client: KnownClient, given: str) -> SecretMatch:
    """Compare a value with every secret of an API client, in constant time."""
    digest, named = digest_of(given), None
    for secret in client.secrets:
        if hmac.compare_digest(secret.digest, digest):
            named = secret
    legacy = client.facts.client_secret or ""
    return SecretMatch(named, bool(legacy) and hmac.compare_digest(digest_of(legacy), digest))


def find_user(connection: sqlite3.Connection, *, username: str | None = None, key: int = 0) -> KnownUser | None:
    """Find a user by its user name, without regard to case, or by its key."""
    condition = "t.key = ?" if username is None else "t.Username = ?"
    row = connection.execute(_USER + condition, (key if username is None else username,)).fetchone()
    if row is None:
        return None
    kind = PartyKind(row[1])
    policy = password_policy(connection, row[0])
    password_set = parse_time(row[12] or "")
    user = User(
        username=row[3],
        party=Party(kind, row[9], row[10], bool(row[11])),
        active=bool(row[4]),
        available_roles=frozenset(json.loads(row[8])),
        locked_until=UNTIL_UNLOCKED if row[7] == FOREVER else parse_time(row[7] or ""),
        password_expires=expires(password_set, policy),
    )
    return KnownUser(row[0], kind, row[2], row[5], row[6], user, policy, password_set)


def assignments_of(
    connection: sqlite3.Connection, client: KnownClient, user: KnownUser | None
) -> Sequence[ApiClientAssignment]:
    """Give the API client's assignment of the user's company, if there is one: no other can matter to the user."""
    if user is None or user.company is None:
        return ()
    column = "buyer" if user.kind is PartyKind.BUYER else "supplier"
    query = f"SELECT 1 FROM api_client_assignments WHERE api_client = ? AND {column} = ?"  # noqa: S608 - one of two constants
    if connection.execute(query, (client.key, user.company)).fetchone() is None:
        return ()
    company = user.facts.party.id
    return (
        ApiClientAssignment(
            api_client_id=client.facts.id,
            buyer_id=company if user.kind is PartyKind.BUYER else None,
            supplier_id=company if user.kind is PartyKind.SUPPLIER else None,
        ),
    )


def marketplace_active(connection: sqlite3.Connection) -> bool:
    """Tell whether the marketplace is active."""
    return bool(connection.execute('SELECT "Active" FROM marketplace').fetchone()[0])


def password_policy(connection: sqlite3.Connection, user: int) -> PasswordPolicy:
    """Give what holds for a user's passwords."""
    return combine(json.loads(row[0]) for row in connection.execute(_POLICIES, (user,)))


def password_policy_of_party(connection: sqlite3.Connection, kind: PartyKind, company: int | None) -> PasswordPolicy:
    """Give what holds for the password of a new user of a party; `company` is the key of its buyer or supplier."""
    holder = "seller" if kind is PartyKind.SELLER else f"{kind} {company}"
    return combine(json.loads(row[0]) for row in connection.execute(_POLICIES_OF_PARTY, (holder,)))


class LockoutPolicy(NamedTuple):
    """How many failures lock a user out, and for how many minutes; 0 until an administrator unlocks."""

    attempts: int = 10
    minutes: int = 2


def lockout_policy(connection: sqlite3.Connection, user: int) -> LockoutPolicy:
    """Give a user's lockout policy: the strictest of its security profiles, else OrderCloud's default."""
    configs = [json.loads(row[0]) for row in connection.execute(_POLICIES, (user,))]
    attempts = [each["AllowedFailedAttempts"] for each in configs if _is_count(each.get("AllowedFailedAttempts"))]
    minutes = [each["LockoutDuration"] for each in configs if _is_count(each.get("LockoutDuration"))]
    default = LockoutPolicy()
    return LockoutPolicy(
        attempts=max(1, min(attempts, default=default.attempts)),
        minutes=0 if 0 in minutes else max(minutes, default=default.minutes),
    )


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 100_000
