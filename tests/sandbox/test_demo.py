from __future__ import annotations

from dataclasses import asdict

from tests.sandbox.support import Http, named
from tui.access.roles import is_api_role
from tui.sandbox import FAST, Sandbox
from tui.sandbox.demo import HARBOR_SUPPLY, PASSWORD


async def test_the_demo_marketplace_is_as_large_as_promised(admin: Http) -> None:
    assert len(await admin.items("buyers")) == 6
    assert len(await admin.items("suppliers")) == 4
    users = [await admin.items("adminusers")]
    users += [await admin.items(f"buyers/{buyer['ID']}/users") for buyer in await admin.items("buyers")]
    users += [await admin.items(f"suppliers/{each['ID']}/users") for each in await admin.items("suppliers")]
    assert sum(map(len, users)) == 20
    clients = await admin.items("apiclients")
    assert len(clients) >= 13
    assert all(client["xp"]["note"] for client in clients)


async def test_the_demo_marketplace_has_one_of_everything(admin: Http) -> None:
    for path in (
        *("usergroups", "buyers/anchor-boats/usergroups", "suppliers/gale-sails/usergroups"),
        *("usergroups/assignments", "buyers/anchor-boats/usergroups/assignments"),
        *("impersonationconfig", "integrationevents", "products", "catalogs/ship-supplies/categories"),
        *("catalogs/productassignments", "catalogs/ship-supplies/categories/productassignments"),
    ):
        assert await admin.items(path), path
    for buyer in await admin.items("buyers"):
        assert (await admin.get(f"catalogs/{buyer['DefaultCatalogID']}")).status_code == 200
    named_by = await admin.items("apiclients", OrderCheckoutIntegrationEventName="*")
    assert [each["AppName"] for each in named_by] == ["Kiosk Terminal"]


async def test_the_sign_in_sheet_lets_the_seller_in(http: Http) -> None:
    sheet = http.sandbox.sign_in
    answer = await http.token(
        grant_type="password", client_id=sheet.client_id, username=sheet.username, password=sheet.password
    )
    assert answer.status_code == 200
    assert asdict(sheet) == {
        "url": "http://sandbox.ocgate",
        "client_id": named("Default API Client"),
        "username": "harbor-admin",
        "password": PASSWORD,
        "marketplace": "Harbor Supply",
    }
    assert PASSWORD not in repr(sheet)


def test_the_roles_of_the_demo_exist() -> None:
    roles = [role for profile in HARBOR_SUPPLY.profiles for role in profile.roles]
    assert [role for role in roles if not is_api_role(role)] == []


async def test_an_empty_marketplace_is_what_ordercloud_makes(http: Http) -> None:
    sandbox = await Sandbox.open(seed="empty", clock=http.clock, hashing=FAST)
    try:
        http.client._transport = sandbox.transport()
        sheet = sandbox.sign_in
        answer = await http.token(
            grant_type="password", client_id=sheet.client_id, username=sheet.username, password=sheet.password
        )
        admin = http.bearer(answer.json()["access_token"])
        assert [each["AppName"] for each in await admin.items("apiclients")] == ["Default API Client"]
        assert [each["AvailableRoles"] for each in await admin.items("adminusers")] == [["FullAccess"]]
        assert await admin.items("buyers") == await admin.items("suppliers") == []
    finally:
        await sandbox.close()


async def test_random_passwords_and_ids_differ_between_new_marketplaces() -> None:
    sheets = []
    for _ in range(2):
        sandbox = await Sandbox.open(seed="empty", hashing=FAST)
        sheets.append(sandbox.sign_in)
        await sandbox.close()
    assert sheets[0].password != sheets[1].password
    assert sheets[0].client_id != sheets[1].client_id
