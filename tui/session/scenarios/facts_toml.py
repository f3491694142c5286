"""The facts of a scenario: the marketplace it runs in, as tables of its file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Final

from tui.access.facts import Party, PartyKind, User
from tui.access.times import UNTIL_UNLOCKED
from tui.access.world import HAS_SECRET, Client, Registered, Secret, World
from tui.config.toml_reader import Table, describe

_DEFAULT: Final = Client("", "")
_NAMES: Final[Mapping[str, str]] = {
    "Active": "active",
    "AccessTokenDuration": "access_token_duration",
    "RefreshTokenDuration": "refresh_token_duration",
    "AnonymousTokenDuration": "anonymous_token_duration",
    "DefaultContextUserName": "default_context_user_name",
    "AllowAnyBuyer": "allow_any_buyer",
    "AllowAnySupplier": "allow_any_supplier",
    "AllowSeller": "allow_seller",
    "IsAnonBuyer": "is_anon_buyer",
    "MinimumRequiredRoles": "minimum_required_roles",
    "MinimumRequiredCustomRoles": "minimum_required_custom_roles",
    "MaximumGrantedRoles": "maximum_granted_roles",
    "MaximumGrantedCustomRoles": "maximum_granted_custom_roles",
}
"""Members of an API client in a file, and what they are called here."""
_COMPANIES: Final = ((PartyKind.BUYER, "Buyers", "Buyer"), (PartyKind.SUPPLIER, "Suppliers", "Supplier"))
_NOT_HERE = "a secret has no place in a scenario; a sandbox makes its own"

Companies = Mapping[tuple[PartyKind, str], Party]


def read_facts(table: Table) -> tuple[bool, World | None]:
    """Read the facts: whether they are the demo marketplace's, else the facts themselves."""
    if table.text("Seed", choices=["demo"]) is not None:
        table.done()
        return True, None
    seller = Party(PartyKind.SELLER, table.text("ID") or "scenario", table.text("Name") or "Scenario")
    companies = {
        (each.kind, each.id.casefold()): each
        for kind, name, _ in _COMPANIES
        for entry in table.tables(name)
        if (each := _company(entry, kind)) is not None
    }
    users = [_user(each, seller, companies) for each in table.tables("Users")]
    clients = [_client(each, companies) for each in table.tables("ApiClients")]
    table.done()
    found = [each for each in users if each is not None]
    registered = [each for each in clients if each is not None]
    _check_twice(table, "Users", [each.username for each in found])
    _check_twice(table, "ApiClients", [each.client.id for each in registered])
    return False, World(seller, tuple(companies.values()), tuple(found), tuple(registered))


def _check_twice(table: Table, entry: str, names: Sequence[str]) -> None:
    folded = [each.casefold() for each in names]
    for twice in sorted({each for each in names if folded.count(each.casefold()) > 1}):
        table.report(entry, f'"{twice}" is there more than once; capitals tell nothing apart')


def _required(table: Table, entry: str, what: str) -> str | None:
    text = table.text(entry)
    if text is None and table.value(entry) is None:
        table.report("", f"{entry} is missing: {what}")
    return text


def _company(table: Table, kind: PartyKind) -> Party | None:
    company = _required(table, "ID", f"the ID of the {kind}")
    active = table.flag("Active")
    party = None if company is None else Party(kind, company, table.text("Name") or company, active is not False)
    table.text("Name")
    table.done()
    return party


def _user(table: Table, seller: Party, companies: Companies) -> User | None:
    if table.value("Password") is not None:
        table.refuse("Password", _NOT_HERE)
    username = _required(table, "Username", "what the user signs in by")
    named = [(kind, name, table.text(name)) for kind, _, name in _COMPANIES]
    given = [(kind, name, text) for kind, name, text in named if text is not None]
    party = seller
    if len(given) > 1:
        table.report("Supplier", "a user belongs to one company; take Buyer or Supplier out")
    elif given:
        party = _known(table, *given[0], companies) or seller
    active, locked = table.flag("Active"), table.flag("LockedOut")
    roles = table.texts_or_text("Roles", "a list of roles") or ()
    table.done()
    if username is None:
        return None
    return User(username, party, active is not False, frozenset(roles), UNTIL_UNLOCKED if locked else None)


def _known(table: Table, kind: PartyKind, entry: str, name: str, companies: Companies) -> Party | None:
    found = companies.get((kind, name.casefold()))
    if found is None:
        known = ", ".join(each.id for each in companies.values() if each.kind is kind) or "none"
        table.report(entry, f'the facts hold no {kind} "{name}" (there are: {known})')
    return found


def _client(table: Table, companies: Companies) -> Registered | None:
    if table.value("ClientSecret") is not None:
        table.refuse("ClientSecret", _NOT_HERE)
    name = _required(table, "AppName", "what the API client is called")
    members = {attribute: _member(table, entry, attribute) for entry, attribute in _NAMES.items()}
    given = {attribute: value for attribute, value in members.items() if value is not None}
    legacy = table.flag("LegacySecret")
    assigned = [
        party
        for kind, entry, _ in _COMPANIES
        for each in table.texts_or_text(entry, f"a list of IDs of {kind}s") or ()
        if (party := _known(table, kind, entry, each, companies)) is not None
    ]
    secrets = [each for entry in table.tables("Secrets") if (each := _secret(entry)) is not None]
    identity = table.text("ID") or name or ""
    table.done()
    if name is None:
        return None
    client = Client(identity, name, client_secret=HAS_SECRET if legacy else None)
    values = {each.name: getattr(client, each.name) for each in fields(Client)} | given
    return Registered(Client(**values), tuple(assigned), tuple(secrets))


def _member(table: Table, entry: str, attribute: str) -> object:
    default = getattr(_DEFAULT, attribute)
    if isinstance(default, bool):
        return table.flag(entry)
    if isinstance(default, tuple):
        return table.texts_or_text(entry, "a list of roles")
    if entry == "DefaultContextUserName":
        return table.text(entry)
    value = table.value(entry)
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 1_000_000):
        return value
    table.report(entry, f"must be a number of minutes, not {describe(value)}")
    return None


def _secret(table: Table) -> Secret | None:
    for entry in ("Value", "ClientSecret", "Secret"):
        if table.value(entry) is not None:
            table.refuse(entry, _NOT_HERE)
    name = _required(table, "Name", "what the secret is called")
    ends = table.value("Expiration")
    if ends is not None and not (isinstance(ends, datetime) and ends.tzinfo is not None):
        table.report("Expiration", f"must be a time with its offset, as 2026-11-23T09:00:00Z, not {describe(ends)}")
    expiration = ends.astimezone(UTC) if isinstance(ends, datetime) and ends.tzinfo is not None else None
    secret = None if name is None else Secret(table.text("ID") or name, name, expiration)
    table.text("ID")
    table.done()
    return secret


# -- writing ----------------------------------------------------------------------------------------------------------


def facts_values(world: World) -> dict[str, object]:
    """Return the facts as they are written."""
    values: dict[str, object] = {"ID": world.seller.id, "Name": world.seller.label}
    for kind, entry, _ in _COMPANIES:
        companies = [_company_values(each) for each in world.companies if each.kind is kind]
        if companies:
            values[entry] = companies
    if world.users:
        values["Users"] = [_user_values(each) for each in world.users]
    if world.clients:
        values["ApiClients"] = [_client_values(each) for each in world.clients]
    return values


def _company_values(company: Party) -> dict[str, object]:
    return {"ID": company.id, "Name": company.label, **({} if company.active else {"Active": False})}


def _user_values(user: User) -> dict[str, object]:
    values: dict[str, object] = {"Username": user.username}
    values |= {entry: user.party.id for kind, _, entry in _COMPANIES if user.party.kind is kind}
    if user.available_roles:
        values["Roles"] = sorted(user.available_roles)
    if not user.active:
        values["Active"] = False
    if user.locked_until is not None:
        values["LockedOut"] = True
    return values


def _client_values(registered: Registered) -> dict[str, object]:
    client = registered.client
    values: dict[str, object] = {"ID": client.id, "AppName": client.app_name}
    for entry, attribute in _NAMES.items():
        value = getattr(client, attribute)
        if value != getattr(_DEFAULT, attribute):
            values[entry] = [*value] if isinstance(value, tuple) else value
    for kind, entry, _ in _COMPANIES:
        if assigned := sorted(each.id for each in registered.companies if each.kind is kind):
            values[entry] = assigned
    if client.client_secret:
        values["LegacySecret"] = True
    if registered.secrets:
        values["Secrets"] = [
            {
                "ID": each.id,
                "Name": each.name or each.id,
                **({"Expiration": each.expiration} if each.expiration else {}),
            }
            for each in registered.secrets
        ]
    return values
