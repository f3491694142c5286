"""User groups of the three kinds, who is in them, and the roles that come from them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.support import Http, error_of

LEVELS = [
    ("buyers/anchor-boats/usergroups", {"BuyerID": "anchor-boats"}, "buyers/anchor-boats/users", "shopper01"),
    ("suppliers/gale-sails/usergroups", {"SupplierID": "gale-sails"}, "suppliers/gale-sails/users", "gale-seller"),
    ("usergroups", {}, "adminusers", "catalog-manager"),
]


@pytest.mark.parametrize(("path", "company", "users", "user"), LEVELS)
async def test_a_group_of_each_kind(admin: Http, path: str, company: dict[str, str], users: str, user: str) -> None:
    body: dict[str, Any] = {"ID": "crew", "Name": "Crew", "Description": "All hands", "xp": {"deck": 1}}
    assert await admin.ok("POST", path, body, 201) == body
    assert error_of(await admin.send("POST", path, {**body, "ID": "CREW"})) == (409, "IdExists")
    assert body in await admin.items(path, search="hands")
    assert (await admin.ok("PATCH", f"{path}/Crew", {"Name": "Watch"}))["Name"] == "Watch"

    pair = {"UserGroupID": "crew", "UserID": user}
    for _ in range(2):
        await admin.ok("POST", f"{path}/assignments", pair, 204)
    assert await admin.items(f"{path}/assignments", userGroupID="CREW") == [pair]
    assert await admin.items(f"{path}/assignments", userID=user, userGroupID="nobody") == []

    await admin.ok("PUT", "securityprofiles/extra", {"Name": "Extra", "CustomRoles": ["Extra"]})
    given = {"SecurityProfileID": "extra", "UserGroupID": "crew", **company}
    await admin.ok("POST", "securityprofiles/assignments", given, 204)
    assert "Extra" in (await admin.ok("GET", f"{users}/{user}"))["AvailableRoles"]
    empty = {"BuyerID": None, "SupplierID": None, "UserID": None}
    assert await admin.items("securityprofiles/assignments", level="group", securityProfileID="extra") == [
        {**empty, **given}
    ]

    await admin.ok("DELETE", f"{path}/crew/assignments/{user}", status=204)
    assert error_of(await admin.send("DELETE", f"{path}/crew/assignments/{user}")) == (404, "NotFound")
    assert "Extra" not in (await admin.ok("GET", f"{users}/{user}"))["AvailableRoles"]
    await admin.ok("POST", f"{path}/assignments", pair, 204)
    await admin.ok("DELETE", f"{path}/crew", status=204)
    assert "Extra" not in (await admin.ok("GET", f"{users}/{user}"))["AvailableRoles"]
    assert await admin.items("securityprofiles/assignments", securityProfileID="extra") == []


async def test_roles_are_the_union_over_user_groups_and_company(http: Http, admin: Http) -> None:
    for name, holder in (
        ("Own", {"UserID": "shopper01"}),
        ("Company", {}),
        ("First", {"UserGroupID": "one"}),
        ("Second", {"UserGroupID": "two"}),
    ):
        if "UserGroupID" in holder:
            group = {"ID": holder["UserGroupID"], "Name": name}
            await admin.ok("POST", "buyers/anchor-boats/usergroups", group, 201)
            pair = {"UserGroupID": group["ID"], "UserID": "shopper01"}
            await admin.ok("POST", "buyers/anchor-boats/usergroups/assignments", pair, 204)
        await admin.ok("PUT", f"securityprofiles/{name}", {"Name": name, "CustomRoles": [name, "Shared"]})
        given = {"SecurityProfileID": name, "BuyerID": "anchor-boats", **holder}
        await admin.ok("POST", "securityprofiles/assignments", given, 204)
    shopper = await http.sign_in("Buyer Storefront", "shopper01")
    me = await shopper.ok("GET", "me")
    assert me["AvailableRoles"] == ["Company", "First", "MeAdmin", "Own", "Second", "Shared", "Shopper"]
    other = await admin.ok("GET", "buyers/anchor-boats/users/anchor-approver")
    assert {"Own", "First", "Second"}.isdisjoint(other["AvailableRoles"])
    assert [each["ID"] for each in await shopper.items("me/usergroups")] == ["one", "two"]
    assert [each["ID"] for each in await shopper.items("me/usergroups", search="sec")] == ["two"]


async def test_a_group_is_of_one_company_only(admin: Http) -> None:
    group = {"ID": "crew", "Name": "Crew"}
    for path in ("buyers/anchor-boats", "buyers/chandlery", "suppliers/hullworks"):
        await admin.ok("POST", f"{path}/usergroups", group, 201)
    await admin.ok("POST", "usergroups", group, 201)
    for path, user in (
        ("buyers/anchor-boats/usergroups", "chandlery-buyer"),
        ("buyers/anchor-boats/usergroups", "support-agent"),
        ("usergroups", "shopper01"),
    ):
        answer = await admin.send("POST", f"{path}/assignments", {"UserGroupID": "crew", "UserID": user})
        assert answer.json()["Errors"][0]["Data"] == {"ObjectType": "User", "ObjectID": user}
    await admin.ok("POST", "usergroups/assignments", {"UserGroupID": "crew", "UserID": "support-agent"}, 204)
    assert await admin.items("buyers/anchor-boats/usergroups/assignments", userGroupID="crew") == []
    wrong = {"SecurityProfileID": "guest", "BuyerID": "breakwater-marine", "UserGroupID": "crew"}
    assert error_of(await admin.send("POST", "securityprofiles/assignments", wrong)) == (404, "NotFound")
    both = {"SecurityProfileID": "guest", "UserID": "support-agent", "UserGroupID": "crew"}
    assert error_of(await admin.send("POST", "securityprofiles/assignments", both)) == (400, "ValidationFailure")


async def test_users_administer_the_groups_of_their_own_company(http: Http, admin: Http) -> None:
    await admin.ok("PUT", "securityprofiles/groups", {"Name": "Groups", "Roles": ["UserGroupAdmin"]})
    given = {"SecurityProfileID": "groups", "BuyerID": "anchor-boats"}
    await admin.ok("POST", "securityprofiles/assignments", given, 204)
    shopper = await http.sign_in("Buyer Storefront", "shopper01")
    await shopper.ok("POST", "buyers/anchor-boats/usergroups", {"ID": "own", "Name": "Own"}, 201)
    pair = {"UserGroupID": "own", "UserID": "shopper01"}
    await shopper.ok("POST", "buyers/anchor-boats/usergroups/assignments", pair, 204)
    forbidden = (403, "Auth.UserNotAuthorizedToAdmin")
    assert error_of(await shopper.get("buyers/chandlery/usergroups")) == forbidden
    assert error_of(await shopper.get("buyers/chandlery/usergroups/assignments")) == forbidden
    assert error_of(await shopper.send("POST", "buyers/chandlery/usergroups/assignments", pair)) == forbidden
    assert error_of(await shopper.get("usergroups")) == (403, "Auth.InsufficientRoles")


async def test_moving_a_user_takes_its_own_roles_along_and_leaves_its_groups(http: Http, admin: Http) -> None:
    await admin.ok("PUT", "securityprofiles/extra", {"Name": "Extra", "CustomRoles": ["Own"]})
    own = {"SecurityProfileID": "extra", "BuyerID": "anchor-boats", "UserID": "anchor-approver"}
    await admin.ok("POST", "securityprofiles/assignments", own, 204)
    path = "buyers/anchor-boats/users/anchor-approver"
    moved = await admin.ok("POST", f"{path}/moveto/Chandlery", status=201)
    assert (moved["CompanyID"], moved["ID"]) == ("chandlery", "anchor-approver")
    assert "Own" in moved["AvailableRoles"]
    assert error_of(await admin.get(path)) == (404, "NotFound")
    assert await admin.items("buyers/anchor-boats/usergroups/assignments") == []
    assert (await admin.items("securityprofiles/assignments", userID="anchor-approver"))[0]["BuyerID"] == "chandlery"
    assert (await http.password("Partner Portal", "anchor-approver")).status_code == 200

    used = await admin.send("POST", "buyers/estuary-guests/users/guest-shopper/moveto/chandlery")
    assert error_of(used) == (400, "User.CannotMoveDefaultContextUser")
    await admin.ok("PATCH", "buyers/anchor-boats/users/shopper01", {"ID": "chandlery-former"})
    taken = await admin.send("POST", "buyers/anchor-boats/users/chandlery-former/moveto/chandlery")
    assert error_of(taken) == (409, "IdExists")
    for missing in ("buyers/anchor-boats/users/nobody/moveto/chandlery", f"{path}/moveto/nowhere"):
        assert error_of(await admin.send("POST", missing)) == (404, "NotFound")
    odd = await admin.send("POST", "buyers/chandlery/users/anchor-approver/moveto/anchor-boats?orders=Some")
    assert error_of(odd) == (400, "ValidationFailure")


async def test_users_of_all_buyers_in_one_list(http: Http, admin: Http) -> None:
    everyone = await admin.items("buyerusers", sortBy="Username")
    assert [each["CompanyID"] for each in everyone][:3] == ["anchor-boats", "breakwater-marine", "breakwater-marine"]
    assert len(everyone) == 9
    assert [each["ID"] for each in await admin.items("buyerusers", search="guest")] == ["guest-shopper"]
    await admin.ok("PUT", "securityprofiles/users", {"Name": "Users", "Roles": ["BuyerUserReader"]})
    given = {"SecurityProfileID": "users", "BuyerID": "anchor-boats"}
    await admin.ok("POST", "securityprofiles/assignments", given, 204)
    shopper = await http.sign_in("Buyer Storefront", "shopper01")
    assert {each["CompanyID"] for each in await shopper.items("buyerusers")} == {"anchor-boats"}


async def test_which_supplier_deals_with_which_buyer(http: Http, admin: Http) -> None:
    for _ in range(2):
        await admin.ok("PUT", "suppliers/gale-sails/buyers/anchor-boats", status=204)
    await admin.ok("PUT", "suppliers/gale-sails/buyers/chandlery", status=204)
    linked = [{"ID": "anchor-boats", "Name": "Anchor Boats"}, {"ID": "chandlery", "Name": "Chandlery Ltd"}]
    assert await admin.items("suppliers/gale-sails/buyers") == linked
    assert await admin.items("suppliers/gale-sails/buyers", search="CHAND") == linked[1:]
    assert await admin.items("suppliers/hullworks/buyers") == []
    seller = await http.sign_in("Partner Portal", "gale-seller")
    assert await seller.items("suppliers/gale-sails/buyers") == linked
    assert error_of(await seller.get("suppliers/hullworks/buyers")) == (403, "Auth.UserNotAuthorizedToAdmin")
    await admin.ok("DELETE", "suppliers/gale-sails/buyers/chandlery", status=204)
    gone = await admin.send("DELETE", "suppliers/gale-sails/buyers/chandlery")
    assert error_of(gone) == (404, "NotFound")
    await admin.ok("DELETE", "buyers/anchor-boats", status=204)
    assert await admin.items("suppliers/gale-sails/buyers") == []
    assert error_of(await admin.send("PUT", "suppliers/gale-sails/buyers/anchor-boats")) == (404, "NotFound")


@pytest.mark.parametrize("kind", ["users", "usergroups"])
async def test_ids_are_unique_in_a_buyer_and_across_all_suppliers(admin: Http, kind: str) -> None:
    person = {"FirstName": "P", "LastName": "P", "Email": "p@example.com", "Active": True}
    for number, company in enumerate(("buyers/anchor-boats", "buyers/chandlery", "suppliers/hullworks")):
        body = {"ID": "same", "Name": "Same", **person, "Username": f"same-{number}"}
        await admin.ok("POST", f"{company}/{kind}", body, 201)
    body = {"Name": "Same", **person, "Username": "same-9"}
    for method, path in (("POST", f"suppliers/gale-sails/{kind}"), ("PUT", f"suppliers/gale-sails/{kind}/Same")):
        assert error_of(await admin.send(method, path, {**body, "ID": "Same"})) == (409, "IdExists")
    other = await admin.ok("POST", f"suppliers/gale-sails/{kind}", {**body, "ID": "other"}, 201)
    answer = await admin.send("PATCH", f"suppliers/gale-sails/{kind}/{other['ID']}", {"ID": "same"})
    assert error_of(answer) == (409, "IdExists")
