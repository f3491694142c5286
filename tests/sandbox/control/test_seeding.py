"""Files of OrderCloud's seeding tool: written, read back, and refused in clear words."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.sandbox.control.test_state import enter
from tests.sandbox.support import Http
from tui.sandbox.control import seeding
from tui.sandbox.demo import PASSWORD
from tui.sandbox.errors import ApiError

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
  Suppliers: []
  Products:
    - ID: p1
      Name: Rope
Assignments:
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


async def export(http: Http) -> dict[str, Any]:
    answer = await http.client.get("/sandbox/seeding")
    assert answer.headers["content-type"].startswith("application/yaml")
    found: dict[str, Any] = yaml.safe_load(answer.text)
    return found


async def test_an_export_has_the_tools_form_and_no_secret(http: Http) -> None:
    admin = await enter(http)
    storefront = (await admin.items("apiclients", AppName="Buyer Storefront"))[0]["ID"]
    await admin.ok("PATCH", f"apiclients/{storefront}", {"ClientSecret": "a-very-secret-secret"})
    await admin.ok("POST", "catalogs", {"ID": "other", "Name": "Other", "Active": True}, 201)
    await admin.ok(
        "PATCH", "buyers/chandlery", {"DefaultCatalogID": "other", "xp": {"n": "1e3", "d": "012", "t": "~x"}}
    )
    text = (await http.client.get("/sandbox/seeding")).text
    key = (await http.sandbox._services.key()).public
    hashes = await http.sandbox._services.store.run(
        lambda c: c.execute("SELECT DISTINCT Password FROM users").fetchone()
    )
    for secret in ("a-very-secret-secret", PASSWORD, "scrypt", hashes[0], key["n"], "rotation-a"):
        assert secret not in text
    assert "n: '1e3'" in text  # a number in YAML 1.2, though not in 1.1
    document = yaml.safe_load(text)
    assert list(document) == ["Meta", "Objects", "Assignments"]
    names = [
        "SecurityProfiles",
        "AdminUsers",
        "AdminUserGroups",
        "IntegrationEvents",
        "ApiClients",
        "Catalogs",
        "Buyers",
        "Users",
        "UserGroups",
        "Suppliers",
        "SupplierUsers",
        "SupplierUserGroups",
    ]
    assert list(document["Objects"]) == names
    by_name = {each["AppName"]: each for each in document["Objects"]["ApiClients"]}
    assert by_name["Buyer Storefront"]["ClientSecret"] == "<Redacted. Leave unchanged.>"
    assert by_name["Buyer Storefront"]["ID"] == storefront.lower()
    assert by_name["Partner Portal"]["ClientSecret"] is None
    assert {each["CompanyID"] for each in document["Objects"]["AdminUsers"]} == {"<MarketplaceID placeholder>"}
    assert {each["BuyerID"] for each in document["Objects"]["Users"]} >= {"anchor-boats", "chandlery"}
    assert not {"Password", "Locale"} & set(document["Objects"]["Users"][0])
    catalogs = {each["ID"]: each.get("DefaultCatalogID") for each in document["Objects"]["Buyers"]}
    assert (catalogs["chandlery"], catalogs["anchor-boats"]) == ("other", None)
    assert [each["ID"] for each in document["Objects"]["Catalogs"]] == ["chandlery", "ship-supplies", "other"]
    assigned = document["Assignments"]["ApiClientAssignments"]
    assert {"ApiClientID": storefront.lower(), "BuyerID": "chandlery"} in assigned
    memberships = {"AdminUserGroupAssignments", "UserGroupAssignments", "SupplierUserGroupsAssignments"}
    assert memberships <= set(document["Assignments"])
    held = document["Assignments"]["SecurityProfileAssignments"]
    assert {"SecurityProfileID": "full-access", "UserID": "harbor-admin"} in held
    assert {"SecurityProfileID": "buyer-approver", "BuyerID": "anchor-boats", "UserID": "anchor-approver"} in held
    assert [each for each in held if "UserGroupID" in each]
    assert not [
        each for each in held if list(each) == ["SecurityProfileID"] and each["SecurityProfileID"] == "buyer-approver"
    ]


async def test_what_was_exported_is_imported_as_it_was(http: Http) -> None:
    before = await export(http)
    answer = await http.client.put("/sandbox/seeding", content=yaml.safe_dump(before))
    assert answer.status_code == 200, answer.text
    assert answer.json()["Skipped"] == {}
    assert answer.json()["Made"]["Users"] == 9
    after = await export(http)
    for document in (before, after):
        for users in ("AdminUsers", "Users", "SupplierUsers"):
            for user in document["Objects"][users]:  # a new password is part of it; what happened since is not
                user.update(PasswordLastSetDate=None, FailedLoginAttempts=0, LastActive=None)
        for records in (*document["Objects"].values(), *document["Assignments"].values()):
            records.sort(key=lambda each: sorted(map(str, each.items())))
    assert after == before
    assert (await http.password("Partner Portal", "shopper01")).status_code == 200
    assert (await http.password("Partner Portal", "breakwater-buyer")).status_code == 400
    assert (await enter(http)).sandbox.sign_in.username == "harbor-admin"


async def test_a_download_of_a_real_marketplace_is_read_as_the_tool_reads_it(http: Http) -> None:
    old = await enter(http)
    answer = await http.client.put("/sandbox/seeding", content=DOWNLOADED)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["Skipped"] == {"Products": 1, "SecurityProfileAssignments of user groups": 1}
    assert told["Made"]["SecurityProfileAssignments"] == 1
    assert told["SignIn"]["username"] == "admin"  # the file had nobody with Full Access
    assert (await old.get("me")).status_code == 401
    admin = await enter(http)
    boss = await admin.ok("GET", "adminusers/boss")
    assert (boss["FirstName"], boss["LastName"]) == ("12:30", "0123")
    assert boss["DateCreated"] == "2024-05-06T07:08:09.123+00:00"
    assert (await admin.ok("GET", "securityprofiles/buyer"))["Name"] == "no"
    assert (await admin.ok("GET", "buyers/b1"))["Name"] == "2024-01-01"
    client = await admin.ok("GET", "apiclients/4F0C9A1E-0000-4000-8000-00000000BEEF")
    assert (client["xp"], client["AssignedBuyerCount"]) == ({"a": 1.5}, 1)
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
        ("Objects: !!python/object/apply:os.system [x]", "no YAML that can be read"),
        ("Objects: {Buyers: [{xp: !!binary aGk=}]}", "bytes, which is no value"),
        ("Objects: {Buyers: [{xp: !!float nan}]}", "a number that is none"),
        ("a: &a [x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nObjects: {Buyers: *b}", "list of objects"),
        ("Objects: {Buyers: [{xp: " + "[" * 80 + "]" * 80 + "}]}", "too deep"),
        ("Objects: {Buyers: [{xp: " + "[" * 3000 + "]" * 3000 + "}]}", "no YAML that can be read"),
    ],
)
async def test_a_file_that_cannot_be_taken_changes_nothing(http: Http, text: str, told: str) -> None:
    answer = await http.client.put("/sandbox/seeding", content=text)
    assert answer.status_code == 400, answer.text
    assert any(told in each["Message"] for each in answer.json()["Errors"]), answer.text
    assert len(await (await enter(http)).items("buyers")) == 6


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
