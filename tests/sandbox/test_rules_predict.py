"""The rules predict, the sandbox answers: random marketplaces and attempts, with no disagreement in anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from random import Random

import pytest

from tests.sandbox.random_worlds import CHEAP, Expected, World, change, expect, follow, make_form, make_world, put
from tests.sandbox.support import Clock
from tui.access.decision import Check
from tui.ordercloud._httpx import AsyncClient, Response
from tui.sandbox import Sandbox
from tui.tokens.decode import decode

PARTS = 4
WORLDS = 40
ATTEMPTS = 25
"""Of each part: 4,000 attempts in all, at 160 marketplaces."""

USER_TYPES = {"seller": "admin", "buyer": "buyer", "supplier": "supplier"}


def told(answer: Response) -> dict[str, object]:
    """Give what matters of an answer."""
    body = answer.json()
    if answer.status_code != 200:
        entry = body["Errors"][0]
        return {
            "status": answer.status_code,
            "error": body["error"],
            "code": entry["ErrorCode"],
            "description": body["error_description"],
            "data": entry["Data"],
        }
    claims = decode(body["access_token"]).claims
    assert claims.exp is not None
    assert claims.iat is not None
    return {
        "status": 200,
        "roles": claims.role,
        "seconds": claims.exp - claims.iat,
        "expires_in": body["expires_in"],
        "refresh": "refresh_token" in body,
        "usr": claims.usr,
        "usrtype": claims.usrtype,
        "cid": claims.cid,
        "anonymous": claims.orderid is not None,
    }


def predicted(expected: Expected, form: Mapping[str, str]) -> dict[str, object]:
    """Give what the rules say of it."""
    decision = expected.decision
    if not decision.allowed:
        assert decision.error is not None
        return {
            "status": 400,
            "error": decision.error.error,
            "code": decision.error.code,
            "description": decision.error.description,
            "data": None if decision.error.data is None else dict(decision.error.data),
        }
    assert decision.lifetimes is not None
    assert expected.person is not None
    assert expected.registered is not None
    company = expected.person.company
    return {
        "status": 200,
        "roles": decision.roles,
        "seconds": decision.lifetimes.access_seconds,
        "expires_in": decision.lifetimes.expires_in,
        "refresh": form["grant_type"] == "refresh_token" or decision.lifetimes.refresh_minutes > 0,
        "usr": expected.person.username,
        "usrtype": USER_TYPES["seller" if company is None else company.kind],
        "cid": expected.registered.client.id.lower(),
        "anonymous": decision.anonymous,
    }


async def attempt(client: AsyncClient, world: World, clock: Clock, draw: Random, history: list[object]) -> str:
    form = make_form(draw, world)
    expected = expect(world, form, clock.now)
    answer = await client.post("/oauth/token", data=form)
    history.append((str(clock.now), form))
    assert told(answer) == predicted(expected, form), (history, world)
    follow(world, expected, form, answer.json().get("refresh_token"), clock.now)
    if answer.status_code == 200:
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        me = await client.get("/v1/me", headers=headers)
        assert (me.status_code, me.json().get("Username")) == (200, told(answer)["usr"]), (history, world)
    check = expected.decision.check
    return "allowed" if check is None else check.name


@pytest.mark.parametrize("part", range(PARTS))
async def test_the_rules_predict_what_the_sandbox_answers(part: int) -> None:
    clock, outcomes = Clock(), Counter[str]()
    sandbox = await Sandbox.open(seed="empty", clock=clock, hashing=CHEAP)
    async with AsyncClient(transport=sandbox.transport(), base_url=sandbox.sign_in.url) as client:
        for number in range(WORLDS):
            draw = Random(f"{part} {number}")
            world = make_world(draw, clock.now)
            history: list[object] = [f"part {part}, world {number}"]
            store = sandbox._services.store
            await store.run(lambda c, world=world: put(c, world), write=True)  # type: ignore[misc]  # bound now
            for _ in range(ATTEMPTS):
                if draw.random() < 0.15:
                    done = await store.run(lambda c, d=draw, w=world: change(d, w, c), write=True)  # type: ignore[misc]  # bound now
                    history.append(done)
                clock.forward(minutes=draw.choice([0, 0, 0, 1, 2, 10]))
                outcomes[await attempt(client, world, clock, draw, history)] += 1
    await sandbox.close()
    never = {Check.FORM_ENCODED.name}
    assert set(outcomes) >= {"allowed", *(each.name for each in Check)} - never, outcomes
    assert outcomes["allowed"] > ATTEMPTS * WORLDS / 10, outcomes
