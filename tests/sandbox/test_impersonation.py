"""Acting as somebody else over the wire. Who may is the rules' own test."""

from __future__ import annotations

import pytest

from tests.sandbox.support import Http, error_of, named
from tui.tokens.decode import decode

ADA = "buyers/anchor-boats/users/shopper01/accesstoken"
CLIENT = named("Buyer Storefront")


@pytest.fixture
async def agent(http: Http, admin: Http) -> Http:
    profile = {"Name": "While impersonating", "Roles": ["Shopper", "OrderReader"], "CustomRoles": ["Concierge"]}
    await admin.ok("PUT", "securityprofiles/impersonating", profile)
    config = {"ID": "desk", "SecurityProfileID": "impersonating", "ClientID": CLIENT, "BuyerID": "anchor-boats"}
    await admin.ok("POST", "impersonationconfig", config, 201)
    return await http.sign_in("Default API Client", "support-agent")


async def test_a_token_to_act_as_somebody(http: Http, agent: Http) -> None:
    body = {"ClientID": CLIENT.lower(), "Roles": ["Shopper", "MeAdmin"], "CustomRoles": ["Concierge"]}
    answer = await agent.ok("POST", ADA, body)
    assert set(answer) == {"access_token", "expires_in", "token_type", "refresh_token"}
    assert (answer["expires_in"], answer["token_type"]) == (35999, "bearer")
    claims = decode(answer["access_token"]).claims
    by = decode(agent.headers["Authorization"].removeprefix("Bearer ")).claims
    assert (claims.usr, claims.usrtype, claims.role) == ("shopper01", "buyer", ("Concierge", "Shopper"))
    assert (claims.imp, claims.cid) == (by.u, CLIENT.lower())
    me = await http.bearer(answer["access_token"]).ok("GET", "me")
    assert (me["ID"], me["LastActive"]) == ("shopper01", "2026-11-23T19:00:00.000Z")


async def test_a_refresh_stays_an_impersonation_while_it_is_allowed(http: Http, admin: Http, agent: Http) -> None:
    answer = await agent.ok("POST", ADA, {"ClientID": CLIENT, "Roles": ["OrderReader"]})
    form = {"grant_type": "refresh_token", "client_id": CLIENT, "refresh_token": answer["refresh_token"]}
    refreshed = decode((await http.token(**form)).json()["access_token"]).claims
    assert (refreshed.role, refreshed.imp) == (("OrderReader",), decode(answer["access_token"]).claims.imp)
    await admin.ok("DELETE", "impersonationconfig/desk", status=204)
    assert error_of(await http.token(**form)) == (400, "Auth.InsufficientRoles")
    await admin.ok("DELETE", "adminusers/support-agent", status=204)
    assert error_of(await http.token(**form)) == (400, "Auth.OauthError")


async def test_what_refuses_it(http: Http, admin: Http, agent: Http) -> None:
    async def refused(body: dict[str, object], path: str = ADA, by: Http = agent) -> tuple[int, str]:
        return error_of(await by.send("POST", path, body))

    roles: dict[str, object] = {"Roles": ["Shopper"]}
    assert await refused({"ClientID": "unknown", **roles}) == (404, "Impersonation.ClientIDNotFound")
    assert await refused({"ClientID": named("Old ERP Bridge"), **roles}) == (400, "Impersonation.BadApiClient")
    assert await refused({"ClientID": named("Supplier Desk"), **roles}) == (400, "Impersonation.BuyerNotAssigned")
    assert await refused({"ClientID": named("Partner Portal"), **roles}) == (400, "Impersonation.ConfigError")
    other = "buyers/chandlery/users/chandlery-buyer/accesstoken"
    assert await refused({"ClientID": CLIENT, **roles}, other) == (400, "Impersonation.ConfigError")
    assert await refused({"ClientID": CLIENT, "Roles": ["ProductAdmin"]}) == (400, "Auth.InsufficientRoles")
    assert await refused(roles) == (400, "ValidationFailure")
    assert await refused({"ClientID": CLIENT, "Roles": "Shopper"}) == (400, "ValidationFailure")
    nobody = "buyers/anchor-boats/users/nobody/accesstoken"
    assert await refused({"ClientID": CLIENT, **roles}, nobody) == (404, "NotFound")
    shopper = await http.sign_in("Buyer Storefront", "anchor-approver")
    assert await refused({"ClientID": CLIENT, **roles}, by=shopper) == (403, "Auth.InsufficientRoles")


async def test_buyer_users_act_within_their_company_by_groups(http: Http, admin: Http, agent: Http) -> None:
    await admin.ok("PATCH", "securityprofiles/buyer-approver", {"Roles": ["BuyerImpersonation"]})
    await admin.ok("POST", "buyers/anchor-boats/usergroups", {"ID": "leads", "Name": "Leads"}, 201)
    config = {"SecurityProfileID": "impersonating", "ClientID": CLIENT, "BuyerID": "anchor-boats"}
    group = {"ImpersonationBuyerID": "anchor-boats", "ImpersonationGroupID": "leads"}
    await admin.ok("POST", "impersonationconfig", {**config, **group}, 201)
    lead = await http.sign_in("Buyer Storefront", "anchor-approver")
    body = {"ClientID": CLIENT, "Roles": ["Shopper"]}
    assert error_of(await lead.send("POST", ADA, body)) == (400, "Impersonation.ConfigError")
    joined = {"UserGroupID": "leads", "UserID": "anchor-approver"}
    await admin.ok("POST", "buyers/anchor-boats/usergroups/assignments", joined, 204)
    assert decode((await lead.ok("POST", ADA, body))["access_token"]).claims.usr == "shopper01"
    outside = "buyers/chandlery/users/chandlery-buyer/accesstoken"
    assert error_of(await lead.send("POST", outside, body)) == (403, "Auth.UserNotAuthorizedToAdmin")
