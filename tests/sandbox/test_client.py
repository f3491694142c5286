"""The main job through the typed client: what one side says, the other understands."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.sandbox.support import Clock, named
from tui.ordercloud import Credentials, ListQuery, OrderCloud, errors
from tui.ordercloud.models import ApiClientAssignment
from tui.sandbox import FAST, Sandbox
from tui.sandbox.demo import PASSWORD
from tui.tokens.decode import decode
from tui.tokens.verify import Status, verify_signature


@pytest.fixture
async def ordercloud(clock: Clock) -> AsyncIterator[OrderCloud]:
    sandbox = await Sandbox.open(clock=clock, hashing=FAST)
    sheet = sandbox.sign_in
    credentials = Credentials(sheet.client_id, username=sheet.username, password=sheet.password)
    async with OrderCloud(sheet.url, transport=sandbox.transport(), clock=clock, credentials=credentials) as ordercloud:
        yield ordercloud
    await sandbox.close()


async def test_the_console_signs_in_and_changes_an_api_client(ordercloud: OrderCloud) -> None:
    assert (await ordercloud.me.get()).username == "harbor-admin"
    page = await ordercloud.api_clients.list(ListQuery(search="portal", sort_by=("AppName",)))
    (portal,) = page.items
    assert (portal.app_name, portal.assigned_buyer_count) == ("Partner Portal", 2)
    changed = await ordercloud.api_clients.patch(portal.id, {"AccessTokenDuration": 30})
    assert changed.access_token_duration == 30
    copied = await ordercloud.api_clients.create(changed)
    assert copied.id != portal.id
    assert copied.app_name == portal.app_name
    await ordercloud.api_clients.delete(copied.id)
    with pytest.raises(errors.OrderCloudError):
        await ordercloud.api_clients.get(copied.id)


async def test_an_assignment_opens_the_door(ordercloud: OrderCloud) -> None:
    client = named("Partner Portal")
    with pytest.raises(errors.OAuthRefused) as refused:
        await ordercloud.oauth.password(client, "breakwater-buyer", PASSWORD)
    assert (refused.value.error, refused.value.code) == ("invalid_grant", "Auth.OauthError")
    assignment = ApiClientAssignment(api_client_id=client, buyer_id="breakwater-marine")
    await ordercloud.api_clients.assignments.assign(assignment)
    answer = await ordercloud.oauth.password(client, "breakwater-buyer", PASSWORD)
    token = decode(answer.access_token)
    key = await ordercloud.certs.get(token.header.kid or "")
    assert verify_signature(token, key).status is Status.PASSED
    assert (await ordercloud.me.get(answer.access_token)).username == "breakwater-buyer"
    refreshed = await ordercloud.oauth.refresh(client, answer.refresh_token or "")
    assert refreshed.refresh_token == answer.refresh_token
    await ordercloud.api_clients.assignments.unassign(assignment)
    with pytest.raises(errors.OAuthRefused):
        await ordercloud.oauth.refresh(client, answer.refresh_token or "")


async def test_every_resource_is_walked_to_its_end(ordercloud: OrderCloud) -> None:
    assert len([each async for each in ordercloud.api_clients.iterate()]) == 17
    assert len([each async for each in ordercloud.buyers.iterate(ListQuery(page_size=2))]) == 6
    assert len([each async for each in ordercloud.suppliers.iterate()]) == 4
    assert len([each async for each in ordercloud.seller_users.iterate()]) == 6
    assert [each.username async for each in ordercloud.buyer_users("estuary-guests").iterate()] == ["guest-shopper"]
    assert len([each async for each in ordercloud.supplier_users("gale-sails").iterate()]) == 2
    assert len([each async for each in ordercloud.security_profiles.iterate()]) == 10
    assert len([each async for each in ordercloud.api_clients.assignments.iterate(buyer_id="anchor-boats")]) == 4
    given = [each async for each in ordercloud.security_profiles.assignments.iterate(user_id="harbor-admin")]
    assert [each.security_profile_id for each in given] == ["full-access"]


async def test_a_secret_closes_every_grant_until_it_is_sent(ordercloud: OrderCloud) -> None:
    client = named("Headless Shop")
    secret = await ordercloud.api_clients.secrets(client).create({"Name": "First"})
    with pytest.raises(errors.OAuthRefused):
        await ordercloud.oauth.anonymous(client)
    answer = await ordercloud.oauth.client_credentials(client, secret.client_secret or "")
    assert decode(answer.access_token).claims.usr == "chandlery-buyer"


async def test_the_consoles_own_token_is_renewed(ordercloud: OrderCloud, clock: Clock) -> None:
    first = await ordercloud.sign_in()
    clock.forward(hours=9, minutes=59, seconds=50)
    await ordercloud.me.get()
    assert ordercloud.signed_in is not None
    assert ordercloud.signed_in.access_token != first.access_token
