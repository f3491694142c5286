"""The caller's own record, revoked tokens, lockouts that are ended, and who one is."""

from __future__ import annotations

import pytest

from tests.sandbox.support import Http, error_of, named
from tui.sandbox.demo import PASSWORD
from tui.tokens.decode import decode
from tui.tokens.verify import Status, verify_signature

SHOPPER = "buyers/anchor-boats/users/shopper01"
REVOKED = "Auth.TokenRevoked"


async def guest(http: Http) -> Http:
    answer = await http.token(grant_type="client_credentials", client_id=named("Guest Storefront"))
    return http.bearer(answer.json()["access_token"])


async def test_everybody_reads_the_own_record(http: Http, admin: Http) -> None:
    shopper = await http.sign_in("Buyer Storefront", "shopper01")
    me = await shopper.ok("GET", "me")
    assert [*me][:4] == ["Buyer", "Supplier", "Seller", "ID"]
    assert me["Buyer"] == {"ID": "anchor-boats", "DefaultCatalogID": "anchor-boats"}
    assert (me["Supplier"], me["Seller"]) == (None, {"ID": "harbor-supply"})
    whole = await admin.ok("GET", SHOPPER)
    del whole["FailedLoginAttempts"]
    assert {name: me[name] for name in whole} == whole
    assert set(me) - set(whole) == {"Buyer", "Supplier", "Seller"}
    supplier = await (await http.sign_in("Supplier Desk", "hullworks-seller")).ok("GET", "me")
    assert (supplier["Buyer"], supplier["Supplier"]) == (None, {"ID": "hullworks"})


async def test_the_own_record_is_changed_with_the_role(http: Http, admin: Http) -> None:
    shopper = await http.sign_in("Buyer Storefront", "shopper01")
    changed = await shopper.ok("PATCH", "me", {"FirstName": "Adele", "ID": "other", "CompanyID": "chandlery"})
    assert (changed["FirstName"], changed["ID"], changed["CompanyID"]) == ("Adele", "shopper01", "anchor-boats")
    assert changed["Buyer"]["ID"] == "anchor-boats"
    whole = {"Username": "shopper01", "FirstName": "A", "LastName": "B", "Email": "a@b.example", "Active": True}
    replaced = await shopper.ok("PUT", "me", whole)
    assert {name: replaced[name] for name in whole} == whole
    assert (await admin.ok("GET", SHOPPER))["Email"] == "a@b.example"
    assert error_of(await shopper.send("PUT", "me", {"FirstName": "A"})) == (400, "ValidationFailure")
    narrow = await http.sign_in("Buyer Storefront", "shopper01", scope="Shopper")
    assert error_of(await narrow.send("PATCH", "me", {"FirstName": "X"})) == (403, "Auth.InsufficientRoles")


async def test_a_user_name_stays_unique(http: Http) -> None:
    shopper = await http.sign_in("Buyer Storefront", "shopper01")
    answer = await shopper.send("PATCH", "me", {"Username": "HARBOR-ADMIN"})
    assert error_of(answer) == (409, "User.UsernameMustBeUnique")


async def test_the_same_id_in_another_company_is_no_obstacle(http: Http, admin: Http) -> None:
    other = {"ID": "shopper01", "Username": "s2", "FirstName": "S", "LastName": "T", "Email": "s@t.example"}
    await admin.ok("POST", "buyers/chandlery/users", {**other, "Active": True}, 201)
    shopper = await http.sign_in("Buyer Storefront", "shopper01")
    await shopper.ok("PATCH", "me", {"LastName": "Changed"})
    assert (await admin.ok("GET", "buyers/chandlery/users/shopper01"))["LastName"] == "T"


async def test_xp_needs_a_role_of_its_own(http: Http, admin: Http) -> None:
    await admin.ok("PATCH", SHOPPER, {"xp": {"level": 1}})
    shopper = await http.sign_in("Buyer Storefront", "shopper01")
    assert error_of(await shopper.send("PATCH", "me", {"xp": {"level": 2}})) == (403, "User.XPNotAllowed")
    await shopper.ok("PATCH", "me", {"xp": {"level": 1}})
    whole = {"Username": "shopper01", "FirstName": "A", "LastName": "B", "Email": "a@b.example", "Active": True}
    assert (await shopper.ok("PUT", "me", whole))["xp"] == {"level": 1}, "left out, it stays"
    await admin.ok("PATCH", "securityprofiles/buyer-shopper", {"Roles": ["MeAdmin", "MeXpAdmin"]})
    shopper = await http.sign_in("Buyer Storefront", "shopper01")
    assert (await shopper.ok("PATCH", "me", {"xp": {"more": True}}))["xp"] == {"level": 1, "more": True}


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", "me"), ("PATCH", "me"), ("POST", "me/password"), ("DELETE", "me/tokens")],
)
async def test_anonymous_callers_may_not(http: Http, admin: Http, method: str, path: str) -> None:
    roles = {"Roles": ["Shopper", "MeAdmin", "PasswordReset"]}
    await admin.ok("PATCH", "securityprofiles/guest", roles)
    visitor = await guest(http)
    body = {"NewPassword": "Another-One-5", "FirstName": "X"}
    answer = await visitor.send(method, path, None if method == "DELETE" else body)
    assert error_of(answer) == (403, "Auth.AnonUserProhibited")
    assert (await visitor.ok("GET", "me"))["ID"] == "guest-shopper"


async def test_revoked_tokens_are_refused_and_new_ones_are_not(http: Http) -> None:
    first = (await http.password("Buyer Storefront", "shopper01", scope="Shopper")).json()
    other = await http.sign_in("Partner Portal", "shopper01")
    approver = await http.sign_in("Buyer Storefront", "anchor-approver")
    old = http.bearer(first["access_token"])
    await old.ok("DELETE", "me/tokens", status=204)
    for dead in (old, other):
        assert error_of(await dead.get("me")) == (401, REVOKED)
    form = {"grant_type": "refresh_token", "client_id": named("Buyer Storefront")}
    refused = await http.token(**form, refresh_token=first["refresh_token"])
    assert (refused.json()["error"], error_of(refused)) == ("invalid_grant", (400, REVOKED))
    assert (await approver.get("me")).status_code == 200
    fresh = await http.sign_in("Buyer Storefront", "shopper01")
    assert (await fresh.get("me")).status_code == 200, "within the same second"
    assert error_of(await old.get("me")) == (401, REVOKED)


@pytest.mark.parametrize(
    ("path", "client", "role"),
    [
        (SHOPPER, "Buyer Storefront", "BuyerUserAdmin"),
        ("suppliers/hullworks/users/hullworks-seller", "Supplier Desk", "SupplierUserAdmin"),
        ("adminusers/support-agent", "Admin Backoffice", "AdminUserAdmin"),
    ],
)
async def test_administrators_revoke_and_unlock(http: Http, path: str, client: str, role: str) -> None:
    name = path.rpartition("/")[2]
    user = await http.sign_in(client, name)
    helper = await http.sign_in("Default API Client", "harbor-admin", scope=role)
    await helper.ok("DELETE", f"{path}/tokens", status=204)
    assert error_of(await user.get("me")) == (401, REVOKED)
    for _ in range(10):
        await http.password(client, name, "wrong")
    assert error_of(await http.password(client, name)) == (400, "Auth.LockedOut")
    await helper.ok("POST", f"{path}/unlock", status=204)
    assert (await http.password(client, name)).status_code == 200
    unable = await http.sign_in("Default API Client", "harbor-admin", scope="ApiClientAdmin")
    assert error_of(await unable.send("POST", f"{path}/unlock")) == (403, "Auth.InsufficientRoles")
    assert error_of(await helper.send("DELETE", f"{path}-x/tokens")) == (404, "NotFound")


async def test_nobody_revokes_in_another_company(http: Http, admin: Http) -> None:
    await admin.ok("PATCH", "securityprofiles/buyer-shopper", {"Roles": ["BuyerUserAdmin"]})
    shopper = await http.sign_in("Buyer Storefront", "shopper01")
    own = await shopper.send("DELETE", "buyers/anchor-boats/users/anchor-approver/tokens")
    assert own.status_code == 204
    other = await shopper.send("DELETE", "buyers/chandlery/users/chandlery-buyer/tokens")
    assert error_of(other) == (403, "Auth.UserNotAuthorizedToAdmin")


async def test_user_info_is_a_token_that_opens_nothing(http: Http) -> None:
    shopper = await http.sign_in("Buyer Storefront", "shopper01")
    http.clock.forward(minutes=10)
    answer = await http.client.get("/oauth/userinfo", headers=shopper.headers)
    assert set(answer.json()) == {"identity_token", "expires_in"}
    assert answer.json()["expires_in"] == 590 * 60
    token = decode(answer.json()["identity_token"])
    claims = token.claims_json
    assert (claims["preferred_username"], claims["email"]) == ("shopper01", "shopper01@anchor-boats.example")
    assert (claims["usrtype"], claims["aud"]) == ("buyer", named("Buyer Storefront").lower())
    key = (await http.client.get(f"/oauth/certs/{token.header.kid}")).json()
    assert verify_signature(token, key).status is Status.PASSED
    assert error_of(await http.bearer(token.compact).get("me")) == (401, "InvalidToken")
    assert error_of(await http.client.get("/oauth/userinfo")) == (401, "InvalidToken")


async def test_a_password_of_ones_own_is_set_by_me_as_well(http: Http) -> None:
    shopper = await http.sign_in("Buyer Storefront", "shopper01")
    await shopper.ok("PATCH", "me", {"Password": "Another-One-5"})
    assert (await http.password("Buyer Storefront", "shopper01", "Another-One-5")).status_code == 200
    assert (await http.password("Buyer Storefront", "shopper01", PASSWORD)).status_code == 400
