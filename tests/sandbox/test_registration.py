"""A guest becomes a user, or hands its order over to one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.support import Http, error_of, named
from tui.tokens.decode import decode

NEW = {
    "Username": "newcomer",
    "Password": "Fresh-Start-1",
    "FirstName": "New",
    "LastName": "Comer",
    "Email": "new@comer.example",
    "Active": True,
}
GUESTS = "Guest Storefront"


@pytest.fixture
async def guest(http: Http) -> Http:
    answer = await http.token(grant_type="client_credentials", client_id=named(GUESTS))
    return http.bearer(answer.json()["access_token"])


def token_of(http: Http) -> str:
    return http.headers["Authorization"].removeprefix("Bearer ")


async def shop(guest: Http) -> str:
    order = decode(token_of(guest)).claims.orderid or ""
    await guest.ok("POST", "orders/Outgoing", {"ID": order}, 201)
    return order


async def register(guest: Http, body: Any = NEW, token: str | None = None) -> Any:
    query = {"anonUserToken": token_of(guest) if token is None else token}
    return await guest.send("PUT", "me/register", body, params=query)


async def test_a_guest_becomes_a_user_and_keeps_its_order(http: Http, guest: Http) -> None:
    order = await shop(guest)
    answer = await register(guest)
    assert answer.status_code == 200, answer.text
    assert set(answer.json()) == {"access_token"}
    claims = decode(answer.json()["access_token"]).claims
    assert (claims.usr, claims.orderid, claims.cid) == ("newcomer", None, named(GUESTS).lower())
    user = http.bearer(answer.json()["access_token"])
    me = await user.ok("GET", "me")
    assert (me["Buyer"]["ID"], me["AvailableRoles"]) == ("estuary-guests", ["Shopper"])
    assert [each["ID"] for each in await user.items("me/orders")] == [order]
    assert error_of(await guest.get("me")) == (401, "Auth.TokenRevoked")
    assert (await http.password(GUESTS, "newcomer", "Fresh-Start-1")).status_code == 200


async def test_what_refuses_a_registration(http: Http, guest: Http) -> None:
    await shop(guest)
    assert error_of(await register(guest, token="")) == (400, "Auth.MustPassAnonUserToken")
    assert error_of(await register(guest, token="x.y.z")) == (400, "Auth.MustPassAnonUserToken")
    shopper = await http.sign_in("Buyer Storefront", "shopper01")
    assert error_of(await register(guest, token=token_of(shopper))) == (400, "User.IsNotTemp")
    assert error_of(await register(shopper, token=token_of(guest))) == (400, "User.IsNotTemp")
    taken = await register(guest, {**NEW, "Username": "SHOPPER01"})
    assert error_of(taken) == (409, "User.UsernameMustBeUnique")
    assert error_of(await register(guest, {**NEW, "Password": "weak"})) == (400, "PasswordReset.InsecurePassword")
    assert error_of(await register(guest, {"Username": "x"})) == (400, "ValidationFailure")
    seller = await http.sign_in("Default API Client", "harbor-admin")
    assert error_of(await register(seller, token=token_of(guest))) == (403, "Auth.UserNotAuthorizedToAdmin")
    assert len(await guest.items("me/orders")) == 1, "none of it changed anything"


async def test_a_user_takes_over_the_order_it_began_as_a_guest(http: Http, guest: Http) -> None:
    order = await shop(guest)
    shopper = await http.sign_in("Buyer Storefront", "shopper01")

    async def take(by: Http, token: str) -> tuple[int, str]:
        answer = await by.send("PUT", "me/orders", params={"anonUserToken": token})
        return (204, "") if answer.status_code == 204 else error_of(answer)

    assert await take(shopper, token_of(shopper)) == (400, "User.IsNotTemp")
    assert await take(shopper, "") == (400, "Auth.MustPassAnonUserToken")
    assert await take(guest, token_of(guest)) == (403, "Auth.AnonUserProhibited")
    assert await take(shopper, token_of(guest)) == (204, "")
    assert [each["ID"] for each in await shopper.items("me/orders")] == [order]
    assert await take(shopper, token_of(guest)) == (400, "Auth.MustPassAnonUserToken")


async def test_a_guest_without_an_order_registers_as_well(guest: Http) -> None:
    assert (await register(guest)).status_code == 200
