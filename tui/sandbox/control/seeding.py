"""The file format of OrderCloud's seeding tool (`@ordercloud/seeding`): a marketplace as YAML, read and written.

    Meta:        {CreatedBySeedingVersion}
    Objects:     by resource, lists of the objects as the API lists them; users of a company also name it
    Assignments: by resource, lists of the assignments

A client secret is `<Redacted. Leave unchanged.>`, the marketplace's own ID `<MarketplaceID placeholder>`, the IDs of
API clients are in lower case. Named secrets, passwords and keys are no part of it.
"""

from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from tui import __version__
from tui.sandbox.errors import ApiError, refusal
from tui.sandbox.fields import Column
from tui.sandbox.resources.api_clients import API_CLIENTS
from tui.sandbox.resources.catalogs import CATALOGS
from tui.sandbox.resources.companies import BUYERS, SUPPLIERS
from tui.sandbox.resources.description import Resource
from tui.sandbox.resources.integrations import INTEGRATION_EVENTS
from tui.sandbox.resources.profiles import SECURITY_PROFILES
from tui.sandbox.resources.users import (
    BUYER_GROUPS,
    BUYER_USERS,
    SELLER_GROUPS,
    SELLER_USERS,
    SUPPLIER_GROUPS,
    SUPPLIER_USERS,
)
from tui.tokens.token import JSON

if TYPE_CHECKING:
    from yaml import SafeLoader

REDACTED = "<Redacted. Leave unchanged.>"
MARKETPLACE = "<MarketplaceID placeholder>"
LARGEST_FILE = 16 * 1024 * 1024
_MOST_VALUES = 2_000_000
_DEEPEST = 64

Record = dict[str, JSON]


class Kind(NamedTuple):
    """A resource by its name in the file; `parent` is the member that names the company it belongs to."""

    name: str
    resource: Resource
    parent: str | None = None


OBJECTS: tuple[Kind, ...] = (
    Kind("SecurityProfiles", SECURITY_PROFILES),
    Kind("AdminUsers", SELLER_USERS),
    Kind("AdminUserGroups", SELLER_GROUPS),
    Kind("IntegrationEvents", INTEGRATION_EVENTS),
    Kind("ApiClients", API_CLIENTS),
    Kind("Catalogs", CATALOGS),
    Kind("Buyers", BUYERS),
    Kind("Users", BUYER_USERS, "BuyerID"),
    Kind("UserGroups", BUYER_GROUPS, "BuyerID"),
    Kind("Suppliers", SUPPLIERS),
    Kind("SupplierUsers", SUPPLIER_USERS, "SupplierID"),
    Kind("SupplierUserGroups", SUPPLIER_GROUPS, "SupplierID"),
)
PROFILE_ASSIGNMENTS = "SecurityProfileAssignments"
CLIENT_ASSIGNMENTS = "ApiClientAssignments"

MEMBERSHIPS: Mapping[str, tuple[str, ...]] = {
    "AdminUserGroupAssignments": (),
    "UserGroupAssignments": ("BuyerID",),
    "SupplierUserGroupsAssignments": ("SupplierID",),  # the tool spells it so
}
"""The lists of who is in which group, each with the member that names the company."""

_PROFILE_ROWS = """
SELECT p.ID, b.ID, s.ID, u.ID, g.ID FROM security_profile_assignments a
JOIN security_profiles p ON p.key = a.profile
LEFT JOIN users u ON u.key = a.user LEFT JOIN user_groups g ON g.key = a.user_group
LEFT JOIN buyers b ON b.key = coalesce(a.buyer, u.buyer, g.buyer)
LEFT JOIN suppliers s ON s.key = coalesce(a.supplier, u.supplier, g.supplier) ORDER BY a.key
"""
_MEMBERS_OF = """
SELECT g.ID, u.ID{company} FROM user_group_members m
JOIN user_groups g ON g.key = m.user_group JOIN users u ON u.key = m.user
LEFT JOIN buyers b ON b.key = g.buyer LEFT JOIN suppliers s ON s.key = g.supplier
WHERE g.kind = '{kind}' ORDER BY m.key
"""
_CLIENT_ROWS = """
SELECT lower(c.ID), b.ID, s.ID FROM api_client_assignments a JOIN api_clients c ON c.key = a.api_client
LEFT JOIN buyers b ON b.key = a.buyer LEFT JOIN suppliers s ON s.key = a.supplier ORDER BY a.key
"""
_ASSIGNMENTS: Mapping[str, tuple[tuple[str, ...], str]] = {
    PROFILE_ASSIGNMENTS: (("SecurityProfileID", "BuyerID", "SupplierID", "UserID", "UserGroupID"), _PROFILE_ROWS),
    CLIENT_ASSIGNMENTS: (("ApiClientID", "BuyerID", "SupplierID"), _CLIENT_ROWS),
    **{
        name: (("UserGroupID", "UserID", *company), _MEMBERS_OF.format(kind=kind, company=column))
        for (name, company), kind, column in zip(
            MEMBERSHIPS.items(), ("seller", "buyer", "supplier"), ("", ", b.ID", ", s.ID"), strict=True
        )
    },
}


class Content(NamedTuple):
    """What a file holds, by the names of the resources."""

    objects: Mapping[str, list[Record]]
    assignments: Mapping[str, list[Record]]


def read_marketplace(connection: sqlite3.Connection) -> Content:
    """Read the whole marketplace, without what is secret in it."""
    objects = {kind.name: list(_records(connection, kind)) for kind in OBJECTS}
    made_with_a_buyer = {str(each["ID"]).lower() for each in objects["Buyers"] if "DefaultCatalogID" not in each}
    objects["Catalogs"] = [each for each in objects["Catalogs"] if str(each["ID"]).lower() not in made_with_a_buyer]
    assignments: dict[str, list[Record]] = {}
    for name, (members, query) in _ASSIGNMENTS.items():
        rows: Iterable[tuple[Column, ...]] = connection.execute(query)
        assignments[name] = [_present(dict(zip(members, row, strict=True))) for row in rows]
    return Content(objects, assignments)


def _present(row: Mapping[str, Column]) -> Record:
    return {name: value for name, value in row.items() if value is not None and not isinstance(value, bytes)}


def _records(connection: sqlite3.Connection, kind: Kind) -> Iterable[Record]:
    resource, parents = kind.resource, dict[int, str]()
    where = " AND ".join(f"t.\"{name}\" = '{value}'" for name, value in resource.fixed.items()) or "1"
    if resource.parent is not None:
        query = f'SELECT t.key, p."ID" FROM {resource.table} t JOIN {resource.parent.table} p ON p.key = t.'  # noqa: S608 - descriptions
        parents = dict(connection.execute(query + resource.parent.column))
    hidden = {field.name for field in resource.fields if field.write_only} | {"Locale"}
    for row in connection.execute(f"{resource.select} WHERE {where} ORDER BY t.key"):
        record = {name: value for name, value in resource.record(row).items() if name not in hidden}
        if kind.parent is not None:
            record[kind.parent] = parents[row[0]]
        yield _for_file(kind, record)


def _for_file(kind: Kind, record: Record) -> Record:
    if kind.name == "ApiClients":
        record["ID"] = str(record["ID"]).lower()
        record["ClientSecret"] = None if record["ClientSecret"] is None else REDACTED
    elif kind.name == "AdminUsers":
        record["CompanyID"] = MARKETPLACE
    elif kind.name == "Catalogs":
        record["OwnerID"] = MARKETPLACE
        del record["CategoryCount"]  # what is counted says nothing about the catalog itself
    elif kind.name == "IntegrationEvents":
        record["HashKey"] = REDACTED
    elif kind.name == "Buyers" and record["DefaultCatalogID"] == record["ID"]:
        del record["DefaultCatalogID"]  # OrderCloud makes it with the buyer
    return record


def dump(content: Content) -> str:
    """Write a file."""
    import yaml

    class Dumper(yaml.SafeDumper):
        """Quotes what another YAML version could take for a number; repeats values instead of referring to them."""

        def ignore_aliases(self, data: object) -> bool:
            return True

    def quoted(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
        style = "'" if re.match(r"[-+.~0-9]", text) else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)

    Dumper.add_representer(str, quoted)
    document = {
        "Meta": {"CreatedBySeedingVersion": f"ocgate {__version__}"},
        "Objects": dict(content.objects),
        "Assignments": dict(content.assignments),
    }
    written: str = yaml.dump(document, Dumper=Dumper, sort_keys=False, allow_unicode=True)
    return written


def parse(text: str) -> Content:
    """Read a file. Raises ApiError 400 when it is no YAML, or not of this form."""
    import yaml

    if len(text) > LARGEST_FILE:
        raise refusal(413, "Request.TooLarge", "The seeding file is too large.", {"Maximum": LARGEST_FILE})
    loader = _loader(text)
    try:
        document = loader.get_single_data()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark is not None else ""
        raise _not_a_file(f"The file is no YAML that can be read{where}: {error.problem}.") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _not_a_file("The file is no YAML that can be read.") from error
    finally:
        loader.dispose()
    plain = _Plain()
    return Content(_lists(plain, document, "Objects"), _lists(plain, document, "Assignments"))


def _loader(text: str) -> SafeLoader:
    """Give a safe loader that reads plain values as the tool does: as YAML 1.2, where 12:30 and `no` are texts."""
    import yaml

    class Loader(yaml.SafeLoader):
        """Makes nothing but plain values; merging maps into others, which can grow without bounds, is left out."""

        def flatten_mapping(self, node: yaml.MappingNode) -> None:
            pass

    Loader.yaml_implicit_resolvers = {}
    for tag, pattern, first in (
        ("bool", r"(?:true|True|TRUE|false|False|FALSE)", "tTfF"),
        ("int", r"[-+]?(?:0|[1-9][0-9]{0,17})", "-+0123456789"),
        ("float", r"[-+]?(?:[0-9]{1,300}\.[0-9]{0,300}|\.[0-9]{1,300})(?:[eE][-+]?[0-9]{1,3})?", "-+.0123456789"),
        ("null", r"(?:~|null|Null|NULL|)", ["~", "n", "N", ""]),
    ):
        Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(rf"^{pattern}$"), list(first))
    return Loader(text)


def _lists(plain: _Plain, document: object, part: str) -> dict[str, list[Record]]:
    found = document.get(part) if isinstance(document, dict) else None
    if not isinstance(document, dict) or (found is not None and not isinstance(found, dict)):
        raise _not_a_file("A seeding file is an object with the members Meta, Objects and Assignments.")
    lists: dict[str, list[Record]] = {}
    for name, values in (found or {}).items():
        records = plain.value([] if values is None else values, 0)
        if not isinstance(records, list) or not all(isinstance(each, dict) for each in records):
            raise _not_a_file(f"{part}.{str(name)[:100]} is a list of objects.")
        lists[str(name)] = [each for each in records if isinstance(each, dict)]
    return lists


class _Plain:
    """Turns what YAML can hold into what JSON can, and counts: references can make a small file huge."""

    def __init__(self) -> None:
        self._count = 0

    def value(self, value: object, depth: int) -> JSON:
        """Give one value. Raises ApiError."""
        self._count += 1
        if self._count > _MOST_VALUES or depth > _DEEPEST:
            raise _not_a_file("The file holds too many values, or values too deep inside each other.")
        if isinstance(value, dict):
            return {str(name): self.value(each, depth + 1) for name, each in value.items()}
        if isinstance(value, list):
            return [self.value(each, depth + 1) for each in value]
        if isinstance(value, datetime | date):
            return value.isoformat()
        if isinstance(value, float) and not math.isfinite(value):
            raise _not_a_file("The file holds a number that is none.")
        if value is None or isinstance(value, str | bool | int | float):
            return value
        raise _not_a_file(f"The file holds a {type(value).__name__}, which is no value of an object.")


def _not_a_file(message: str) -> ApiError:
    return refusal(400, "Sandbox.InvalidSeedingFile", message)
