"""Assignments: API clients to companies, security profiles to companies and users. They have no ID of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tui.access.facts import PartyKind
from tui.sandbox.calls import NO_CONTENT, Answer, Call, Operation
from tui.sandbox.engine import key_of
from tui.sandbox.errors import ApiError, invalid_value, not_found, refusal
from tui.sandbox.fields import Column
from tui.sandbox.lists import read_paging
from tui.sandbox.resources import API_CLIENTS, SECURITY_PROFILES
from tui.tokens.token import JSON

_SELLER = frozenset({PartyKind.SELLER})

_CLIENT_ROWS = """
FROM api_client_assignments a JOIN api_clients c ON c.key = a.api_client
LEFT JOIN buyers b ON b.key = a.buyer LEFT JOIN suppliers s ON s.key = a.supplier
"""
_CLIENT_FILTERS = {"apiclientid": "c.ID = ?", "buyerid": "b.ID = ?", "supplierid": "s.ID = ?"}

_PROFILE_ROWS = """
FROM security_profile_assignments a JOIN security_profiles p ON p.key = a.profile
LEFT JOIN users u ON u.key = a.user
LEFT JOIN buyers b ON b.key = coalesce(a.buyer, u.buyer)
LEFT JOIN suppliers s ON s.key = coalesce(a.supplier, u.supplier)
"""
_LEVEL = "CASE WHEN a.user IS NULL THEN 'Company' ELSE 'User' END"
_COMMERCE_ROLE = "CASE WHEN b.key IS NOT NULL THEN 'Buyer' WHEN s.key IS NOT NULL THEN 'Supplier' ELSE 'Seller' END"
_PROFILE_FILTERS = {
    "securityprofileid": "p.ID = ?",
    "buyerid": "b.ID = ?",
    "supplierid": "s.ID = ?",
    "userid": "u.ID = ?",
    "usergroupid": "a.key IS NULL AND ? IS NOT NULL",
    "level": f"{_LEVEL} = ? COLLATE NOCASE",
    "commercerole": f"{_COMMERCE_ROLE} = ? COLLATE NOCASE",
}


def routes() -> Iterator[tuple[str, str, Operation]]:
    """Give method, path and operation of every assignment call."""
    read, write = API_CLIENTS.read_roles, API_CLIENTS.write_roles
    yield "GET", "apiclients/assignments", Operation(_list_clients, read, _SELLER)
    yield "POST", "apiclients/assignments", Operation(_assign_client, write, _SELLER, writes=True, has_body=True)
    unassign = Operation(_unassign_client, write, _SELLER, writes=True)
    yield "DELETE", "buyers/{buyerID}/ApiClients/Assignments/{apiClientID}", unassign
    yield "DELETE", "suppliers/{supplierID}/ApiClients/Assignments/{apiClientID}", unassign
    read, write = SECURITY_PROFILES.read_roles, SECURITY_PROFILES.write_roles
    yield "GET", "securityprofiles/assignments", Operation(_list_profiles, read, _SELLER)
    yield "POST", "securityprofiles/assignments", Operation(_assign_profile, write, _SELLER, writes=True, has_body=True)
    path = "securityprofiles/{securityProfileID}/assignments"
    yield "DELETE", path, Operation(_unassign_profile, write, _SELLER, writes=True)


def _list_clients(call: Call) -> Answer:
    names = ("ApiClientID", "BuyerID", "SupplierID")
    return _page(call, names, "c.ID, b.ID, s.ID", _CLIENT_ROWS, _CLIENT_FILTERS)


def _list_profiles(call: Call) -> Answer:
    names = ("SecurityProfileID", "BuyerID", "SupplierID", "UserID", "UserGroupID")
    return _page(call, names, "p.ID, b.ID, s.ID, u.ID, NULL", _PROFILE_ROWS, _PROFILE_FILTERS)


def _page(call: Call, names: Sequence[str], columns: str, rows: str, filters: Mapping[str, str]) -> Answer:
    options: dict[str, str] = {}
    conditions, parameters = [], []
    for name, value in call.query:
        lower = name.lower()
        if lower in ("page", "pagesize"):
            options[lower] = value
        elif lower not in filters:
            raise refusal(400, "List.InvalidProperty", f"{name} is not a property to filter by.", {"Property": name})
        elif value.strip():
            conditions.append(filters[lower])
            parameters.append(value.strip())
    paging = read_paging(options)
    where = " AND ".join(conditions) or "1"
    total: int = call.connection.execute(f"SELECT count(*) {rows} WHERE {where}", parameters).fetchone()[0]
    page = f"SELECT {columns} {rows} WHERE {where} ORDER BY a.key LIMIT ? OFFSET ?"
    found = call.connection.execute(page, [*parameters, paging.size, paging.offset]).fetchall()
    items: list[JSON] = [dict(zip(names, row, strict=True)) for row in found]
    return Answer(200, {"Meta": paging.meta(total, len(items)), "Items": items})


def _assign_client(call: Call) -> Answer:
    given = _ids(call.body, "ApiClientID", "BuyerID", "SupplierID")
    if given["ApiClientID"] is None:
        raise ApiError(400, invalid_value("ApiClientID", None, "ApiClientID is required.", {"Required": True}))
    if (given["BuyerID"] is None) == (given["SupplierID"] is None):
        message = "An assignment names either a BuyerID or a SupplierID."
        raise ApiError(400, invalid_value("BuyerID", given["BuyerID"], message))
    client = key_of(call, "api_clients", "ApiClient", given["ApiClientID"])
    buyer = None if given["BuyerID"] is None else key_of(call, "buyers", "Buyer", given["BuyerID"])
    supplier = None if given["SupplierID"] is None else key_of(call, "suppliers", "Supplier", given["SupplierID"])
    insert = "INSERT OR IGNORE INTO api_client_assignments (api_client, buyer, supplier) VALUES (?, ?, ?)"
    call.connection.execute(insert, (client, buyer, supplier))
    return NO_CONTENT


def _unassign_client(call: Call) -> Answer:
    wanted = call.parameters["apiClientID"]
    if "buyerID" in call.parameters:
        column, company = "buyer", key_of(call, "buyers", "Buyer", call.parameters["buyerID"])
    else:
        column, company = "supplier", key_of(call, "suppliers", "Supplier", call.parameters["supplierID"])
    client = key_of(call, "api_clients", "ApiClient", wanted)
    statement = f"DELETE FROM api_client_assignments WHERE api_client = ? AND {column} = ?"  # noqa: S608 - one of two constants
    if call.connection.execute(statement, (client, company)).rowcount == 0:
        raise not_found("ApiClientAssignment", wanted)
    return NO_CONTENT


def _assign_profile(call: Call) -> Answer:
    given = _ids(call.body, "SecurityProfileID", "BuyerID", "SupplierID", "UserID", "UserGroupID")
    if given["SecurityProfileID"] is None:
        message = "SecurityProfileID is required."
        raise ApiError(400, invalid_value("SecurityProfileID", None, message, {"Required": True}))
    profile = key_of(call, "security_profiles", "SecurityProfile", given["SecurityProfileID"])
    holder = _holder(call, given)
    insert = "INSERT OR IGNORE INTO security_profile_assignments (profile, buyer, supplier, user) VALUES (?, ?, ?, ?)"
    call.connection.execute(insert, (profile, *holder))
    return NO_CONTENT


def _unassign_profile(call: Call) -> Answer:
    wanted = call.parameters["securityProfileID"]
    query: dict[str, JSON] = {name: value for name, value in call.query if value.strip()}
    profile = key_of(call, "security_profiles", "SecurityProfile", wanted)
    holder = _holder(call, _ids(query, "BuyerID", "SupplierID", "UserID", "UserGroupID"))
    statement = (
        "DELETE FROM security_profile_assignments WHERE profile = ? AND buyer IS ? AND supplier IS ? AND user IS ?"
    )
    if call.connection.execute(statement, (profile, *holder)).rowcount == 0:
        raise not_found("SecurityProfileAssignment", wanted)
    return NO_CONTENT


def _holder(call: Call, given: Mapping[str, str | None]) -> tuple[Column, Column, Column]:
    """Give the keys of buyer, supplier and user which a profile is given to; none of them is the whole seller.

    A user holds by itself: its row names no company, so that it goes with the user alone.
    """
    if given["UserGroupID"] is not None:
        raise not_found("UserGroup", given["UserGroupID"])
    if given["BuyerID"] is not None and given["SupplierID"] is not None:
        message = "An assignment names a BuyerID or a SupplierID, not both."
        raise ApiError(400, invalid_value("BuyerID", given["BuyerID"], message))
    buyer = None if given["BuyerID"] is None else key_of(call, "buyers", "Buyer", given["BuyerID"])
    supplier = None if given["SupplierID"] is None else key_of(call, "suppliers", "Supplier", given["SupplierID"])
    wanted = given["UserID"]
    if wanted is None:
        return buyer, supplier, None
    find = "SELECT key FROM users WHERE ID = ? AND buyer IS ? AND supplier IS ?"
    row = call.connection.execute(find, (wanted, buyer, supplier)).fetchone()
    if row is None:
        raise not_found("User", wanted)
    return None, None, row[0]


def _ids(members: Mapping[str, JSON], *names: str) -> dict[str, str | None]:
    """Read the IDs of an assignment; blank ones count as absent. Raises ApiError 400 for one that is no text."""
    by_name = {name.lower(): value for name, value in members.items()}
    ids: dict[str, str | None] = {}
    for name in names:
        value = by_name.get(name.lower())
        if value is not None and not isinstance(value, str):
            raise ApiError(400, invalid_value(name, value, f"{name} must be text.", {"Expected": "string"}))
        ids[name] = (value or "").strip() or None
    return ids
