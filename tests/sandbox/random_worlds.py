"""Random marketplaces: what is in them as plain data, put into a sandbox by direct inserts, and what the rules expect.

The expectation is worked out from the data alone; nothing of it is read back from the sandbox.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from tests.access.world import Assignment, Client, Secret
from tui.access.attempt import Attempt, Facts, PasswordEvidence, RefreshEvidence, SecretEvidence
from tui.access.decide import decide
from tui.access.decision import Check, Decision
from tui.access.facts import Party, PartyKind, User
from tui.access.passwords import combine, expires, shortcomings
from tui.access.roles import split_scope
from tui.access.times import UNTIL_UNLOCKED
from tui.sandbox.facts import FOREVER
from tui.sandbox.fields import format_time
from tui.sandbox.passwords import Hashing, digest_of, hash_password

CHEAP = Hashing(16, 1, 1)
PASSWORDS = ("Harbor-Supply-1", "Longer-Than-Others-22", "weak")
RECORDS = {each: hash_password(each, CHEAP) for each in PASSWORDS}
ROLES = ("Shopper", "MeAdmin", "FullAccess", "OrderReader")
CUSTOM = ("LoyaltyTier", "Dockmaster")
POLICIES: tuple[dict[str, object] | None, ...] = (
    *[None] * 6,
    {"MinimumCharacterCount": 16},
    {"MaximumPasswordAge": 30},
    {"AllowedFailedAttempts": 2, "LockoutDuration": 10},
    {"AllowedFailedAttempts": 3, "LockoutDuration": 0},
)


@dataclass
class Company:
    kind: PartyKind
    key: int
    id: str
    active: bool


@dataclass
class Profile:
    key: int
    roles: list[str]
    custom: list[str]
    config: dict[str, object] | None
    holders: list[tuple[str, int]]


@dataclass
class Person:
    key: int
    username: str
    company: Company | None
    active: bool
    password: str | None
    password_set: datetime
    groups: list[int]
    failures: int = 0
    locked_until: datetime | None = None


@dataclass
class Registered:
    key: int
    client: Client
    secrets: list[tuple[Secret, str]]
    companies: list[Company]


@dataclass
class Issued:
    client: int
    user: int
    roles: frozenset[str]
    ends: datetime
    revoked: bool = False


@dataclass
class World:
    """A marketplace and the refresh tokens it has given out."""

    companies: list[Company]
    groups: list[tuple[int, Company | None]]
    people: list[Person]
    clients: list[Registered]
    profiles: list[Profile]
    active: bool
    issued: dict[str, Issued] = field(default_factory=dict)

    def profiles_of(self, person: Person) -> list[Profile]:
        company = ("seller", 0) if person.company is None else (str(person.company.kind), person.company.key)
        held = {("user", person.key), company, *(("group", each) for each in person.groups)}
        return [each for each in self.profiles if held & set(each.holders)]

    def party(self, person: Person) -> Party:
        if person.company is None:
            return Party(PartyKind.SELLER, "marketplace", "", self.active)
        return Party(person.company.kind, person.company.id, "", person.company.active)

    def facts_about(self, person: Person) -> User:
        profiles = self.profiles_of(person)
        policy = combine(each.config for each in profiles if each.config is not None)
        return User(
            person.username,
            self.party(person),
            person.active,
            frozenset(role for each in profiles for role in (*each.roles, *each.custom)),
            person.locked_until,
            expires(person.password_set, policy),
        )

    def person_named(self, name: str | None) -> Person | None:
        return next((each for each in self.people if name and each.username.lower() == name.lower()), None)


def make_world(draw: Random, now: datetime) -> World:
    """Draw a marketplace."""

    def some(of: tuple[str, ...], most: int) -> list[str]:
        return draw.sample(of, draw.randint(0, most))

    def mostly() -> bool:
        return draw.random() < 0.9

    kinds = (PartyKind.BUYER, PartyKind.BUYER, PartyKind.SUPPLIER, PartyKind.SUPPLIER)
    # the same ID on both sides of the house, so that a buyer is never taken for a supplier
    ids = ("north", "south", "north", "west")
    companies = [Company(kind, n + 1, ids[n], mostly()) for n, kind in enumerate(kinds)]
    groups = [(n + 1, each) for n, each in enumerate((*companies, None))]
    people = []
    for n in range(9):
        company = draw.choice([*companies, None])
        own = [key for key, of in groups if of is company and draw.random() < 0.4]
        password = draw.choice([*PASSWORDS[:2] * 3, PASSWORDS[2], None])
        age = timedelta(days=draw.choice([0, 10, 29.99, 30, 400]))
        lock = draw.choice([*[None] * 7, now, now + timedelta(minutes=3), UNTIL_UNLOCKED])
        failures = 0 if lock is None else 10
        people.append(Person(n + 1, f"user{n}", company, mostly(), password, now - age, own, failures, lock))
    holders = [
        *[(str(each.kind), each.key) for each in companies],
        ("seller", 0),
        *[("user", each.key) for each in people],
        *[("group", key) for key, _ in groups],
    ]
    profiles = [
        Profile(n + 1, some(ROLES, 2), some(CUSTOM, 1), draw.choice(POLICIES), draw.sample(holders, draw.randint(1, 4)))
        for n in range(9)
    ]
    clients = []
    for n in range(6):
        named = [*[each.username for each in people] * 2, None, "nobody"]
        client = Client(
            id=f"Client-{n}-ABC",
            app_name=f"App {n}",
            active=draw.random() < 0.95,
            client_secret=draw.choice([None, None, None, "legacy"]),
            access_token_duration=draw.randint(10, 600),
            refresh_token_duration=draw.choice([0, 5, 524160]),
            anonymous_token_duration=draw.choice([10080, 86400]),
            default_context_user_name=draw.choice(named),
            allow_any_buyer=draw.random() < 0.5,
            allow_any_supplier=draw.random() < 0.5,
            allow_seller=draw.random() < 0.6,
            is_anon_buyer=draw.random() < 0.4,
            minimum_required_roles=tuple(some(ROLES, 1)) if draw.random() < 0.2 else (),
            minimum_required_custom_roles=tuple(some(CUSTOM, 1)) if draw.random() < 0.1 else (),
            maximum_granted_roles=tuple(some(ROLES, 3)) if draw.random() < 0.3 else (),
            maximum_granted_custom_roles=tuple(some(CUSTOM, 1)) if draw.random() < 0.3 else (),
        )
        ends = draw.choice([None, None, now - timedelta(days=1), now, now + timedelta(minutes=30)])
        secrets = [(Secret("one", "One", ends), "named")] if draw.random() < 0.3 else []
        clients.append(Registered(n + 1, client, secrets, draw.sample(companies, draw.randint(0, 3))))
    return World(companies, groups, people, clients, profiles, draw.random() < 0.96)


def put(connection: sqlite3.Connection, world: World) -> None:
    """Put the marketplace in the place of the one that is there."""
    for table in ("api_clients", "users", "user_groups", "security_profiles", "buyers", "suppliers", "refresh_tokens"):
        connection.execute(f"DELETE FROM {table}")
    run = connection.execute
    run('UPDATE marketplace SET "ID" = ?, "Active" = ?', ("marketplace", int(world.active)))
    created = "2026-01-01T00:00:00.000Z"
    for each in world.companies:
        more = ', "AllBuyersCanOrder"' if each.kind is PartyKind.SUPPLIER else ""
        statement = f'INSERT INTO {each.kind}s (key, "ID", "Name", "Active", "DateCreated"{more}) VALUES (?,?,?,?,?'
        run(f"{statement}{',1' if more else ''})", (each.key, each.id, each.id, int(each.active), created))
    for key, of in world.groups:
        statement = 'INSERT INTO user_groups (key, kind, buyer, supplier, "ID", "Name") VALUES (?,?,?,?,?,?)'
        run(statement, (key, *_party_columns(of), f"group{key}", f"group{key}"))
    for person in world.people:
        statement = """INSERT INTO users (key, kind, buyer, supplier, ID, Username, Password, FirstName, LastName,
        Email, Active, DateCreated, PasswordLastSetDate, FailedLoginAttempts, locked_until)
        VALUES (?,?,?,?,?,?,?,'F','L','e@x.example',?,?,?,?,?)"""
        record = None if person.password is None else RECORDS[person.password]
        names = (person.username, person.username, record)
        lock = person.locked_until
        until = None if lock is None else FOREVER if lock == UNTIL_UNLOCKED else format_time(lock)
        times = (int(person.active), created, format_time(person.password_set), person.failures, until)
        run(statement, (person.key, *_party_columns(person.company), *names, *times))
        for group in person.groups:
            run("INSERT INTO user_group_members (user, user_group) VALUES (?, ?)", (person.key, group))
    for profile in world.profiles:
        statement = 'INSERT INTO security_profiles (key, "ID", "Name", "Roles", "CustomRoles", "PasswordConfig")'
        config = None if profile.config is None else json.dumps(profile.config)
        lists = (json.dumps(profile.roles), json.dumps(profile.custom), config)
        run(f"{statement} VALUES (?,?,?,?,?,?)", (profile.key, f"p{profile.key}", "P", *lists))
        for kind, key in profile.holders:
            column = {"group": "user_group"}.get(kind, kind)
            held = {} if kind == "seller" else {column: key}
            columns = "".join(f", {name}" for name in held)
            marks = ", ?" * len(held)
            statement = f"INSERT INTO security_profile_assignments (profile{columns}) VALUES (?{marks})"
            run(statement, (profile.key, *held.values()))
    for registered in world.clients:
        _put_client(connection, registered)


def _put_client(connection: sqlite3.Connection, registered: Registered) -> None:
    client = registered.client
    columns: Mapping[str, object] = {
        "key": registered.key,
        "ID": client.id,
        "ClientSecret": client.client_secret,
        "AccessTokenDuration": client.access_token_duration,
        "Active": int(client.active),
        "AppName": client.app_name,
        "RefreshTokenDuration": client.refresh_token_duration,
        "AnonymousTokenDuration": client.anonymous_token_duration,
        "DefaultContextUserName": client.default_context_user_name,
        "AllowAnyBuyer": int(client.allow_any_buyer),
        "AllowAnySupplier": int(client.allow_any_supplier),
        "AllowSeller": int(client.allow_seller),
        "IsAnonBuyer": int(client.is_anon_buyer),
        "MinimumRequiredRoles": json.dumps(client.minimum_required_roles),
        "MinimumRequiredCustomRoles": json.dumps(client.minimum_required_custom_roles),
        "MaximumGrantedRoles": json.dumps(client.maximum_granted_roles),
        "MaximumGrantedCustomRoles": json.dumps(client.maximum_granted_custom_roles),
    }
    names, marks = ", ".join(f'"{each}"' for each in columns), ", ".join("?" * len(columns))
    connection.execute(f"INSERT INTO api_clients ({names}) VALUES ({marks})", [*columns.values()])
    for secret, value in registered.secrets:
        ends = None if secret.expiration is None else format_time(secret.expiration)
        statement = 'INSERT INTO api_client_secrets (api_client, "ID", "Name", "Expiration", digest) VALUES (?,?,?,?,?)'
        connection.execute(statement, (registered.key, secret.id, secret.name, ends, digest_of(value)))
    for company in registered.companies:
        statement = f"INSERT INTO api_client_assignments (api_client, {company.kind}) VALUES (?, ?)"
        connection.execute(statement, (registered.key, company.key))


def _party_columns(company: Company | None) -> tuple[str, int | None, int | None]:
    if company is None:
        return "seller", None, None
    buyer = company.kind is PartyKind.BUYER
    return str(company.kind), company.key if buyer else None, None if buyer else company.key


def make_form(draw: Random, world: World) -> dict[str, str]:
    """Draw the fields of a request for a token: good ones mostly."""
    registered, person = draw.choice(world.clients), draw.choice(world.people)
    grants = ["password"] * 5 + ["client_credentials"] * 4 + ["refresh_token"] * (3 if world.issued else 1)
    grant = draw.choice(grants)
    client_id = draw.choice([registered.client.id, registered.client.id.lower(), registered.client.id.upper()])
    form = {"grant_type": grant, "client_id": client_id}
    if draw.random() < 0.04:
        form |= draw.choice([{"grant_type": "implicit"}, {"grant_type": ""}, {"client_id": "unknown"}])
    secrets = [value for _, value in registered.secrets] + [registered.client.client_secret or ""]
    secret = draw.choice(["wrong", "", *secrets]) if draw.random() < 0.15 else min(filter(None, secrets), default="")
    if secret:
        form["client_secret"] = secret
    if grant == "password":
        form["username"] = draw.choice([*[person.username] * 8, person.username.upper(), "nobody", ""])
        form["password"] = draw.choice([*[person.password or "none"] * 8, "wrong", ""])
    if grant == "refresh_token" and (known := [*world.issued]):
        token = draw.choice([*known[-5:] * 3, "unknown", ""])
        form["refresh_token"] = token
        if token in world.issued and draw.random() < 0.8:
            own = next(each for each in world.clients if each.key == world.issued[token].client)
            form["client_id"] = own.client.id
            if own.client.client_secret or own.secrets:
                form["client_secret"] = own.client.client_secret or own.secrets[0][1]
    if draw.random() < 0.5:
        form["scope"] = " ".join(draw.sample((*ROLES, *CUSTOM, "Unknown"), draw.randint(0, 4)))
    return form


@dataclass(frozen=True)
class Expected:
    """What the rules say about one request."""

    decision: Decision
    registered: Registered | None
    person: Person | None


def expect(world: World, form: Mapping[str, str], now: datetime) -> Expected:
    """Work the decision out from the data."""
    asked, grant = form.get("client_id", ""), form.get("grant_type")
    registered = next((each for each in world.clients if each.client.id.lower() == asked.lower()), None)
    issued = world.issued.get(form.get("refresh_token", ""))
    person = None
    if grant == "password":
        person = world.person_named(form.get("username"))
    elif grant == "client_credentials" and registered is not None:
        person = world.person_named(registered.client.default_context_user_name)
    elif grant == "refresh_token" and issued is not None:
        person = next(each for each in world.people if each.key == issued.user)
    policy = combine(
        [] if person is None else [each.config for each in world.profiles_of(person) if each.config is not None]
    )
    attempt = Attempt(
        grant,
        asked,
        split_scope(form.get("scope")),
        _secret(registered, form.get("client_secret"), now),
        _password(person, form),
        _refresh(registered, issued, form, now),
        None if issued is None else issued.roles,
        password_lacks=shortcomings(form.get("password", ""), policy) if person is not None else {},
    )
    facts = Facts(
        None if registered is None else registered.client,
        () if registered is None else [secret for secret, _ in registered.secrets],
        () if registered is None else [_assignment(registered.client, each) for each in registered.companies],
        None if person is None else world.facts_about(person),
        world.active,
    )
    return Expected(decide(attempt, facts, now), registered, person)


def _assignment(client: Client, company: Company) -> Assignment:
    buyer = company.kind is PartyKind.BUYER
    return Assignment(client.id, company.id if buyer else None, None if buyer else company.id)


def _secret(registered: Registered | None, given: str | None, now: datetime) -> SecretEvidence:
    if not given:
        return SecretEvidence.ABSENT
    if registered is not None and given == registered.client.client_secret:
        return SecretEvidence.LIVE
    for secret, value in [] if registered is None else registered.secrets:
        if value == given:
            live = secret.expiration is None or secret.expiration > now
            return SecretEvidence.LIVE if live else SecretEvidence.EXPIRED
    return SecretEvidence.WRONG


def _password(person: Person | None, form: Mapping[str, str]) -> PasswordEvidence:
    if not form.get("username") or not form.get("password"):
        return PasswordEvidence.ABSENT
    right = person is not None and person.password == form["password"]
    return PasswordEvidence.RIGHT if right else PasswordEvidence.WRONG


def _refresh(
    registered: Registered | None, issued: Issued | None, form: Mapping[str, str], now: datetime
) -> RefreshEvidence:
    if not form.get("refresh_token"):
        return RefreshEvidence.ABSENT
    if issued is None or registered is None:
        return RefreshEvidence.UNKNOWN
    if issued.client != registered.key:
        return RefreshEvidence.FOREIGN
    if issued.revoked:
        return RefreshEvidence.REVOKED
    return RefreshEvidence.LIVE if now < issued.ends else RefreshEvidence.EXPIRED


def follow(world: World, expected: Expected, form: Mapping[str, str], refresh_token: str | None, now: datetime) -> None:
    """Keep what follows from an answer: failures, lockouts, refresh tokens."""
    decision, person, registered = expected.decision, expected.person, expected.registered
    if decision.check is Check.CREDENTIALS_RIGHT and person is not None:
        _count(world, person, now)
    if not decision.allowed or person is None or registered is None or decision.lifetimes is None:
        return
    if form["grant_type"] == "password":
        person.failures, person.locked_until = 0, None
    if refresh_token and form["grant_type"] != "refresh_token":
        ends = now + timedelta(minutes=decision.lifetimes.refresh_minutes)
        world.issued[refresh_token] = Issued(registered.key, person.key, frozenset(decision.roles), ends)


def _count(world: World, person: Person, now: datetime) -> None:
    if person.locked_until is not None and person.locked_until > now:
        return
    person.failures = 1 if person.locked_until is not None else person.failures + 1
    person.locked_until = None
    configs = [each.config for each in world.profiles_of(person) if each.config and "LockoutDuration" in each.config]
    attempts = min([int(str(each["AllowedFailedAttempts"])) for each in configs], default=10)
    minutes = [int(str(each["LockoutDuration"])) for each in configs]
    if person.failures >= attempts:
        forever = 0 in minutes
        person.locked_until = UNTIL_UNLOCKED if forever else now + timedelta(minutes=max(minutes, default=2))


def change(draw: Random, world: World, connection: sqlite3.Connection) -> str:
    """Change something in the world and in the sandbox alike, and say what."""
    person, company, registered = draw.choice(world.people), draw.choice(world.companies), draw.choice(world.clients)
    match draw.randint(0, 3):
        case 0:
            person.active = not person.active
            connection.execute("UPDATE users SET Active = ? WHERE key = ?", (int(person.active), person.key))
            return f"{person.username} active: {person.active}"
        case 1:
            company.active = not company.active
            statement = f"UPDATE {company.kind}s SET Active = ? WHERE key = ?"
            connection.execute(statement, (int(company.active), company.key))
            return f"{company.kind} {company.id} active: {company.active}"
        case 2:
            if registered.companies:
                gone = registered.companies.pop()
                statement = f"DELETE FROM api_client_assignments WHERE api_client = ? AND {gone.kind} = ?"
                connection.execute(statement, (registered.key, gone.key))
            return f"an assignment of {registered.client.id} is gone"
        case _:
            for issued in world.issued.values():
                issued.revoked = issued.revoked or issued.user == person.key
            connection.execute("UPDATE refresh_tokens SET revoked = 1 WHERE user = ?", (person.key,))
            return f"tokens of {person.username} are revoked"
