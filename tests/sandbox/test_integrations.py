"""Integration events, OpenID Connect and impersonation configurations, and what keeps them and their likes alive."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.support import Http, error_of, named

EVENT = {"Name": "Hook", "CustomImplementationUrl": "https://hook.example", "HashKey": "signed-with-this"}
CONNECT = {
    "OrderCloudApiClientID": named("Buyer Storefront"),
    "ConnectClientID": "shop",
    "ConnectClientSecret": "never-shown-9",
    "AppStartUrl": "https://shop.example/?token={0}",
    "AuthorizationEndpoint": "https://idp.example/authorize",
    "TokenEndpoint": "https://idp.example/token",
}
CONFIG = {"SecurityProfileID": "buyer-shopper", "ClientID": named("Buyer Storefront")}


async def test_an_integration_event(http: Http, admin: Http) -> None:
    header = {"CustomAuthHeaderName": "X-Key", "CustomAuthHeaderValue": "never-shown-8"}
    made = await admin.ok("POST", "integrationevents", {**EVENT, **header, "ID": "hook"}, 201)
    assert list(made) == [
        *("ElevatedRoles", "ID", "ConfigData", "EventType", "CustomImplementationUrl"),
        *("CustomAuthHeaderName", "CustomAuthHeaderValue", "Name", "HashKey"),
    ]
    assert (made["EventType"], made["CustomAuthHeaderValue"], made["HashKey"]) == (
        "OrderCheckout",
        None,
        EVENT["HashKey"],
    )
    patched = await admin.ok("PATCH", "integrationEvents/hook", {"Name": "Hooked"})
    assert patched == {**made, "Name": "Hooked"}
    kept = await http.sandbox._services.store.run(
        lambda c: c.execute("SELECT CustomAuthHeaderValue FROM integration_events WHERE ID = 'hook'").fetchone()
    )
    assert kept == ("never-shown-8",)
    for body, code in (
        ({"CustomAuthHeaderName": None}, "Integration.CustomAuthHeaderNameRequired"),
        ({"CustomAuthHeaderValue": None}, "Integration.CustomAuthHeaderValueRequired"),
        ({"EventType": "AddToCart"}, "IntegrationEvent.CannotEditType"),
        ({"EventType": "Never"}, "ValidationFailure"),
        ({"ElevatedRoles": ["Nope"]}, "ValidationFailure"),
    ):
        assert error_of(await admin.send("PATCH", "integrationEvents/hook", body)) == (400, code)
    saved = await admin.ok("PUT", "integrationEvents/hook", EVENT)
    assert saved["CustomAuthHeaderName"] is None
    await admin.ok("PATCH", "integrationEvents/hook", {"ElevatedRoles": ["OrderAdmin"]})
    assert [each["ID"] for each in await admin.items("integrationevents", EventType="ordercheckout", sortBy="ID")] == [
        *("checkout-kiosk", "hook"),
    ]


async def test_elevated_roles_need_a_way_in_for_the_seller(http: Http, admin: Http) -> None:
    await http.sandbox._services.store.run(
        lambda c: c.execute("UPDATE api_clients SET Active = 0 WHERE AllowSeller AND AppName <> 'Default API Client'"),
        write=True,
    )
    await admin.ok("POST", "integrationevents", {**EVENT, "ElevatedRoles": ["OrderAdmin"]}, 201)
    await http.sandbox._services.store.run(lambda c: c.execute("UPDATE api_clients SET AllowSeller = 0"), write=True)
    answer = await admin.send("POST", "integrationevents", {**EVENT, "ElevatedRoles": ["OrderAdmin"]})
    assert error_of(answer) == (400, "IntegrationEvent.AllowSellerApiClientRequired")
    await admin.ok("POST", "integrationevents", EVENT, 201)


async def test_an_api_client_names_events_of_the_right_type(admin: Http) -> None:
    for number, event_type in enumerate(("OrderCheckout", "OrderReturn", "AddToCart")):
        body = {**EVENT, "ID": f"e{number}", "EventType": event_type, "Name": f"Event {number}"}
        await admin.ok("POST", "integrationevents", body, 201)
    path = f"apiclients/{named('Buyer Storefront')}"
    members = ("OrderCheckoutIntegrationEvent", "OrderReturnIntegrationEvent", "AddToCartIntegrationEvent")
    for number, member in enumerate(members):
        patched = await admin.ok("PATCH", path, {f"{member}ID": f"E{number}", f"{member}Name": "ignored"})
        assert (patched[f"{member}ID"], patched[f"{member}Name"]) == (f"e{number}", f"Event {number}")
        wrong = await admin.send("PATCH", path, {f"{member}ID": f"e{(number + 1) % 3}"})
        assert error_of(wrong) == (400, "IntegrationEvent.IncompatibleEventType")
        assert error_of(await admin.send("PATCH", path, {f"{member}ID": "missing"})) == (404, "NotFound")
        used = await admin.send("DELETE", f"integrationevents/e{number}")
        assert error_of(used) == (400, "IntegrationEvent.CannotDeleteInUse")
    await admin.ok("PATCH", "integrationevents/e0", {"ID": "renamed", "Name": "New name"})
    client = await admin.ok("GET", path)
    assert (client["OrderCheckoutIntegrationEventID"], client["OrderCheckoutIntegrationEventName"]) == (
        *("renamed", "New name"),
    )
    found = await admin.items("apiclients", OrderCheckoutIntegrationEventID="RENAMED")
    assert [each["AppName"] for each in found] == ["Buyer Storefront"]
    await admin.ok("PATCH", path, {"OrderCheckoutIntegrationEventID": None})
    await admin.ok("DELETE", "integrationevents/renamed", status=204)


async def test_an_openid_connect_configuration_keeps_its_secret(http: Http, admin: Http) -> None:
    made = await admin.ok("POST", "openidconnects", {**CONNECT, "ID": "idp"}, 201)
    assert made == {
        **CONNECT,
        "ID": "idp",
        "ConnectClientSecret": None,
        "UrlEncoded": False,
        "IntegrationEventID": None,
        "CallSyncUserIntegrationEvent": False,
        "IntegrationEventName": None,
        "AdditionalIdpScopes": [],
        "CustomErrorUrl": None,
    }
    patched = await admin.ok("PATCH", "openidconnects/idp", {"AdditionalIdpScopes": ["email"]})
    assert patched == {**made, "AdditionalIdpScopes": ["email"]}

    async def secret() -> Any:
        query = "SELECT ConnectClientSecret FROM openid_connects"
        return (await http.sandbox._services.store.run(lambda c: c.execute(query).fetchone()))[0]

    assert await secret() == "never-shown-9"
    await admin.ok("PATCH", "openidconnects/idp", {"ConnectClientSecret": "another-7"})
    assert await secret() == "another-7"
    without = {name: value for name, value in CONNECT.items() if name != "ConnectClientSecret"}
    assert error_of(await admin.send("PUT", "openidconnects/idp", without)) == (400, "ValidationFailure")
    assert error_of(await admin.get("openidconnects", ConnectClientSecret="a*")) == (400, "List.InvalidProperty")
    event = await admin.send("PATCH", "openidconnects/idp", {"IntegrationEventID": "checkout-kiosk"})
    assert error_of(event) == (400, "IntegrationEvent.IncompatibleEventType")
    answer = await admin.send("POST", "openidconnects", {**CONNECT, "OrderCloudApiClientID": "missing"})
    assert answer.json()["Errors"][0]["Data"] == {"ObjectType": "ApiClient", "ObjectID": "missing"}
    path = f"apiclients/{named('Buyer Storefront')}"
    assert error_of(await admin.send("DELETE", path)) == (400, "ApiClient.UsedByIntegration")
    await admin.ok("DELETE", "openidconnects/idp", status=204)
    await admin.ok("DELETE", path, status=204)


async def test_an_impersonation_config(admin: Http) -> None:
    given = {**CONFIG, "ImpersonationUserID": "support-agent", "BuyerID": "anchor-boats", "GroupID": "approvers"}
    made = await admin.ok("POST", "impersonationconfig", {**given, "ID": "new"}, 201)
    empty = {"ImpersonationBuyerID": None, "ImpersonationGroupID": None, "UserID": None}
    assert made == {**empty, **given, "ID": "new"}
    same = await admin.send("POST", "impersonationconfig", given)
    assert error_of(same) == (409, "ImpersonationConfig.ConflictingImpersonationConfigExists")
    other = await admin.ok("POST", "impersonationconfig", {**given, "BuyerID": None, "GroupID": None}, 201)
    clash = {"BuyerID": "anchor-boats", "GroupID": "approvers"}
    answer = await admin.send("PATCH", f"impersonationconfig/{other['ID']}", clash)
    assert error_of(answer) == (409, "ImpersonationConfig.ConflictingImpersonationConfigExists")
    assert (await admin.ok("GET", f"impersonationconfig/{other['ID']}"))["BuyerID"] is None
    assert len(await admin.items("impersonationconfig", ClientID=named("Buyer Storefront").lower())) == 2
    for wrong in (
        {"UserID": "shopper01", "BuyerID": "chandlery"},
        {"UserID": "shopper01"},
        {"ImpersonationUserID": "shopper01"},
        {"ImpersonationGroupID": "approvers"},
        {"SecurityProfileID": "missing"},
        {"ClientID": "missing"},
    ):
        assert error_of(await admin.send("POST", "impersonationconfig", {**CONFIG, **wrong})) == (404, "NotFound")
    for seller in ({"UserID": "support-agent"}, {"GroupID": "support-desk"}):
        answer = await admin.send("POST", "impersonationconfig", {**CONFIG, **seller})
        assert answer.json()["Errors"][0]["Data"]["Property"] == "BuyerID"
    assert error_of(await admin.send("POST", "impersonationconfig", {})) == (400, "ValidationFailure")


async def test_what_an_impersonation_config_names_cannot_be_deleted(admin: Http) -> None:
    body = {**CONFIG, "BuyerID": "anchor-boats", "UserID": "shopper01", "ImpersonationUserID": "support-agent"}
    made = await admin.ok("POST", "impersonationconfig", {**body, "ID": "new"}, 201)
    party, profile = "Impersonation.CannotDeleteImpersonateeParty", "Impersonation.CannotDeleteSecurityProfile"
    for path, code in (
        (f"apiclients/{named('Buyer Storefront')}", "ApiClient.UsedByImpersonationConfig"),
        ("buyers/anchor-boats/users/shopper01", party),
        ("adminusers/support-agent", party),
        ("usergroups/support-desk", party),
        ("securityprofiles/buyer-shopper", profile),
    ):
        answer = await admin.send("DELETE", path)
        assert error_of(answer) == (400, code), path
    await admin.ok("POST", "buyers/anchor-boats/users/shopper01/moveto/chandlery", status=201)
    assert (await admin.ok("GET", "impersonationconfig/new")) == {**made, "BuyerID": "chandlery"}
    await admin.ok("DELETE", "buyers/anchor-boats", status=204)
    assert [each["ID"] for each in await admin.items("impersonationconfig")] == ["new"]


@pytest.mark.parametrize("path", ["integrationevents", "openidconnects", "impersonationconfig"])
async def test_these_are_the_sellers_alone(http: Http, admin: Http, path: str) -> None:
    given = {"SecurityProfileID": "full-access", "BuyerID": "anchor-boats", "UserID": "shopper01"}
    await admin.ok("POST", "securityprofiles/assignments", given, 204)
    buyer = await http.sign_in("Buyer Storefront", "shopper01")
    assert error_of(await buyer.get(path)) == (403, "Auth.UserNotAuthorizedToAdmin")


async def test_a_company_with_a_context_user_stays(admin: Http) -> None:
    kept = (400, "User.CannotDeleteDefaultContextUser")
    answer = await admin.send("DELETE", "buyers/estuary-guests")
    assert error_of(answer) == kept
    data = answer.json()["Errors"][0]["Data"]
    assert data == {"ApiClientID": named("Guest Storefront"), "UserID": "guest-shopper"}
    await admin.ok("PATCH", f"apiclients/{named('Supplier Desk')}", {"DefaultContextUserName": "hullworks-seller"})
    assert error_of(await admin.send("DELETE", "suppliers/hullworks")) == kept
    await admin.ok("PATCH", f"apiclients/{named('Guest Storefront')}", {"DefaultContextUserName": None})
    await admin.ok("DELETE", "buyers/estuary-guests", status=204)
