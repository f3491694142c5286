"""Orders and the cart: whose they are, and the one order of an anonymous caller."""

from __future__ import annotations

import pytest

from tests.sandbox.support import Http, error_of, named

PROHIBITED = (403, "Auth.AnonUserProhibited")


async def guest(http: Http, visitor: str = "visitor-1") -> Http:
    answer = await http.token(grant_type="client_credentials", client_id=named("Guest Storefront"), anonuserid=visitor)
    return http.bearer(answer.json()["access_token"])


async def test_an_anonymous_caller_has_one_order(http: Http) -> None:
    visitor = await guest(http)
    empty = await visitor.ok("GET", "cart")
    assert (empty["ID"], empty["LineItemCount"], empty["Total"]) == (None, 0, 0)
    made = await visitor.ok("POST", "orders/Outgoing", {"Comments": "Ring twice", "xp": {"gift": True}}, 201)
    order = made["ID"]
    assert len(order) == 22
    assert (made["Status"], made["FromCompanyID"], made["ToCompanyID"], made["FromUserID"]) == (
        *("Unsubmitted", "estuary-guests", "harbor-supply", "guest-shopper"),
    )
    assert error_of(await visitor.send("POST", "orders/Outgoing", {"ID": order})) == (409, "IdExists")
    assert error_of(await visitor.send("POST", "orders/Outgoing", {"ID": "another"})) == PROHIBITED
    assert await visitor.ok("GET", f"orders/outgoing/{order}") == made
    assert await visitor.ok("GET", "cart") == made
    assert await visitor.items("me/orders") == [made]
    patched = await visitor.ok("PATCH", f"orders/Outgoing/{order}", {"Comments": "Ring once"})
    assert patched["Comments"] == "Ring once"
    for path in ("orders/Outgoing", "cart"):
        body = {"ID": "renamed"}
        renamed = await visitor.send("PATCH", path if path == "cart" else f"{path}/{order}", body)
        assert error_of(renamed) == PROHIBITED

    other = await guest(http, "visitor-2")
    for method in ("GET", "DELETE"):
        assert error_of(await other.send(method, f"orders/Outgoing/{order}")) == PROHIBITED
    assert error_of(await other.send("PATCH", f"orders/Outgoing/{order}", {"Comments": "x"})) == PROHIBITED
    assert error_of(await other.send("PATCH", f"orders/Outgoing/{order}/fromuser", {"Email": "x"})) == PROHIBITED
    assert (await other.ok("GET", "cart"))["ID"] is None
    assert await other.items("me/orders") == []
    assert (await (await guest(http)).ok("GET", "cart"))["ID"] == order
    await visitor.ok("DELETE", f"orders/Outgoing/{order}", status=204)
    assert await visitor.items("me/orders") == []


@pytest.mark.parametrize("path", ["cart/fromuser", "orders/Outgoing/{}/fromuser"])
async def test_each_guest_gives_a_name_of_its_own(http: Http, admin: Http, path: str) -> None:
    visitor = await guest(http)
    order = (await visitor.ok("PATCH", "cart", {"Comments": "x"}))["ID"]
    body = {"FirstName": "Vera", "Email": "vera@example.com", "Username": "ignored"}
    named_order = await visitor.ok("PATCH", path.format(order), body)
    user = named_order["FromUser"]
    assert (user["FirstName"], user["LastName"], user["Email"]) == ("Vera", "Shopper", "vera@example.com")
    assert (user["Username"], user["Password"], user["Active"]) == ("guest-shopper", None, True)
    assert user["AvailableRoles"] == ["Shopper"]
    assert (await visitor.ok("GET", "me"))["FirstName"] == "Guest"
    assert (await (await guest(http, "another")).ok("PATCH", "cart", {}))["FromUser"]["FirstName"] == "Guest"
    assert (await admin.ok("GET", "buyers/estuary-guests/users/guest-shopper"))["FirstName"] == "Guest"
    long = await visitor.send("PATCH", path.format(order), {"FirstName": "x" * 101, "Email": 1})
    assert [each["Data"]["Property"] for each in long.json()["Errors"]] == ["FirstName", "Email"]


async def test_naming_the_guest_makes_the_cart(http: Http) -> None:
    visitor = await guest(http)
    order = await visitor.ok("PATCH", "cart/fromuser", {"LastName": "Visitor"})
    assert (await visitor.ok("GET", "cart"))["ID"] == order["ID"]
    for _ in range(2):
        await visitor.ok("DELETE", "cart", status=204)
    assert (await visitor.ok("GET", "cart"))["ID"] is None


async def test_a_guests_order_is_not_the_template_users(http: Http) -> None:
    await (await guest(http)).ok("PATCH", "cart", {})
    template = await http.sign_in("Buyer Storefront", "guest-shopper")
    assert await template.items("me/orders") == []
    assert (await template.ok("GET", "cart"))["ID"] is None


async def test_shoppers_have_their_own_and_readers_their_companys_orders(http: Http, admin: Http) -> None:
    ada = await http.sign_in("Buyer Storefront", "shopper01")
    abel = await http.sign_in("Buyer Storefront", "anchor-approver", scope="Shopper")
    reader = await http.sign_in("Buyer Storefront", "anchor-approver", scope="OrderReader")
    bea = await http.sign_in("Buyer Storefront", "breakwater-buyer")
    await ada.ok("POST", "orders/Outgoing", {"ID": "first", "ToCompanyID": "gale-sails"}, 201)
    await ada.ok("POST", "orders/Outgoing", {"ID": "second"}, 201)
    assert (await ada.ok("GET", "cart"))["ID"] == "second"
    assert error_of(await abel.get("orders/Outgoing/first")) == (404, "NotFound")
    assert error_of(await abel.get("orders/Outgoing")) == (403, "Auth.InsufficientRoles")
    assert [each["ID"] for each in await reader.items("orders/Outgoing", sortBy="!ID")] == ["second", "first"]
    assert [each["ID"] for each in await reader.items("orders/All", ToCompanyID="gale*")] == ["first"]
    assert await reader.items("orders/incoming") == []
    assert error_of(await bea.send("PATCH", "orders/All/first", {"Comments": "x"})) == (404, "NotFound")
    assert error_of(await reader.get("orders/Sideways")) == (400, "ValidationFailure")
    assert error_of(await ada.send("POST", "orders/Incoming", {})) == (403, "Auth.UserNotAuthorizedToAdmin")
    assert error_of(await ada.send("POST", "orders/Outgoing", {"ToCompanyID": "nobody"})) == (404, "NotFound")


async def test_the_seller_sees_unsubmitted_orders_only_with_the_role_for_it(http: Http, admin: Http) -> None:
    ada = await http.sign_in("Buyer Storefront", "shopper01")
    await ada.ok("POST", "orders/Outgoing", {"ID": "first"}, 201)
    assert [each["ID"] for each in await admin.items("orders/Incoming")] == ["first"]
    assert await admin.items("orders/Outgoing") == []
    agent = await http.sign_in("Default API Client", "support-agent")
    assert await agent.items("orders/Incoming") == []
    await admin.ok("PUT", "securityprofiles/more", {"Name": "More", "Roles": ["UnsubmittedOrderReader"]})
    given = {"SecurityProfileID": "more", "UserID": "support-agent"}
    await admin.ok("POST", "securityprofiles/assignments", given, 204)
    agent = await http.sign_in("Default API Client", "support-agent")
    assert [each["ID"] for each in await agent.items("orders/Incoming")] == ["first"]


async def test_the_seller_orders_on_behalf_of_a_buyer_user(http: Http, admin: Http) -> None:
    body = {"FromCompanyID": "anchor-boats", "FromUserID": "shopper01", "ID": "for-ada"}
    made = await admin.ok("POST", "orders/Incoming", body, 201)
    assert {**made, **body} == made
    ada = await http.sign_in("Buyer Storefront", "shopper01")
    assert [each["ID"] for each in await ada.items("me/orders")] == ["for-ada"]
    missing = await admin.send("POST", "orders/Incoming", {"FromCompanyID": "anchor-boats"})
    assert error_of(missing) == (400, "Order.CreateIncomingRequiresFromUser")
    other = await admin.send("POST", "orders/Incoming", {**body, "ID": "x", "FromUserID": "chandlery-buyer"})
    assert error_of(other) == (400, "Buyer.UserNotFound")


@pytest.mark.parametrize(("orders", "company"), [("None", "anchor-boats"), ("Unsubmitted", "chandlery")])
async def test_a_move_takes_orders_along_when_told_to(http: Http, admin: Http, orders: str, company: str) -> None:
    ada = await http.sign_in("Partner Portal", "shopper01")
    await ada.ok("POST", "orders/Outgoing", {"ID": "first"}, 201)
    await admin.ok("POST", f"buyers/anchor-boats/users/shopper01/moveto/chandlery?orders={orders}", status=201)
    assert (await admin.ok("GET", "orders/All/first"))["FromCompanyID"] == company


async def test_a_guest_fills_its_order_and_nobody_elses(http: Http) -> None:
    visitor = await guest(http)
    order = (await visitor.ok("PATCH", "cart", {}))["ID"]
    lines = f"orders/Outgoing/{order}/lineitems"
    body = {"ID": "rope", "ProductID": "HALYARD-8", "Quantity": 3, "xp": {"cut": True}}
    made = await visitor.ok("POST", lines, body, 201)
    assert {**made, **body, "ProductID": "halyard-8"} == made
    assert (made["Product"]["Name"], made["LineTotal"], made["UnitPrice"]) == ("Halyard 8 mm", 0, None)
    assert error_of(await visitor.send("POST", lines, body)) == (409, "IdExists")
    assert error_of(await visitor.send("POST", lines, {"Quantity": 1})) == (400, "ValidationFailure")
    assert error_of(await visitor.send("POST", lines, {**body, "Quantity": 0})) == (400, "ValidationFailure")
    assert error_of(await visitor.send("POST", lines, {"ProductID": "nothing"})) == (404, "NotFound")
    patched = await visitor.ok("PATCH", f"{lines}/rope", {"Quantity": 4, "xp": {"long": 2}})
    assert (patched["Quantity"], patched["xp"]) == (4, {"cut": True, "long": 2})
    replaced = await visitor.ok("PUT", f"{lines}/horn", {"ProductID": "fog-horn"})
    assert (replaced["ID"], replaced["Quantity"], replaced["DateAdded"]) == ("horn", 1, made["DateAdded"])
    assert [each["ID"] for each in await visitor.items(lines, Quantity=">1")] == ["rope"]
    assert (await visitor.ok("GET", "cart"))["LineItemCount"] == 2

    other = await guest(http, "visitor-2")
    for method, path in (("GET", lines), ("POST", lines), ("DELETE", f"{lines}/rope"), ("GET", f"{lines}/rope")):
        send = {"ProductID": "fog-horn"} if method == "POST" else None
        assert error_of(await other.send(method, path, send)) == PROHIBITED
        assert error_of(await other.send(method, path.replace(order, "no-such-order"), send)) == PROHIBITED
    await visitor.ok("DELETE", f"{lines}/rope", status=204)
    assert error_of(await visitor.get(f"{lines}/rope")) == (404, "NotFound")
    await visitor.ok("DELETE", "cart", status=204)
    assert error_of(await visitor.get(lines)) == (404, "NotFound")


async def test_line_items_are_those_of_an_order_one_sees_and_of_what_its_buyer_could_buy(
    http: Http, admin: Http
) -> None:
    ada = await http.sign_in("Buyer Storefront", "shopper01")
    bea = await http.sign_in("Buyer Storefront", "breakwater-buyer")
    await ada.ok("POST", "orders/Outgoing", {"ID": "first"}, 201)
    lines = "orders/Outgoing/first/lineitems"
    await ada.ok("POST", lines, {"ID": "a", "ProductID": "halyard-8"}, 201)
    assert error_of(await bea.get(lines)) == (404, "NotFound")
    assert error_of(await bea.send("DELETE", f"{lines}/a")) == (404, "NotFound")
    await admin.ok("POST", "products", {"ID": "secret", "Name": "Secret", "Active": True}, 201)
    for shop in (ada, admin):
        incoming = lines.replace("Outgoing", "All")
        assert error_of(await shop.send("POST", incoming, {"ProductID": "secret"})) == (404, "NotFound")
        assert error_of(await shop.send("PATCH", f"{incoming}/a", {"ProductID": "secret"})) == (404, "NotFound")
    assert (await admin.ok("PATCH", "orders/Incoming/first/lineitems/a", {"Quantity": 5}))["Quantity"] == 5
    await admin.ok("DELETE", "products/halyard-8", status=204)
    assert await ada.items(lines) == []


async def test_an_order_is_replaced_whole(http: Http) -> None:
    ada = await http.sign_in("Buyer Storefront", "shopper01")
    made = await ada.ok("PUT", "orders/Outgoing/mine", {"Comments": "x", "xp": {"a": 1}})
    assert (made["ID"], made["Comments"], made["FromUserID"]) == ("mine", "x", "shopper01")
    replaced = await ada.ok("PUT", "orders/Outgoing/mine", {"Comments": "y"})
    assert (replaced["Comments"], replaced["xp"], replaced["FromUserID"]) == ("y", None, "shopper01")
    visitor = await guest(http)
    order = (await visitor.ok("PATCH", "cart", {"Comments": "x"}))["ID"]
    assert (await visitor.ok("PUT", f"orders/Outgoing/{order}", {"Comments": "z"}))["Comments"] == "z"
    assert error_of(await visitor.send("PUT", "orders/Outgoing/mine", {})) == PROHIBITED
    assert error_of(await visitor.send("PUT", f"orders/Outgoing/{order}", {"ID": "another"})) == PROHIBITED


async def test_what_is_put_into_the_cart_makes_it(http: Http, admin: Http) -> None:
    for shopper in (await guest(http), await http.sign_in("Buyer Storefront", "shopper01")):
        assert await shopper.items("cart/lineitems") == []
        assert error_of(await shopper.get("cart/lineitems/horn")) == (404, "NotFound")
        assert error_of(await shopper.send("PATCH", "cart/lineitems/horn", {"Quantity": 2})) == (404, "NotFound")
        assert (await shopper.ok("GET", "cart"))["ID"] is None
        made = await shopper.ok("POST", "cart/lineitems", {"ID": "horn", "ProductID": "fog-horn"}, 201)
        cart = await shopper.ok("GET", "cart")
        assert (cart["LineItemCount"], cart["Status"]) == (1, "Unsubmitted")
        assert await shopper.items(f"orders/Outgoing/{cart['ID']}/lineitems") == [made]
        changed = await shopper.ok("PATCH", "cart/lineitems/horn", {"Quantity": 2})
        await shopper.ok("PUT", "cart/lineitems/flare", {"ProductID": "flare-kit"})
        assert (await shopper.ok("GET", "cart/lineitems/horn")) == changed
        assert [each["ID"] for each in await shopper.items("cart/lineitems", sortBy="ID")] == ["flare", "horn"]
        await shopper.ok("DELETE", "cart/lineitems/horn", status=204)
        assert len(await shopper.items("cart/lineitems")) == 1
    assert error_of(await admin.get("cart/lineitems"))[0] == 403
    assert error_of(await admin.send("POST", "cart/lineitems", {"ProductID": "fog-horn"}))[0] == 403
