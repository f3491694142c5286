"""Each resource: list, get, create, save, patch, delete, and the rules of its own."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import Any

import pytest

from tests.sandbox.support import Http, error_of, named
from tui.ordercloud.models import (
    ApiClient,
    ApiClientSecret,
    Buyer,
    BuyerUser,
    MeUser,
    Model,
    SecurityProfile,
    SellerUser,
    Supplier,
    SupplierUser,
)
from tui.sandbox.resources import RESOURCES

PERSON = {"FirstName": "Pat", "LastName": "Person", "Email": "pat@example.com", "Active": True}

KINDS: list[tuple[str, dict[str, Any], dict[str, Any], type[Model]]] = [
    ("buyers", {"Name": "New"}, {"Name": "Newer"}, Buyer),
    ("suppliers", {"Name": "New"}, {"Name": "Newer"}, Supplier),
    ("buyers/chandlery/users", {**PERSON, "Username": "pat"}, {"FirstName": "Patricia"}, BuyerUser),
    ("suppliers/hullworks/users", {**PERSON, "Username": "pat"}, {"FirstName": "Patricia"}, SupplierUser),
    ("adminusers", {**PERSON, "Username": "pat"}, {"FirstName": "Patricia"}, SellerUser),
    ("securityprofiles", {"Name": "New", "Roles": ["Shopper"]}, {"CustomRoles": ["Mine"]}, SecurityProfile),
]


@pytest.mark.parametrize(("path", "body", "change", "model"), KINDS)
async def test_the_six_methods(
    admin: Http, path: str, body: dict[str, Any], change: dict[str, Any], model: type[Model]
) -> None:
    made = await admin.ok("POST", path, {**body, "ID": "new-1", "Unknown": 1}, 201)
    assert made["ID"] == "new-1"
    assert "Unknown" not in made
    assert {name: made[name] for name in body} == body
    assert set(made) == set(model.wire_names().values())
    assert model.from_wire(made).to_wire() == made
    one = f"{path}/NEW-1"
    assert await admin.ok("GET", one) == made
    assert made in await admin.items(path)
    assert error_of(await admin.send("POST", path, {**body, "ID": "New-1"})) == (409, "IdExists")
    patched = await admin.ok("PATCH", one, change)
    assert patched == {**made, **change}
    saved = await admin.ok("PUT", one, body)
    assert saved == {**made, **({"DefaultCatalogID": None} if path == "buyers" else {})}
    assert (await admin.ok("PATCH", one, {"ID": "renamed"}))["ID"] == "renamed"
    assert error_of(await admin.get(one)) == (404, "NotFound")
    await admin.ok("DELETE", f"{path}/renamed", status=204)
    missing = await admin.send("DELETE", f"{path}/renamed")
    assert error_of(missing) == (404, "NotFound")
    assert missing.json()["Errors"][0]["Data"]["ObjectID"] == "renamed"
    created = await admin.ok("PUT", f"{path}/by-path", body)
    assert created["ID"] == "by-path"
    generated = await admin.ok("POST", path, {**body, "Username": "someone-else"}, 201)
    assert generated["ID"]


def test_the_descriptions_have_every_member_of_the_wire_models() -> None:
    models: dict[str, type[Model]] = {
        "ApiClient": ApiClient,
        "Buyer": Buyer,
        "Supplier": Supplier,
        "SecurityProfile": SecurityProfile,
    }
    for resource in RESOURCES:
        model = models.get(resource.object_type)
        if model is not None:
            assert [field.name for field in resource.fields] == list(model.wire_names().values())


@pytest.mark.parametrize("path", [kind[0] for kind in KINDS])
async def test_what_is_wrong_with_a_body_is_told_member_by_member(admin: Http, path: str) -> None:
    answer = await admin.send("POST", path, {"ID": "not an ID", "xp": [], "Active": "yes", "Roles": "Shopper"})
    assert answer.status_code == 400
    errors = answer.json()["Errors"]
    assert {each["ErrorCode"] for each in errors} == {"ValidationFailure"}
    named_twice = [each["Data"]["Property"] for each in errors]
    assert len(named_twice) == len(set(named_twice))
    assert "ID" in named_twice
    assert "Name" in named_twice or "Username" in named_twice


async def test_a_new_api_client_has_the_servers_defaults(admin: Http) -> None:
    body = {"ID": "mine", "AppName": "New", "AccessTokenDuration": 60, "AssignedBuyerCount": 7}
    made = await admin.ok("POST", "apiclients", body, 201)
    assert len(made["ID"]) == 36
    defaults: dict[str, object] = {
        "Active": False,
        "AllowAnyBuyer": False,
        "AllowSeller": False,
        "RefreshTokenDuration": 0,
        "AnonymousTokenDuration": 10080,
        "ClientSecret": None,
        "AssignedBuyerCount": 0,
        "MinimumRequiredRoles": [],
        "xp": None,
    }
    assert {name: made[name] for name in defaults} == defaults
    assert ApiClient.from_wire(made).to_wire() == made
    assert await admin.ok("GET", f"apiclients/{made['ID'].lower()}") == made
    assert set(made) == set(ApiClient.wire_names().values())


async def test_put_replaces_an_api_client_and_makes_none(admin: Http) -> None:
    path = f"apiclients/{named('Old ERP Bridge')}"
    body = {"AppName": "Bridge", "AccessTokenDuration": 60}
    saved = await admin.ok("PUT", path, body)
    assert (saved["ClientSecret"], saved["DefaultContextUserName"], saved["Active"]) == (None, None, False)
    assert saved["ID"] == named("Old ERP Bridge")
    assert error_of(await admin.send("PUT", "apiclients/missing", body)) == (404, "NotFound")


async def test_patch_changes_what_was_sent_and_merges_xp(admin: Http) -> None:
    path = f"apiclients/{named('Buyer Storefront')}"
    before = await admin.ok("GET", path)
    patched = await admin.ok("PATCH", path, {"accesstokenduration": 30, "xp": {"a": {"b": 1}, "note": None}})
    assert patched == {**before, "AccessTokenDuration": 30, "xp": {"note": None, "a": {"b": 1}}}
    patched = await admin.ok("PATCH", path, {"xp": {"a": {"c": [1]}}})
    assert patched["xp"] == {"note": None, "a": {"b": 1, "c": [1]}}
    assert (await admin.ok("PATCH", path, {"xp": None}))["xp"] is None


async def test_the_limits_of_an_api_client(admin: Http) -> None:
    path = f"apiclients/{named('Buyer Storefront')}"
    body = {"AccessTokenDuration": 601, "RefreshTokenDuration": -1, "AppName": "", "MaximumGrantedRoles": ["Nope"]}
    answer = await admin.send("PATCH", path, body)
    assert error_of(answer) == (400, "ValidationFailure")
    data = [each["Data"] for each in answer.json()["Errors"]]
    assert {each["Property"] for each in data} == set(body)
    assert {"Property": "AccessTokenDuration", "Value": 601, "Minimum": 10, "Maximum": 600} in data
    assert (await admin.ok("GET", path))["AccessTokenDuration"] == 600


async def test_the_context_user_of_an_api_client(admin: Http) -> None:
    path = f"apiclients/{named('Loyalty App')}"
    answer = await admin.send("PATCH", path, {"DefaultContextUserName": "nobody"})
    assert error_of(answer) == (404, "NotFound")
    assert answer.json()["Errors"][0]["Data"] == {"ObjectType": "User", "ObjectID": "nobody"}
    answer = await admin.send("PATCH", path, {"DefaultContextUserName": "harbor-admin"})
    assert error_of(answer) == (400, "ApiClient.RequiredNotAnonBuyer")
    patched = await admin.ok("PATCH", path, {"DefaultContextUserName": "SHOPPER01"})
    assert patched["DefaultContextUserName"] == "shopper01"
    kept = await admin.send("DELETE", "buyers/anchor-boats/users/shopper01")
    assert error_of(kept) == (400, "User.CannotDeleteDefaultContextUser")
    await admin.ok("PATCH", "buyers/anchor-boats/users/shopper01", {"Username": "renamed"})
    assert (await admin.ok("GET", path))["DefaultContextUserName"] == "renamed"
    answer = await admin.send("PATCH", path, {"OrderCheckoutIntegrationEventID": "x"})
    assert error_of(answer) == (404, "NotFound")


async def test_the_last_way_in_for_the_seller_stays(admin: Http) -> None:
    clients = [c for c in await admin.items("apiclients", AllowSeller="true") if c["ID"] != named("Default API Client")]
    for client in clients:
        await admin.ok("DELETE", f"apiclients/{client['ID']}", status=204)
    answer = await admin.send("DELETE", f"apiclients/{named('Default API Client')}")
    assert error_of(answer) == (400, "ApiClient.CannotDeleteLastFullAccess")


async def test_named_secrets(http: Http, admin: Http) -> None:
    client = named("Buyer Storefront")
    path = f"apiclients/{client}/secrets"
    made = await admin.ok("POST", path, {"Name": "January", "ID": "jan", "Expiration": "2027-01-01T00:00:00Z"}, 201)
    assert len(made["ClientSecret"]) == 344
    assert ApiClientSecret.from_wire(made).to_wire() == made
    shown = {name: value for name, value in made.items() if name != "ClientSecret"}
    assert await admin.ok("GET", f"{path}/jan") == shown
    assert await admin.items(path) == [shown]
    dump = await http.sandbox._services.store.run(lambda c: "\n".join(c.iterdump()))
    assert made["ClientSecret"] not in dump
    assert (await http.password("Buyer Storefront", "shopper01")).status_code == 400
    answer = await http.password("Buyer Storefront", "shopper01", client_secret=made["ClientSecret"])
    assert answer.status_code == 200
    assert (await admin.ok("PATCH", f"{path}/jan", {"Name": "Feb"}))["Name"] == "Feb"
    past = {"Name": "Past", "Expiration": "2026-11-23T19:00:00Z"}
    assert error_of(await admin.send("POST", path, past)) == (400, "ApiClientSecret.InvalidExpirationDate")
    assert error_of(await admin.send("POST", path, {"Name": "x", "ID": "JAN"})) == (409, "IdExists")
    assert error_of(await admin.send("PUT", f"{path}/jan", {"Name": "x"})) == (405, "MethodNotAllowed")
    for number in range(9):
        await admin.ok("POST", path, {"Name": f"More {number}"}, 201)
    answer = await admin.send("POST", path, {"Name": "Eleventh"})
    assert error_of(answer) == (400, "ApiClientSecret.MaximumClientSecretsReached")
    for secret in await admin.items(path):
        await admin.ok("DELETE", f"{path}/{secret['ID']}", status=204)
    assert (await http.password("Buyer Storefront", "shopper01")).status_code == 200
    assert error_of(await admin.get("apiclients/missing/secrets")) == (404, "NotFound")


async def test_the_legacy_secret_is_readable_and_cleared_by_null_or_nothing(http: Http, admin: Http) -> None:
    path = f"apiclients/{named('Buyer Storefront')}"
    for nothing in (None, ""):
        assert (await admin.ok("PATCH", path, {"ClientSecret": "legacy"}))["ClientSecret"] == "legacy"
        assert (await http.password("Buyer Storefront", "shopper01")).status_code == 400
        assert (await admin.ok("PATCH", path, {"ClientSecret": nothing}))["ClientSecret"] is None
        assert (await http.password("Buyer Storefront", "shopper01")).status_code == 200


async def test_api_client_assignments(admin: Http) -> None:
    client = named("Vendor Onboarding")
    for company in ({"BuyerID": "chandlery"}, {"BuyerID": "chandlery"}, {"SupplierID": "hullworks"}):
        await admin.ok("POST", "apiclients/assignments", {"ApiClientID": client.lower(), **company}, 204)
    both = await admin.items("apiclients/assignments", apiClientID=client)
    assert both == [
        {"ApiClientID": client, "BuyerID": "chandlery", "SupplierID": None},
        {"ApiClientID": client, "BuyerID": None, "SupplierID": "hullworks"},
    ]
    counts = await admin.ok("GET", f"apiclients/{client}")
    assert (counts["AssignedBuyerCount"], counts["AssignedSupplierCount"]) == (1, 1)
    assert len(await admin.items("apiclients/assignments", supplierID="hullworks")) == 2
    await admin.ok("DELETE", f"buyers/chandlery/ApiClients/Assignments/{client}", status=204)
    await admin.ok("DELETE", f"suppliers/hullworks/apiclients/assignments/{client}", status=204)
    assert await admin.items("apiclients/assignments", apiClientID=client) == []
    gone = await admin.send("DELETE", f"buyers/chandlery/ApiClients/Assignments/{client}")
    assert error_of(gone) == (404, "NotFound")
    for body, expected in (
        ({"ApiClientID": client}, (400, "ValidationFailure")),
        ({"BuyerID": "chandlery"}, (400, "ValidationFailure")),
        ({"ApiClientID": client, "BuyerID": "chandlery", "SupplierID": "hullworks"}, (400, "ValidationFailure")),
        ({"ApiClientID": client, "BuyerID": 1}, (400, "ValidationFailure")),
        ({"ApiClientID": client, "BuyerID": "missing"}, (404, "NotFound")),
        ({"ApiClientID": "missing", "BuyerID": "chandlery"}, (404, "NotFound")),
    ):
        assert error_of(await admin.send("POST", "apiclients/assignments", body)) == expected
    assert error_of(await admin.get("apiclients/assignments", search="x")) == (400, "List.InvalidProperty")


async def test_security_profile_assignments_at_every_level(admin: Http) -> None:
    await admin.ok("PUT", "securityprofiles/extra", {"Name": "Extra", "CustomRoles": ["Extra"]})
    holders: list[tuple[dict[str, str], str, str]] = [
        ({}, "adminusers/support-agent", "adminusers/missing"),
        ({"BuyerID": "chandlery"}, "buyers/chandlery/users/chandlery-buyer", "adminusers/support-agent"),
        ({"BuyerID": "chandlery", "UserID": "chandlery-former"}, "buyers/chandlery/users/chandlery-former", ""),
        ({"SupplierID": "hullworks"}, "suppliers/hullworks/users/hullworks-seller", ""),
        ({"SupplierID": "gale-sails", "UserID": "gale-seller"}, "suppliers/gale-sails/users/gale-seller", ""),
        ({"UserID": "support-agent"}, "adminusers/support-agent", ""),
    ]
    for holder, user, _ in holders:
        assert "Extra" not in (await admin.ok("GET", user))["AvailableRoles"]
        await admin.ok("POST", "securityprofiles/assignments", {"SecurityProfileID": "extra", **holder}, 204)
        assert "Extra" in (await admin.ok("GET", user))["AvailableRoles"]
        found = await admin.items("securityprofiles/assignments", securityProfileID="extra")
        empty = {"BuyerID": None, "SupplierID": None, "UserID": None, "UserGroupID": None}
        assert found == [{"SecurityProfileID": "extra", **empty, **holder}]
        answer = await admin.send("DELETE", "securityprofiles/extra/assignments", params=holder)
        assert answer.status_code == 204
        again = await admin.send("DELETE", "securityprofiles/extra/assignments", params=holder)
        assert error_of(again) == (404, "NotFound")
    for wrong in (
        {"UserID": "chandlery-buyer"},
        {"BuyerID": "anchor-boats", "UserID": "chandlery-buyer"},
        {"UserGroupID": "x"},
    ):
        answer = await admin.send("POST", "securityprofiles/assignments", {"SecurityProfileID": "extra", **wrong})
        assert error_of(answer) == (404, "NotFound")
    sellers = await admin.items("securityprofiles/assignments", commerceRole="seller", level="User")
    assert {each["SecurityProfileID"] for each in sellers} >= {"full-access", "catalog-manager"}


async def test_deleting_a_company_takes_its_users_and_assignments_along(http: Http, admin: Http) -> None:
    shopper = await http.sign_in("Partner Portal", "shopper01")
    await admin.ok("DELETE", "buyers/anchor-boats", status=204)
    assert error_of(await shopper.get("me")) == (401, "InvalidToken")
    assert await admin.items("apiclients/assignments", buyerID="anchor-boats") == []
    assert await admin.items("securityprofiles/assignments", buyerID="anchor-boats") == []
    assert error_of(await admin.get("buyers/anchor-boats/users")) == (404, "NotFound")
    assert (await admin.ok("GET", f"apiclients/{named('Partner Portal')}"))["AssignedBuyerCount"] == 1
    await admin.ok("DELETE", "suppliers/gale-sails", status=204)
    assert (await admin.ok("GET", f"apiclients/{named('Partner Portal')}"))["AssignedSupplierCount"] == 0
    await admin.ok("DELETE", f"apiclients/{named('Partner Portal')}", status=204)
    assert await admin.items("apiclients/assignments", apiClientID=named("Partner Portal")) == []


async def test_nothing_of_a_deleted_buyer_is_left_in_any_table(http: Http, admin: Http) -> None:
    shopper = await http.sign_in("Partner Portal", "shopper01")
    await shopper.ok("POST", "orders/Outgoing", {"ID": "first"}, 201)
    await admin.ok("PUT", "suppliers/gale-sails/buyers/anchor-boats", status=204)
    pair = {"ProductID": "fog-horn", "BuyerID": "anchor-boats", "UserGroupID": "approvers"}
    await admin.ok("POST", "products/assignments", pair, 204)
    category = {"CategoryID": "safety", "BuyerID": "anchor-boats"}
    await admin.ok("POST", "catalogs/ship-supplies/categories/assignments", category, 204)

    def rows(connection: sqlite3.Connection) -> dict[str, int]:
        """Count the rows that refer to the buyer, by table and column."""
        found = {}
        tables = [row[1] for row in connection.execute("PRAGMA table_list") if not row[1].startswith("sqlite_")]
        for table in tables:
            for reference in connection.execute(f"PRAGMA foreign_key_list({table})").fetchall():
                if reference[2] == "buyers":
                    query = f'SELECT count(*) FROM {table} WHERE "{reference[3]}" = ?'
                    found[f"{table}.{reference[3]}"] = connection.execute(query, (key,)).fetchone()[0]
        return found

    store = http.sandbox._services.store
    key = (await store.run(lambda c: c.execute("SELECT key FROM buyers WHERE ID = 'anchor-boats'").fetchone()))[0]
    before = await store.run(rows)
    assert sorted(name for name, count in before.items() if not count) == ["impersonation_configs.impersonation_buyer"]
    await admin.ok("DELETE", "buyers/anchor-boats", status=204)
    assert set((await store.run(rows)).values()) == {0}
    assert await admin.items("impersonationconfig") == []


async def test_user_names_are_unique_across_the_marketplace(admin: Http) -> None:
    answer = await admin.send("POST", "adminusers", {**PERSON, "Username": "Shopper01"})
    assert error_of(answer) == (409, "User.UsernameMustBeUnique")
    same = {**PERSON, "ID": "same"}
    await admin.ok("POST", "buyers/chandlery/users", {**same, "Username": "one"}, 201)
    await admin.ok("POST", "buyers/anchor-boats/users", {**same, "Username": "two"}, 201)


async def test_passwords_are_kept_hashed_and_never_shown(http: Http, admin: Http) -> None:
    body = {**PERSON, "Username": "pat", "Password": "Kept-Secret-9"}
    made = await admin.ok("POST", "buyers/chandlery/users", body, 201)
    assert (made["Password"], made["PasswordLastSetDate"]) == (None, "2026-11-23T19:00:00.000Z")
    assert (await http.password("Buyer Storefront", "pat", "Kept-Secret-9")).status_code == 200
    path = f"buyers/chandlery/users/{made['ID']}"
    await admin.ok("PATCH", path, {"FirstName": "Pete"})
    await admin.ok("PUT", path, {**PERSON, "Username": "pat"})
    assert (await http.password("Buyer Storefront", "pat", "Kept-Secret-9")).status_code == 200
    await admin.ok("PATCH", path, {"Password": "Other-Secret-9"})
    assert (await http.password("Buyer Storefront", "pat", "Kept-Secret-9")).status_code == 400
    assert (await http.password("Buyer Storefront", "pat", "Other-Secret-9")).status_code == 200
    dump = await http.sandbox._services.store.run(lambda c: "\n".join(c.iterdump()))
    assert "Secret-9" not in dump
    assert "scrypt$" in dump


HOSTILE = [
    "[bold]",
    "[/]",
    "\x1b]0;x\x07",
    "‮gnirts",
    "宽字符e\u0301\u0301\u0301",
    "'; DROP TABLE buyers; --",
    "%_\\*|!<>",
    "\x00inside\x00",
    "\u2028\ufeff",
    "👩‍👩‍👧‍👦" * 10,
]


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_names_come_back_as_they_were(admin: Http, name: str) -> None:
    made = await admin.ok("POST", "buyers", {"ID": "hostile", "Name": name, "xp": {name: [name]}}, 201)
    assert (made["Name"], made["xp"]) == (name, {name: [name]})
    assert await admin.ok("GET", "buyers/hostile") == made
    client = await admin.ok("POST", "apiclients", {"AppName": name, "AccessTokenDuration": 60}, 201)
    assert (await admin.ok("GET", f"apiclients/{client['ID']}"))["AppName"] == name
    for query in ({"search": name}, {"Name": name}, {f"xp.{name}": name}, {name: name}, {"sortBy": name}):
        answer = await admin.get("buyers", **query)
        assert answer.status_code in (200, 400), answer.text
    assert len(await admin.items("buyers")) == 7


async def test_many_writers_at_once_lose_nothing(admin: Http) -> None:
    async def write(number: int) -> None:
        await admin.ok("POST", "buyers", {"ID": f"parallel-{number}", "Name": "Parallel"}, 201)
        await admin.ok("PATCH", f"apiclients/{named('Buyer Storefront')}", {"xp": {f"n{number}": number}})

    await asyncio.gather(*(write(number) for number in range(40)))
    assert len(await admin.items("buyers", Name="Parallel")) == 40
    xp = (await admin.ok("GET", f"apiclients/{named('Buyer Storefront')}"))["xp"]
    assert sum(name.startswith("n") and name != "note" for name in xp) == 40


async def test_one_of_two_who_take_the_same_id_is_refused(admin: Http) -> None:
    answers = await asyncio.gather(*(admin.send("POST", "buyers", {"ID": "same", "Name": "x"}) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]


async def test_me_is_a_me_user(admin: Http) -> None:
    me = await admin.ok("GET", "me")
    assert MeUser.from_wire(me).to_wire() == me
