"""Catalogs, categories, products, and who sees them."""

from __future__ import annotations

from typing import Any

from tests.sandbox.support import Http, error_of


async def test_a_new_buyer_gets_a_catalog_of_its_own(http: Http, admin: Http) -> None:
    made = await admin.ok("POST", "buyers", {"ID": "kelp", "Name": "Kelp", "Active": True}, 201)
    assert made["DefaultCatalogID"] == "kelp"
    assert (await admin.ok("GET", "catalogs/kelp"))["Name"] == "Kelp"
    pair = {"CatalogID": "kelp", "BuyerID": "kelp", "ViewAllCategories": True, "ViewAllProducts": True}
    assert await admin.items("catalogs/assignments", buyerID="kelp") == [pair]
    assert error_of(await admin.send("DELETE", "catalogs/kelp")) == (400, "Catalog.CannotDelete")
    await admin.ok("PATCH", "catalogs/kelp", {"ID": "weed"})
    assert (await admin.ok("GET", "buyers/kelp"))["DefaultCatalogID"] == "weed"
    await admin.ok("DELETE", "buyers/kelp", status=204)
    assert await admin.items("catalogs/assignments", catalogID="weed") == []
    await admin.ok("PATCH", "catalogs/weed", {"ID": "kelp"})
    again = await admin.send("POST", "buyers", {"ID": "Kelp", "Name": "Kelp"})
    assert error_of(again) == (400, "Buyer.DefaultCatalogAlreadyExists")
    named = await admin.ok("POST", "buyers", {"ID": "kelp", "Name": "Kelp", "DefaultCatalogID": "KELP"}, 201)
    assert named["DefaultCatalogID"] == "kelp"
    missing = await admin.send("PATCH", "buyers/kelp", {"DefaultCatalogID": "missing"})
    assert missing.json()["Errors"][0]["Data"] == {"ObjectType": "Catalog", "ObjectID": "missing"}


async def test_categories_are_a_tree_in_their_catalog(admin: Http) -> None:
    path = "catalogs/ship-supplies/categories"
    made = await admin.ok("POST", path, {"ID": "lines", "Name": "Lines", "ParentID": "ROPES"}, 201)
    assert (made["ParentID"], made["ListOrder"], made["Active"]) == ("ropes", 0, False)
    assert (await admin.ok("GET", f"{path}/ropes"))["ChildCount"] == 1
    assert (await admin.ok("GET", "catalogs/ship-supplies"))["CategoryCount"] == 3
    for parent in ("ropes", "lines"):
        answer = await admin.send("PATCH", f"{path}/ropes", {"ParentID": parent})
        assert error_of(answer) == (400, "Category.CircularReference")
    await admin.ok("POST", "catalogs", {"ID": "other", "Name": "Other"}, 201)
    foreign = await admin.send("POST", "catalogs/other/categories", {"Name": "x", "ParentID": "ropes"})
    assert error_of(foreign) == (404, "NotFound")
    await admin.ok("POST", "catalogs/other/categories", {"ID": "ropes", "Name": "The same ID"}, 201)
    await admin.ok("DELETE", f"{path}/ropes", status=204)
    assert [each["ID"] for each in await admin.items(path)] == ["safety"]
    assert error_of(await admin.get("catalogs/missing/categories")) == (404, "NotFound")


async def test_a_product(admin: Http) -> None:
    body: dict[str, Any] = {"ID": "anchor", "Name": "Anchor", "ShipWeight": 12.5, "xp": {"metal": "steel"}}
    made = await admin.ok("POST", "products", body, 201)
    assert {**made, **body} == made
    assert (made["OwnerID"], made["QuantityMultiplier"], made["VariantCount"]) == ("harbor-supply", 1, 0)
    assert [each["ID"] for each in await admin.items("products", ShipWeight=">12.4", **{"xp.metal": "st*"})] == [
        "anchor"
    ]
    assert await admin.items("products", ShipWeight="<12.5|>12.5") == []
    for wrong in ({"ShipWeight": "heavy"}, {"ShipWeight": -1}, {"QuantityMultiplier": 0}, {"ShipWeight": 1e300}):
        assert error_of(await admin.send("PATCH", "products/anchor", wrong)) == (400, "ValidationFailure")
    for wrong in ({"DefaultPriceScheduleID": "x"}, {"DefaultSupplierID": "x"}, {"ParentID": "x"}):
        assert error_of(await admin.send("PATCH", "products/anchor", wrong)) == (404, "NotFound")
    not_parent = await admin.send("PATCH", "products/anchor", {"ParentID": "fog-horn"})
    assert error_of(not_parent) == (400, "Product.IsNotParent")
    await admin.ok("PATCH", "products/fog-horn", {"IsParent": True})
    await admin.ok("PATCH", "products/anchor", {"ParentID": "fog-horn"})
    for path, change, code in (
        ("anchor", {"IsParent": True}, "Product.ParentProductCannotHaveParent"),
        ("fog-horn", {"IsParent": False}, "Product.CannotModifyIsParent"),
    ):
        assert error_of(await admin.send("PATCH", f"products/{path}", change)) == (400, code)
    assert error_of(await admin.send("DELETE", "products/fog-horn")) == (400, "Product.CannotDeleteParentProduct")


async def test_a_suppliers_users_have_the_products_of_their_company(http: Http, admin: Http) -> None:
    await admin.ok("POST", "products", {"ID": "sail", "Name": "Sail", "OwnerID": "gale-sails"}, 201)
    unknown = await admin.send("POST", "products", {"Name": "Sail", "OwnerID": "nobody"})
    assert error_of(unknown) == (404, "NotFound")
    await admin.ok("PUT", "securityprofiles/makers", {"Name": "Makers", "Roles": ["ProductAdmin"]})
    for supplier in ("gale-sails", "hullworks"):
        given = {"SecurityProfileID": "makers", "SupplierID": supplier}
        await admin.ok("POST", "securityprofiles/assignments", given, 204)
    gale = await http.sign_in("Supplier Network", "gale-seller")
    assert [each["ID"] for each in await gale.items("products")] == ["sail"]
    made = await gale.ok("POST", "products", {"ID": "jib", "Name": "Jib", "OwnerID": "hullworks"}, 201)
    assert made["OwnerID"] == "gale-sails"
    assert error_of(await gale.send("PATCH", "products/fog-horn", {"Name": "Mine"})) == (404, "NotFound")
    taken = await gale.send("POST", "products", {"ID": "fog-horn", "Name": "Mine"})
    assert error_of(taken) == (409, "IdExists")
    hull = await http.sign_in("Supplier Network", "hullworks-seller")
    assert await hull.items("products") == []
    assert error_of(await hull.send("DELETE", "products/jib")) == (404, "NotFound")


async def test_assignments_of_catalogs_categories_and_products(admin: Http) -> None:
    one = "catalogs/ship-supplies"
    given = {"CatalogID": "ship-supplies", "BuyerID": "drydock-repairs"}
    whole = {**given, "ViewAllCategories": False, "ViewAllProducts": True}
    await admin.ok("POST", "catalogs/assignments", given, 204)
    await admin.ok("POST", "catalogs/assignments", whole, 204)
    assert await admin.items("catalogs/assignments", buyerID="drydock-repairs", catalogID="ship-supplies") == [whole]
    answer = await admin.send("DELETE", f"{one}/assignments?buyerID=drydock-repairs")
    assert answer.status_code == 204
    unnamed = await admin.send("DELETE", f"{one}/assignments")
    assert error_of(unnamed) == (400, "ValidationFailure")

    assert len(await admin.items("catalogs/productassignments", catalogID="ship-supplies")) == 5
    await admin.ok("DELETE", f"{one}/productassignments/fog-horn", status=204)
    pair = {"CatalogID": "ship-supplies", "ProductID": "fog-horn"}
    await admin.ok("POST", "catalogs/productassignments", pair, 204)
    assert await admin.items("catalogs/productassignments", productID="fog-horn") == [pair]

    category: dict[str, Any] = {"CategoryID": "safety", "BuyerID": "anchor-boats", "UserGroupID": None}
    category |= {"Visible": True, "ViewAllProducts": None}
    grouped = {**category, "UserGroupID": "approvers", "Visible": False}
    for each in (category, grouped, grouped):
        await admin.ok("POST", f"{one}/categories/assignments", each, 204)
    assert await admin.items(f"{one}/categories/assignments") == [category, grouped]
    assert await admin.items(f"{one}/categories/assignments", level="Group") == [grouped]
    assert await admin.items("catalogs/anchor-boats/categories/assignments") == []
    path = f"{one}/categories/safety/assignments?buyerID=anchor-boats"
    assert (await admin.send("DELETE", f"{path}&userGroupID=approvers")).status_code == 204
    assert await admin.items(f"{one}/categories/assignments") == [category]

    listed = {"CategoryID": "ropes", "ProductID": "fog-horn", "ListOrder": 3}
    await admin.ok("POST", f"{one}/categories/productassignments", listed, 204)
    assert listed in await admin.items(f"{one}/categories/productassignments", categoryID="ropes")
    await admin.ok("DELETE", f"{one}/categories/ropes/productassignments/fog-horn", status=204)

    product: dict[str, Any] = {"ProductID": "fog-horn", "BuyerID": "anchor-boats", "UserGroupID": None}
    product = {"SellerID": "harbor-supply", **product, "PriceScheduleID": None}
    await admin.ok("POST", "products/assignments", product, 204)
    assert await admin.items("products/assignments", productID="fog-horn") == [product]
    assert await admin.items("products/assignments", priceScheduleID="x") == []
    await admin.ok("DELETE", "products/fog-horn/assignments/anchor-boats", status=204)
    assert await admin.items("products/assignments") == []


async def test_a_buyer_sees_the_products_of_its_catalogs(http: Http, admin: Http) -> None:
    shopper = await http.sign_in("Buyer Storefront", "shopper01")
    assert [each["ID"] for each in await shopper.items("me/catalogs")] == ["anchor-boats", "ship-supplies"]
    assert len(await shopper.items("me/products")) == 5
    assert [each["ID"] for each in await shopper.items("me/products", search="horn")] == ["fog-horn"]
    await admin.ok("PATCH", "products/fog-horn", {"Active": False})
    assert error_of(await shopper.get("me/products/fog-horn")) == (404, "NotFound")
    given = {"CatalogID": "ship-supplies", "BuyerID": "anchor-boats"}
    await admin.ok("POST", "catalogs/assignments", given, 204)
    assert await shopper.items("me/products") == []
    group = {"ProductID": "flare-kit", "BuyerID": "anchor-boats", "UserGroupID": "approvers"}
    await admin.ok("POST", "products/assignments", group, 204)
    assert await shopper.items("me/products") == []
    member = {"UserGroupID": "approvers", "UserID": "shopper01"}
    await admin.ok("POST", "buyers/anchor-boats/usergroups/assignments", member, 204)
    assert [each["ID"] for each in await shopper.items("me/products")] == ["flare-kit"]
    await admin.ok("PATCH", "catalogs/ship-supplies", {"Active": False})
    assert await shopper.items("me/products") == []
    assert error_of(await admin.get("me/products")) == (403, "Auth.UserNotAuthorizedToAdmin")
