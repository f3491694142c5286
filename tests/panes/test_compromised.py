"""A compromised API client over the real sandbox: stopped, or replaced, and what is told of it when something fails."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.console import Console, open_console
from tests.panes.secrets_lab import account, home, press, to_secrets, until
from tui.ordercloud.models import ApiClient
from tui.panes.secret_shown import SecretShown
from tui.sandbox.control.rules import Fault, Rule
from tui.session.attempts import Attempts, Form, Kind
from tui.session.replacing import References, Replacement, fresh_fields, read_references, to_reconfigure
from tui.widgets.dialogs import Choose, Confirm, Note
from tui.widgets.plain import plain
from tui.widgets.under_way import UnderWay


@pytest.fixture
async def console() -> AsyncIterator[Console]:
    async with open_console() as opened:
        yield opened


def named(console: Console, name: str) -> list[ApiClient]:
    known = console.app.session.marketplace.api_clients.values()
    return [each for each in known if each.app_name == name]


async def refer(console: Console, api_client: ApiClient) -> None:
    await console.app.session.client.openid_connects.create(
        {
            "ID": "shop-sso",
            "OrderCloudApiClientID": api_client.id,
            "ConnectClientID": "shop",
            "ConnectClientSecret": "s3cr3t",
            "AppStartUrl": "https://shop.example/",
            "AuthorizationEndpoint": "https://idp.example/authorize",
            "TokenEndpoint": "https://idp.example/token",
        }
    )


async def compromise(console: Console, name: str, *keys: str) -> None:
    await to_secrets(console, name)
    await press(console, "X", Choose)
    await console.press(*keys)


async def test_one_action_puts_a_fresh_one_in_its_place(console: Console) -> None:
    (old,) = named(console, "Dockside Sensor")
    await refer(console, old)
    await compromise(console, "Dockside Sensor", "j")
    await press(console, "enter", Confirm)
    question = console.app.screen
    assert isinstance(question, Confirm)
    assert "The OpenID Connect shop-sso refers to the old one: change it to the new one." in str(question._body)
    await home(console, "enter")
    assert len(named(console, "Dockside Sensor")) == 1, "the focus is on No"
    await compromise(console, "Dockside Sensor", "j")
    await press(console, "enter", Confirm)
    await press(console, "y", SecretShown)
    shown = console.app.screen
    assert isinstance(shown, SecretShown)
    await console.press("y")
    await until(console, lambda: shown.kept)
    await press(console, "escape", Note)
    both = named(console, "Dockside Sensor")
    assert len(both) == 2
    new = next(each for each in both if each.id != old.id)
    told = account(console)
    for words in (
        f"Dockside Sensor has a fresh API client: {new.id}.",
        "Assignments taken over: 1 of 1.",
        f"The old one ({old.id}) is inactive",
        "The secret's value was copied.",
        f"The OpenID Connect shop-sso refers to the old one: change it to {new.id}.",
        f"the new client ID {new.id} and the new secret.",
    ):
        assert words in told
    assert shown._value not in told
    session = console.app.session
    after = await session.client.api_clients.get(new.id)
    assert fresh_fields(after) == fresh_fields(old)
    assert (after.active, after.client_secret) == (True, None)
    assert not (await session.client.api_clients.get(old.id)).active
    assigned = await session.marketplace.assignments(new.id)
    assert [each.buyer_id for each in assigned] == ["anchor-boats"]
    result = await Attempts(session).run(Form(Kind.ELEVATED, new.id, "shopper01", "x", shown._value))
    assert "invalid_grant" in str(result.error), "the new secret is taken, only the password is wrong"
    await console.press("y")
    assert "shop-sso" in console.app.clipboard


async def test_where_there_is_no_secret_none_is_announced(console: Console) -> None:
    for name, wanted in (("Partner Portal", "the new client ID."), ("ERP Middleware", "the new client ID and the new")):
        await compromise(console, name, "j")
        await press(console, "enter", Confirm)
        question = console.app.screen
        assert isinstance(question, Confirm)
        assert f"Every program that signs in: {wanted}" in str(question._body)
        await home(console, "escape")


async def test_one_action_stops_it(console: Console) -> None:
    (old,) = named(console, "ERP Middleware")
    await compromise(console, "ERP Middleware")
    await press(console, "enter", Confirm)
    await press(console, "y", Note)
    assert "nobody gets in" in account(console)
    assert not (await console.app.session.client.api_clients.get(old.id)).active
    await home(console, "escape")
    own = console.app.session.marketplace.api_clients[console.app.session.identity.client_id]
    await compromise(console, own.app_name)
    await console.press("enter")
    await until(console, lambda: any("could not get in again" in told for told in console.told), "nobody is shut out")


async def run(console: Console, old: ApiClient, *rules: Rule) -> Replacement:
    session = console.app.session
    sandbox = session.opened.sandbox
    assert sandbox is not None
    await session.marketplace.assignments(old.id)
    for rule in rules:
        sandbox.control.faults.add(rule)
    replacement = Replacement(old, session.marketplace, session.client, "Replacement")
    await replacement.run(session.clock())
    sandbox.control.faults.clear()
    return replacement


async def test_it_says_how_far_it_is_and_can_be_stopped(console: Console) -> None:
    session = console.app.session
    (old,) = named(console, "Partner Portal")
    heard: list[str] = []
    replacement = Replacement(old, session.marketplace, session.client, "Replacement")

    def hear(words: str) -> None:
        heard.append(words)
        replacement.stopped = replacement.stopped or words.endswith("1 of 3…")

    await replacement.run(session.clock(), hear)
    assert heard[:3] == ["Creating the new one…", "Assigning its companies…", "Assigning its companies: 1 of 3…"]
    told = " ".join(replacement.account())
    assert "You stopped it." in told, "what was sent by then is waited for"
    assert "still works" in told
    assert (await session.client.api_clients.get(old.id)).active
    stops: list[bool] = []
    shown = UnderWay("Replacing [/nope]", lambda: stops.append(True))
    await console.app.push_screen(shown)
    shown.tell("Assigning its companies: 1 of 3…")
    await console.pilot.pause()
    assert "Assigning its companies: 1 of 3…" in console.text
    await console.press("escape", "escape")
    shown.tell("2 of 3…")
    await console.pilot.pause()
    assert "Stopping…" in console.text
    assert stops == [True]
    await shown.dismiss()


async def test_what_goes_wrong_on_the_way_is_told_truthfully(console: Console) -> None:
    (old,) = named(console, "Partner Portal")
    half = await run(console, old, Rule(Fault.DROP_BEFORE, path="/v1/apiclients/assignments", method="POST", every=2))
    told = " ".join(half.account())
    assert f"Assignments taken over: {half.to_assign // 2 + half.to_assign % 2} of 3." in told
    assert "It is inactive: nobody can sign in through it yet." in told
    assert "It ended while assigning its companies" in told
    assert "still works" in told
    assert (await console.app.session.client.api_clients.get(old.id)).active
    off = Rule(Fault.DROP_AFTER, path=f"/v1/apiclients/{old.id}", method="PATCH")
    lost = await run(console, old, off)
    told = " ".join(lost.account())
    assert "It ended while" not in told, "the answer was lost, and what became of it looked up"
    assert f"The old one ({old.id}) is inactive" in told
    (other,) = named(console, "Reporting Job")
    unmade = await run(console, other, Rule(Fault.DROP_AFTER, path="/v1/apiclients", method="POST"))
    told = " ".join(unmade.account())
    assert "Whether it was created is not known" in told
    assert f"The old one ({other.id}) still works" in told
    secretless = await run(console, other, Rule(Fault.SERVER_ERROR, path="/v1/apiclients/*/secrets", method="POST"))
    told = " ".join(secretless.account())
    assert "It may have a secret whose value is lost" in told
    refused = await run(console, other, Rule(Fault.RATE_LIMIT, path="/v1/apiclients", method="POST", retry_after=0))
    assert "Whether" not in " ".join(refused.account())
    assert "No new API client was made." in " ".join(refused.account())


async def test_what_cannot_be_read_is_told(console: Console) -> None:
    (old,) = named(console, "Buyer Storefront")
    await refer(console, old)
    sandbox = console.app.session.opened.sandbox
    assert sandbox is not None
    sandbox.control.faults.add(Rule(Fault.TRUNCATED, path="/v1/impersonationconfig*"))
    references = await read_references(console.app.session.client, old.id.upper())
    assert references.found == (("OpenID Connect", "shop-sso"),)
    told = tuple(to_reconfigure(references, None, new_secret=False))
    assert any(each.startswith("Whether an impersonation config refers to it could not be read") for each in told)
    nothing = to_reconfigure(References(), "new", new_secret=False)
    assert plain(next(nothing)) == "Every program that signs in: the new client ID new."
