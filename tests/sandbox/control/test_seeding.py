"""Files of OrderCloud's seeding tool: written, read back, and refused in clear words."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sandbox.control.test_state import enter
from tests.sandbox.support import Http, error_of, named
from tui.sandbox import FAST
from tui.sandbox.control import seeding
from tui.sandbox.control.planter import plant_seeding
from tui.sandbox.demo import PASSWORD
from tui.sandbox.errors import ApiError
from tui.sandbox.planting import grown

# As the tool's `download` writes it (js-yaml: YAML 1.2, indented lists), cut short.
DOWNLOADED = """\
Meta:
  CreatedBySeedingVersion: 1.1.0
Objects:
  SecurityProfiles:
    - ID: buyer
      Name: 'no'
      Roles:
        - Shopper
        - TimeTraveler
        - MeAdmin
      CustomRoles: []
      PasswordConfig: null
  AdminUsers:
    - ID: boss
      CompanyID: <MarketplaceID placeholder>
      Username: boss
      Password: null
      FirstName: 12:30
      LastName: 0123
      Email: boss@example.com
      Phone: null
      TermsAccepted: null
      Active: true
      xp: null
      AvailableRoles: null
      DateCreated: '2024-05-06T07:08:09.123+00:00'
  ApiClients:
    - ID: 4f0c9a1e-0000-4000-8000-00000000beef
      ClientSecret: <Redacted. Leave unchanged.>
      AccessTokenDuration: 600
      Active: true
      AppName: Shop
      RefreshTokenDuration: 0
      DefaultContextUserName: shopper
      xp:
        a: 1.5
        b: 1e+22
      AllowAnyBuyer: false
      AllowAnySupplier: false
      AllowSeller: false
      IsAnonBuyer: false
      MinimumRequiredRoles: []
      MaximumGrantedRoles: []
  Buyers:
    - ID: b1
      Name: 2024-01-01
      DefaultCatalogID: null
      Active: true
  Users:
    - ID: u1
      Username: shopper
      FirstName: A
      LastName: B
      Email: a@example.com
      Active: true
      BuyerID: b1
  UserGroups:
    - ID: g1
      Name: Deck
      BuyerID: b1
  Suppliers:
    - ID: s1
      Name: Sails
      Active: true
  Catalogs:
    - ID: c1
      OwnerID: <MarketplaceID placeholder>
      Name: Ropes
      Active: true
      CategoryCount: 2
  Categories:
    - ID: thin
      Name: Thin
      ListOrder: 2
      Active: true
      ParentID: all
      CatalogID: c1
    - ID: all
      Name: All
      Active: true
      ParentID: null
      CatalogID: c1
  Products:
    - ID: p1
      OwnerID: <MarketplaceID placeholder>
      DefaultPriceScheduleID: cheap
      Name: Rope
      ShipWeight: 1.25
    - ID: p2
      OwnerID: s1
      Name: Sail
  PriceSchedules:
    - ID: cheap
  Suplierusers:
    - ID: nobody
  IntegrationEvents:
    - ID: login
      Name: Login
      EventType: OpenIDConnect
      CustomImplementationUrl: https://example.com
      CustomAuthHeaderName: X-Key
      HashKey: <Redacted. Leave unchanged.>
  OpenIdConnects:
    - ID: idp
      OrderCloudApiClientID: 4f0c9a1e-0000-4000-8000-00000000beef
      ConnectClientID: shop
      ConnectClientSecret: <Redacted. Leave unchanged.>
      AppStartUrl: https://example.com
      AuthorizationEndpoint: https://example.com/a
      TokenEndpoint: https://example.com/t
      IntegrationEventID: login
  ImpersonationConfigs:
    - ID: help
      ImpersonationUserID: boss
      BuyerID: b1
      GroupID: g1
      SecurityProfileID: buyer
      ClientID: 4f0c9a1e-0000-4000-8000-00000000beef
Assignments:
  UserGroupAssignments:
    - UserGroupID: g1
      UserID: u1
      BuyerID: b1
  ProductCatalogAssignment:
    - CatalogID: c1
      ProductID: p1
  CategoryProductAssignments:
    - CategoryID: thin
      ProductID: p1
      ListOrder: 4
      CatalogID: c1
  SpecProductAssignments:
    - SpecID: x
      ProductID: p1
  SecurityProfileAssignments:
    - SecurityProfileID: buyer
      BuyerID: b1
    - SecurityProfileID: buyer
      BuyerID: b1
      UserGroupID: g1
  ApiClientAssignments:
    - ApiClientID: 4f0c9a1e-0000-4000-8000-00000000beef
      BuyerID: b1
"""


def plant(text: str) -> dict[str, Any]:
    """Make a marketplace in memory from a file; gives what is told of it."""
    reports: list[dict[str, Any]] = []
    now = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)

    def make(connection: sqlite3.Connection) -> None:
        imported = plant_seeding(connection, seeding.parse(text), ("here", "Here", None), now, FAST)
        reports.append(imported.to_wire())

    grown(make).close()
    return reports[0]


EVENT_IN_THE_WRONG_PLACE = """\
Objects:
  IntegrationEvents: [{ID: e, Name: x, HashKey: x, CustomImplementationUrl: x}]
  ApiClients: [{ID: a, AppName: x, AccessTokenDuration: 60, AddToCartIntegrationEventID: e}]
"""
SELLER_AS_GUEST = """\
Objects:
  AdminUsers: [{ID: u, Username: boss, FirstName: x, LastName: x, Email: x, Active: true}]
  ApiClients: [{ID: a, AppName: x, AccessTokenDuration: 60, IsAnonBuyer: true, DefaultContextUserName: boss}]
"""
NOBODY_IN_CONTEXT = (
    "Objects: {ApiClients: [{ID: a, AppName: x, AccessTokenDuration: 60, DefaultContextUserName: nobody}]}"
)
IMPERSONATION = """\
Objects:
  SecurityProfiles: [{ID: p, Name: x}]
  AdminUsers: [{ID: u, Username: boss, FirstName: x, LastName: x, Email: x, Active: true}]
  ApiClients: [{ID: a, AppName: x, AccessTokenDuration: 60}]
  ImpersonationConfigs:
    - {ID: i, SecurityProfileID: p, ClientID: a, %s}
    - {ID: j, SecurityProfileID: p, ClientID: a, ImpersonationUserID: u}
"""
TWICE_THE_SAME = IMPERSONATION % "ImpersonationUserID: u"
A_SELLER_IMPERSONATED = IMPERSONATION % "UserID: u"
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=8) | st.sampled_from(
    ["no", "12:30", "0x1F", "1e3", "1_000", "2024-01-01", "~", "<<", "=", "- a", "a: b", "#", "!x", "\r\n ", "\u2028"]
)
SECRETS = ("a-header-secret", "a-hash-key", "a-provider-secret")
OBJECTS = [
    *("SecurityProfiles", "ImpersonationConfigs", "OpenIdConnects", "AdminUsers", "AdminUserGroups", "ApiClients"),
    *("IntegrationEvents", "Buyers", "Users", "UserGroups", "Catalogs", "Categories"),
    *("Suppliers", "SupplierUsers", "SupplierUserGroups", "Products"),
]
ASSIGNMENTS = [
    *("SecurityProfileAssignments", "AdminUserGroupAssignments", "ApiClientAssignments", "UserGroupAssignments"),
    *("SupplierUserGroupsAssignments", "ProductAssignments", "CatalogAssignments", "ProductCatalogAssignment"),
    *("CategoryAssignments", "CategoryProductAssignments", "SupplierBuyerAssignments"),
]


async def add_what_the_demo_lacks(admin: Http) -> None:
    """Make one at least of everything a file can hold."""
    event = {"ID": "sync", "Name": "Sync", "EventType": "OpenIDConnect", "CustomImplementationUrl": "https://x.example"}
    event |= {"CustomAuthHeaderName": "X-Key", "CustomAuthHeaderValue": SECRETS[0], "HashKey": SECRETS[1]}
    connect = {"ID": "idp", "OrderCloudApiClientID": named("Buyer Storefront"), "ConnectClientID": "shop"}
    connect |= dict.fromkeys(("AppStartUrl", "AuthorizationEndpoint", "TokenEndpoint"), "https://x.example")
    connect |= {"ConnectClientSecret": SECRETS[2], "IntegrationEventID": "sync"}
    child = {"ID": "thin-ropes", "Name": "Thin ropes", "ParentID": "ropes"}
    sail = {"ID": "sail", "Name": "Sail", "OwnerID": "gale-sails", "IsParent": True, "ShipWeight": 1.5}
    small = {"ID": "small-sail", "Name": "Small sail", "ParentID": "sail", "Inventory": {"Enabled": False}}
    visible = {"CategoryID": "ropes", "BuyerID": "anchor-boats", "UserGroupID": "approvers", "Visible": True}
    for path, body, status in (
        ("integrationEvents", event, 201),
        ("openidconnects", connect, 201),
        ("catalogs/ship-supplies/categories", child, 201),
        ("products", sail, 201),
        ("products", small, 201),
        ("catalogs/ship-supplies/categories/assignments", visible, 204),
        ("products/assignments", {"ProductID": "halyard-8", "BuyerID": "anchor-boats"}, 204),
        ("suppliers/gale-sails/usergroups", {"ID": "loft", "Name": "Loft"}, 201),
        ("suppliers/gale-sails/usergroups/assignments", {"UserGroupID": "loft", "UserID": "gale-seller"}, 204),
    ):
        await admin.ok("POST", path, body, status)
    await admin.ok("PUT", "suppliers/gale-sails/buyers/anchor-boats", status=204)


async def test_an_export_has_the_tools_form_and_no_secret(http: Http) -> None:
    admin = await enter(http)
    storefront = (await admin.items("apiclients", AppName="Buyer Storefront"))[0]["ID"]
    await admin.ok("PATCH", f"apiclients/{storefront}", {"ClientSecret": "a-very-secret-secret"})
    catalog = {"DefaultCatalogID": "ship-supplies", "xp": {"n": "1e3", "d": "012", "t": "~x"}}
    await admin.ok("PATCH", "buyers/chandlery", catalog)
    await add_what_the_demo_lacks(admin)
    exported = await http.client.get("/sandbox/seeding")
    assert exported.headers["content-type"].startswith("application/yaml")
    text = exported.text
    key = (await http.sandbox._services.key()).public
    hashes = await http.sandbox._services.store.run(
        lambda c: c.execute("SELECT DISTINCT Password FROM users").fetchone()
    )
    for secret in ("a-very-secret-secret", PASSWORD, "scrypt", hashes[0], key["n"], "rotation-a", *SECRETS):
        assert secret not in text
    assert "n: '1e3'" in text  # a number in YAML 1.2, though not in 1.1
    document = yaml.safe_load(text)
    assert list(document) == ["Meta", "Objects", "Assignments"]
    assert list(document["Objects"]) == OBJECTS
    assert list(document["Assignments"]) == ASSIGNMENTS
    by_name = {each["AppName"]: each for each in document["Objects"]["ApiClients"]}
    assert by_name["Buyer Storefront"]["ClientSecret"] == "<Redacted. Leave unchanged.>"
    assert by_name["Buyer Storefront"]["ID"] == storefront.lower()
    assert by_name["Partner Portal"]["ClientSecret"] is None
    assert {each["CompanyID"] for each in document["Objects"]["AdminUsers"]} == {"<MarketplaceID placeholder>"}
    assert {each["BuyerID"] for each in document["Objects"]["Users"]} >= {"anchor-boats", "chandlery"}
    hidden = {"Password", "Locale", "LastActive", "PasswordLastSetDate", "FailedLoginAttempts"}
    assert not hidden & set(document["Objects"]["Users"][0])
    catalogs = {each["ID"]: each.get("DefaultCatalogID") for each in document["Objects"]["Buyers"]}
    assert (catalogs["chandlery"], catalogs["anchor-boats"]) == ("ship-supplies", "anchor-boats")
    assert {"ship-supplies", "anchor-boats"} <= {each["ID"] for each in document["Objects"]["Catalogs"]}
    for name in ("Catalogs", "Products"):
        assert "<MarketplaceID placeholder>" in {each["OwnerID"] for each in document["Objects"][name]}
    assert [each["ConnectClientSecret"] for each in document["Objects"]["OpenIdConnects"]] == [seeding.REDACTED]
    assert document["Objects"]["OpenIdConnects"][0]["OrderCloudApiClientID"] == storefront.lower()
    events = {each["ID"]: each for each in document["Objects"]["IntegrationEvents"]}
    assert {each["HashKey"] for each in events.values()} == {seeding.REDACTED}
    assert events["sync"]["CustomAuthHeaderValue"] == seeding.REDACTED
    assert events["checkout-kiosk"]["CustomAuthHeaderValue"] is None
    assigned = document["Assignments"]["ApiClientAssignments"]
    assert {"ApiClientID": storefront.lower(), "BuyerID": "chandlery"} in assigned
    held = document["Assignments"]["SecurityProfileAssignments"]
    assert {"SecurityProfileID": "full-access", "UserID": "harbor-admin"} in held
    assert {"SecurityProfileID": "buyer-approver", "BuyerID": "anchor-boats", "UserID": "anchor-approver"} in held
    assert {"SecurityProfileID": "buyer-approver", "BuyerID": "anchor-boats", "UserGroupID": "approvers"} in held
    assert {"SecurityProfileID": "buyer-approver"} not in held


async def test_what_was_exported_is_imported_as_it_was(http: Http) -> None:
    await add_what_the_demo_lacks(await enter(http))
    before = (await http.client.get("/sandbox/seeding")).text
    parts = yaml.safe_load(before)
    assert [name for part in ("Objects", "Assignments") for name, found in parts[part].items() if not found] == []
    assert (await http.client.post("/sandbox/reset", json={"Seed": "empty"})).status_code == 200
    answer = await http.client.put("/sandbox/seeding", content=before)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["Skipped"], answer.json()["LeftOut"]) == ({}, [])
    assert answer.json()["Made"]["Users"] == 9
    assert (await http.client.get("/sandbox/seeding")).text == before
    password = http.sandbox.sign_in.password
    assert (await http.password("Partner Portal", "shopper01", password)).status_code == 200
    assert (await http.password("Partner Portal", "breakwater-buyer", password)).status_code == 400
    assert (await enter(http)).sandbox.sign_in.username == "harbor-admin"


async def test_a_download_of_a_real_marketplace_is_read_as_the_tool_reads_it(http: Http) -> None:
    old = await enter(http)
    answer = await http.client.put("/sandbox/seeding", content=DOWNLOADED)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["Skipped"] == {
        "PriceSchedules": 1,
        "SpecProductAssignments": 1,
        "DefaultPriceScheduleID of Products": 1,
        "Suplierusers": 1,
        "Roles of SecurityProfiles": 1,
    }
    left_out = {each["Place"]: each["Message"] for each in told["LeftOut"]}
    assert left_out == {
        "Objects.SecurityProfiles[0].Roles": "The sandbox knows no role TimeTraveler."
        " Correct it, or leave it in the file for OrderCloud.",
        "Objects.Products[0].DefaultPriceScheduleID": "The sandbox has no PriceSchedule."
        " Leave it in the file for OrderCloud.",
        "Objects.PriceSchedules[0]": "The sandbox has no PriceSchedules."
        " Leave them in the file for OrderCloud; nothing else is to be done.",
        "Objects.Suplierusers[0]": "Suplierusers is no resource of a seeding file; did you mean SupplierUsers?",
        "Assignments.SpecProductAssignments[0]": "The sandbox has no SpecProductAssignments."
        " Leave them in the file for OrderCloud; nothing else is to be done.",
    }
    assert told["Made"]["SecurityProfileAssignments"] == 2
    assert told["SignIn"]["username"] == "admin"  # the file had nobody with Full Access
    assert (await old.get("me")).status_code == 401
    admin = await enter(http)
    boss = await admin.ok("GET", "adminusers/boss")
    assert (boss["FirstName"], boss["LastName"]) == ("12:30", "0123")
    assert boss["DateCreated"] == "2024-05-06T07:08:09.123Z"
    profile = await admin.ok("GET", "securityprofiles/buyer")
    assert (profile["Name"], profile["Roles"]) == ("no", ["Shopper", "MeAdmin"])
    assert (await admin.ok("GET", "buyers/b1"))["Name"] == "2024-01-01"
    held = await admin.items("securityprofiles/assignments", userGroupID="g1")
    assert [(each["BuyerID"], each["SecurityProfileID"]) for each in held] == [("b1", "buyer")]
    again = {"SecurityProfileID": "buyer", "BuyerID": "b1", "UserGroupID": "g1"}
    await admin.ok("POST", "securityprofiles/assignments", again, 204)  # it is kept as the API itself keeps it
    assert (await admin.ok("GET", "buyers/b1"))["DefaultCatalogID"] == "b1"  # OrderCloud makes it with the buyer
    assert (await admin.items("buyers/b1/usergroups/assignments"))[0]["UserID"] == "u1"
    assert (await admin.ok("GET", "catalogs/c1/categories/thin"))["ParentID"] == "all"
    assert (await admin.ok("GET", "products/p2"))["OwnerID"] == "s1"
    assert (await admin.items("catalogs/c1/categories/productassignments"))[0]["ListOrder"] == 4
    assert (await admin.ok("GET", "integrationEvents/login"))["HashKey"] not in (None, seeding.REDACTED)
    config = await admin.ok("GET", "impersonationconfig/help")
    assert (config["ImpersonationUserID"], config["GroupID"]) == ("boss", "g1")
    assert config["ClientID"] == (await admin.ok("GET", "openidconnects/idp"))["OrderCloudApiClientID"]
    client = await admin.ok("GET", "apiclients/4F0C9A1E-0000-4000-8000-00000000BEEF")
    assert (client["xp"], client["AssignedBuyerCount"]) == ({"a": 1.5, "b": 1e22}, 1)
    assert client["ClientSecret"] not in (None, "<Redacted. Leave unchanged.>")
    form = {"grant_type": "password", "client_id": client["ID"], "client_secret": client["ClientSecret"]}
    granted = await http.token(**form, username="shopper", password=http.sandbox.sign_in.password)
    assert granted.status_code == 200, granted.text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: [", "no YAML that can be read at line 1"),
        ("- 1", "an object with the members Meta, Objects and Assignments"),
        ("Objects: 3", "an object with the members"),
        ("Objects: {Buyers: 3}", "Objects.Buyers is a list of objects"),
        ("Objects: {Buyers: [{ID: b}]}", "Objects.Buyers[0]: Name is required."),
        ("Objects: {Buyers: [{ID: b c, Name: x}]}", "Objects.Buyers[0]: "),
        ("Objects: {Buyers: [{ID: b, Name: x}, {ID: B, Name: y}]}", "Objects.Buyers[1]: its ID"),
        ("Objects: {Users: [{ID: b, BuyerID: nope}]}", "BuyerID: the file holds no 'nope'"),
        ("Objects: {ApiClients: [{ID: a, AppName: x, AccessTokenDuration: 5}]}", "Objects.ApiClients[0]: "),
        ("Assignments: {ApiClientAssignments: [{ApiClientID: x}]}", "ApiClientID: the file holds no 'x'"),
        ("Assignments: {SecurityProfileAssignments: [{}]}", "SecurityProfileID is required"),
        ("Objects: {Buyers: [{ID: b, Name: x, DefaultCatalogID: c}]}", "DefaultCatalogID: the file holds no 'c'"),
        ("Objects: {Catalogs: [{ID: b, Name: x}], Buyers: [{ID: b, Name: x}]}", "DefaultCatalogID is required"),
        ("Objects: {Users: [{ID: b}]}", "BuyerID is required"),
        ("Objects: {Products: [{ID: b, Name: x, OwnerID: s}]}", "OwnerID: the file holds no 's'"),
        ("Objects: {Products: [{ID: b, Name: x, ParentID: b}]}", "Products[0]: ParentID: 'b' is no parent product"),
        (
            "Objects: {Products: [{ID: b, Name: x, IsParent: true, ParentID: b}]}",
            "a parent product has none itself",
        ),
        (
            "Objects: {Catalogs: [{ID: c, Name: x}], Categories: [{ID: a, Name: x, CatalogID: c, ParentID: a}]}",
            "Categories[0]: ParentID: 'a' is below itself",
        ),
        (
            EVENT_IN_THE_WRONG_PLACE,
            "ApiClients[0]: AddToCartIntegrationEventID: the EventType of 'e' is not AddToCart",
        ),
        (
            "{Objects: {AdminUserGroups: [{ID: g, Name: x}]}, Assignments: {UserGroupAssignments: [{UserGroupID: g}]}}",
            "BuyerID is required",
        ),
        (
            "Assignments: {ApiClientAssignments: [{ApiClientID: x, BuyerID: b, SupplierID: s}]}",
            "it names only one of BuyerID and SupplierID",
        ),
        ("Objects: {SecurityProfiles: [{ID: p, Name: x, CustomRoles: [a b]}]}", "SecurityProfiles[0]: CustomRoles"),
        ("Objects: {SecurityProfiles: [{ID: p, Name: x, PasswordConfig: {LockoutDuration: x}}]}", "PasswordConfig"),
        ("Objects: {Catalogs: [{ID: c, Name: x, OwnerID: s}]}", "OwnerID: the file holds no 's'; add that Supplier"),
        (SELLER_AS_GUEST, "ApiClients[0]: IsAnonBuyer needs a buyer user"),
        (NOBODY_IN_CONTEXT, "DefaultContextUserName: the file holds no user named 'nobody'"),
        (TWICE_THE_SAME, "ImpersonationConfigs[1]: It says the same as 'i' before it"),
        (A_SELLER_IMPERSONATED, "ImpersonationConfigs[0]: BuyerID is required with UserID"),
        ("Objects: !!python/object/apply:os.system [x]", "no YAML that can be read"),
        ("Objects: {Buyers: [{xp: !!binary aGk=}]}", "bytes, which is no value"),
        ("Objects: {Buyers: [{xp: !!float nan}]}", "a number that is none"),
        ("a: &a [x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nObjects: {Buyers: *b}", "list of objects"),
        ("Objects: {Buyers: [{xp: " + "[" * 80 + "]" * 80 + "}]}", "too deep"),
        ("Objects: {Buyers: [{xp: " + "[" * 3000 + "]" * 3000 + "}]}", "no YAML that can be read"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_in_clear_words(text: str, told: str) -> None:
    with pytest.raises(ApiError) as refused:
        plant(text)
    assert refused.value.status == 400
    assert any(told in each.message for each in refused.value.entries), refused.value.entries


async def test_a_file_that_cannot_be_taken_changes_nothing(http: Http) -> None:
    answer = await http.client.put("/sandbox/seeding", content="Objects: {Buyers: [{ID: b, Name: x}, {ID: c}]}")
    assert error_of(answer) == (400, "ValidationFailure")
    assert answer.json()["Errors"][0]["Data"]["Place"] == "Objects.Buyers[1]"
    assert len(await (await enter(http)).items("buyers")) == 6


@pytest.mark.parametrize(
    ("text", "place", "told"),
    [
        ("Objects: {ApiClientAssignments: [{}]}", "Objects.ApiClientAssignments[0]", "move them there"),
        ("Objects: {buyers: [{}]}", "Objects.buyers[0]", "did you mean Buyers?"),
        ("Assignments: {Qqq: [{}]}", "Assignments.Qqq[0]", "rename it or take it out"),
        (
            "Objects: {Suppliers: [{ID: s, Name: x}], Catalogs: [{ID: c, Name: x, OwnerID: s}]}",
            "Objects.Catalogs[0].OwnerID",
            "every Catalog is the marketplace's own",
        ),
    ],
)
def test_what_has_no_place_in_the_sandbox_is_left_out_and_told(text: str, place: str, told: str) -> None:
    (left_out,) = plant(text)["LeftOut"]
    assert left_out["Place"] == place
    assert told in left_out["Message"]


def test_much_that_is_left_out_is_counted_and_told_in_part() -> None:
    report = plant(f"Objects: {{PriceSchedules: [{', '.join(['{ID: x}'] * 300)}]}}")
    assert report["Skipped"] == {"PriceSchedules": 300}
    assert len(report["LeftOut"]) == 200


def test_a_way_in_is_made_beside_what_has_its_names() -> None:
    """A seller user whose ID is taken by somebody under another name, a profile of the same ID without Full Access."""
    users = "AdminUsers: [{ID: admin, Username: x, FirstName: x, LastName: x, Email: x, Active: true}]"
    plant(f"Objects: {{SecurityProfiles: [{{ID: full-access, Name: x}}], {users}}}")


@settings(max_examples=50, derandomize=True, database=None, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | NUMBERS | TEXTS, lambda each: st.lists(each) | st.dictionaries(TEXTS, each)
    )
)
def test_whatever_an_object_holds_comes_back_from_its_file(value: Any) -> None:
    content = seeding.Content({"Buyers": [{"ID": "b", "xp": value}]}, {})
    assert seeding.parse(seeding.dump(content)) == content


async def test_every_problem_is_told_at_once(http: Http) -> None:
    buyers = ", ".join(f"{{ID: b{number}}}" for number in range(80))
    answer = await http.client.put("/sandbox/seeding", content=f"Objects: {{Buyers: [{buyers}]}}")
    assert len(answer.json()["Errors"]) == 50


def test_a_small_file_that_would_grow_without_bounds_is_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(ApiError, match="InvalidSeedingFile"):
        seeding.parse("\n".join([*lines, "Objects: {Buyers: [{xp: *a8}]}"]))
    merges = ["m0: &m0 {a: 1}"]
    merges += [f"m{n}: &m{n} {{!!merge <<: [{', '.join([f'*m{n - 1}'] * 10)}]}}" for n in range(1, 9)]
    with pytest.raises(ApiError, match="InvalidSeedingFile"):
        seeding.parse("\n".join([*merges, "Objects: {Buyers: [{xp: *m8}]}"]))
