"""The file format of OrderCloud's seeding tool (`@ordercloud/seeding`): a marketplace as YAML, read and written.

    Meta:        {CreatedBySeedingVersion}
    Objects:     by resource, lists of the objects as the API lists them; users of a company also name it
    Assignments: by resource, lists of the assignments

Secrets and hash keys are `<Redacted. Leave unchanged.>`, the marketplace's own ID `<MarketplaceID placeholder>`, and
the IDs of API clients are in lower case. Named secrets, passwords, keys, orders and what
users did are no part of it.
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
from tui.sandbox.fields import Field
from tui.sandbox.resources.api_clients import API_CLIENT_ASSIGNMENTS, API_CLIENTS
from tui.sandbox.resources.catalogs import (
    CATALOG_ASSIGNMENTS,
    CATALOG_PRODUCTS,
    CATALOGS,
    CATEGORIES,
    CATEGORY_ASSIGNMENTS,
    CATEGORY_PRODUCTS,
    PRODUCT_ASSIGNMENTS,
    PRODUCTS,
)
from tui.sandbox.resources.companies import BUYERS, SUPPLIER_BUYER_LINKS, SUPPLIERS
from tui.sandbox.resources.description import CREATED, Assignment, Described, Resource
from tui.sandbox.resources.integrations import IMPERSONATION_CONFIGS, INTEGRATION_EVENTS, OPENID_CONNECTS
from tui.sandbox.resources.profiles import SECURITY_PROFILE_ASSIGNMENTS, SECURITY_PROFILES
from tui.sandbox.resources.users import (
    BUYER_GROUP_MEMBERS,
    BUYER_GROUPS,
    BUYER_USERS,
    SELLER_GROUP_MEMBERS,
    SELLER_GROUPS,
    SELLER_USERS,
    SUPPLIER_GROUP_MEMBERS,
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
_CONTROLS = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029\\ufeff]")

Record = dict[str, JSON]


class Kind(NamedTuple):
    """A resource by its name in the file; `parent` is the member that names the company or catalog it belongs to.

    `owner` is the member in which the marketplace's own ID is the placeholder.
    """

    name: str
    resource: Resource
    parent: str | None = None
    owner: str | None = None


class Pairing(NamedTuple):
    """Assignments by their name in the file, with the members that a `Kind` has too."""

    name: str
    assignment: Assignment
    parent: str | None = None
    owner: str | None = None


OBJECTS: tuple[Kind, ...] = (
    Kind("SecurityProfiles", SECURITY_PROFILES),
    Kind("ImpersonationConfigs", IMPERSONATION_CONFIGS),
    Kind("OpenIdConnects", OPENID_CONNECTS),
    Kind("AdminUsers", SELLER_USERS, owner="CompanyID"),
    Kind("AdminUserGroups", SELLER_GROUPS),
    Kind("ApiClients", API_CLIENTS),
    Kind("IntegrationEvents", INTEGRATION_EVENTS),
    Kind("Buyers", BUYERS),
    Kind("Users", BUYER_USERS, "BuyerID"),
    Kind("UserGroups", BUYER_GROUPS, "BuyerID"),
    Kind("Catalogs", CATALOGS, owner="OwnerID"),
    Kind("Categories", CATEGORIES, "CatalogID"),
    Kind("Suppliers", SUPPLIERS),
    Kind("SupplierUsers", SUPPLIER_USERS, "SupplierID"),
    Kind("SupplierUserGroups", SUPPLIER_GROUPS, "SupplierID"),
    Kind("Products", PRODUCTS, owner="OwnerID"),
)

PAIRINGS: tuple[Pairing, ...] = (
    Pairing("SecurityProfileAssignments", SECURITY_PROFILE_ASSIGNMENTS),
    Pairing("AdminUserGroupAssignments", SELLER_GROUP_MEMBERS),
    Pairing("ApiClientAssignments", API_CLIENT_ASSIGNMENTS),
    Pairing("UserGroupAssignments", BUYER_GROUP_MEMBERS, "BuyerID"),
    Pairing("SupplierUserGroupsAssignments", SUPPLIER_GROUP_MEMBERS, "SupplierID"),
    Pairing("ProductAssignments", PRODUCT_ASSIGNMENTS, owner="SellerID"),
    Pairing("CatalogAssignments", CATALOG_ASSIGNMENTS),
    Pairing("ProductCatalogAssignment", CATALOG_PRODUCTS),
    Pairing("CategoryAssignments", CATEGORY_ASSIGNMENTS, "CatalogID"),
    Pairing("CategoryProductAssignments", CATEGORY_PRODUCTS, "CatalogID"),
    Pairing("SupplierBuyerAssignments", SUPPLIER_BUYER_LINKS),
)

SECRETS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "ApiClients": (("ClientSecret", "ClientSecret"),),
    "OpenIdConnects": (("ConnectClientSecret", "ConnectClientID"),),
    "IntegrationEvents": (("CustomAuthHeaderValue", "CustomAuthHeaderName"), ("HashKey", "HashKey")),
}
"""The members that are redacted, each with the one that tells whether there is a secret: some are never read."""


class Content(NamedTuple):
    """What a file holds, by the names of the resources."""

    objects: Mapping[str, list[Record]]
    assignments: Mapping[str, list[Record]]


def read_marketplace(connection: sqlite3.Connection) -> Content:
    """Read the whole marketplace, without what is secret in it."""
    marketplace: str = connection.execute("SELECT ID FROM marketplace").fetchone()[0]
    objects = {kind.name: list(_records(connection, kind, marketplace)) for kind in OBJECTS}
    assignments = {pairing.name: list(_pairs(connection, pairing, marketplace)) for pairing in PAIRINGS}
    return Content(objects, assignments)


def _records(connection: sqlite3.Connection, kind: Kind, marketplace: str) -> Iterable[Record]:
    resource, parents = kind.resource, dict[int, str]()
    where = " AND ".join(f"t.\"{name}\" = '{value}'" for name, value in resource.fixed.items()) or "1"
    if resource.parent is not None:
        query = f'SELECT t.key, p."ID" FROM {resource.table} t JOIN {resource.parent.table} p ON p.key = t.'  # noqa: S608 - descriptions
        parents = dict(connection.execute(query + resource.parent.column))
    secrets = SECRETS.get(kind.name, ())
    hidden = {field.name for field in resource.fields if field.hashed or _happened(field)} | {"Locale"}
    for row in connection.execute(f"{resource.select} WHERE {where} ORDER BY t.key"):
        record = {name: value for name, value in resource.record(row).items() if name not in hidden}
        redacted: Record = {name: None if record[sign] is None else REDACTED for name, sign in secrets}
        if kind.parent is not None:
            record[kind.parent] = parents[row[0]]
        record = _for_file(resource, record | redacted, kind.owner, marketplace)
        if resource is API_CLIENTS:
            record["ID"] = str(record["ID"]).lower()
        yield record


def _happened(field: Field) -> bool:
    """Tell whether a member says what happened since: sign-ins, new passwords. An import begins that anew."""
    return field.read_only and not field.sql and field.name != "ID" and field is not CREATED


def _pairs(connection: sqlite3.Connection, pairing: Pairing, marketplace: str) -> Iterable[Record]:
    """Read assignments; whose they are, is told by what they name first: a group, a category."""
    assignment, first = pairing.assignment, pairing.assignment.ends[0].refers
    parents: dict[int, JSON] | None = None
    if first is not None and first.within:
        query = f'FROM {assignment.table} t JOIN {first.table} f ON f.key = t."{first.column}"'
        if assignment.parent is not None:
            parent = assignment.parent
            query = f'SELECT t.key, p."ID" {query} JOIN {parent.table} p ON p.key = f."{parent.column}"'
        else:
            nobody = " AND ".join(f'f."{theirs}" IS NULL' for theirs in first.within)
            query = f"SELECT t.key, NULL {query} WHERE {nobody}"
        parents = dict(connection.execute(query))
    for row in connection.execute(f"{assignment.select} ORDER BY t.key"):
        if parents is not None and row[0] not in parents:
            continue
        record: Record = {name: value for name, value in assignment.record(row).items() if value is not None}
        if pairing.parent is not None and parents is not None:
            record[pairing.parent] = parents[row[0]]
        yield _for_file(assignment, record, pairing.owner, marketplace)


def _for_file(described: Described, record: Record, owner: str | None, marketplace: str) -> Record:
    if owner is not None and record[owner] == marketplace:
        record[owner] = MARKETPLACE
    for field in described.fields:
        if field.refers is not None and field.refers.table == API_CLIENTS.table and record.get(field.name):
            record[field.name] = str(record[field.name]).lower()
    return record


def dump(content: Content) -> str:
    """Write a file."""
    import yaml

    class Dumper(yaml.SafeDumper):
        """Quotes what another YAML version could take for something else; repeats values, refers to none."""

        def ignore_aliases(self, data: object) -> bool:
            return True

    def quoted(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
        style = '"' if _CONTROLS.search(text) else "'" if re.match(r"[-+.~0-9]", text) else None
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

    point, exponent = r"[0-9]{1,300}\.[0-9]{0,300}", r"[eE][-+]?[0-9]{1,3}"
    Loader.yaml_implicit_resolvers = {}
    for tag, pattern, first in (
        ("bool", r"(?:true|True|TRUE|false|False|FALSE)", "tTfF"),
        ("int", r"[-+]?(?:0|[1-9][0-9]{0,300})", "-+0123456789"),
        ("float", rf"[-+]?(?:(?:{point}|\.[0-9]{{1,300}})(?:{exponent})?|[0-9]{{1,300}}{exponent})", "-+.0123456789"),
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
