"""The self-check over the real sandbox: it agrees everywhere, and it can fail."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial

import pytest

from tests.session.declared.makers import session_on
from tui.access.decide import decide
from tui.access.switches import DEFAULT
from tui.ordercloud.models import ApiClient
from tui.sandbox import token_endpoint
from tui.sandbox.control.rules import Fault, Rule
from tui.sandbox.demo import PASSWORD
from tui.session.failures import NoMarketplace
from tui.session.self_check import Fate, SelfCheck, trials_for
from tui.session.session import Session


async def api_clients(session: Session) -> tuple[ApiClient, ...]:
    async for _ in session.marketplace.read_api_clients():
        pass
    return tuple(session.marketplace.api_clients.values())


def named(found: tuple[ApiClient, ...], name: str) -> ApiClient:
    return next(each for each in found if each.app_name == name)


async def test_the_rules_agree_on_the_whole_demo_marketplace() -> None:
    async with session_on() as session:
        clients = await api_clients(session)
        users = [(each.user.username, PASSWORD) for each in await session.marketplace.people()]
        trials = await trials_for(session, clients, users, refresh=True)
        assert not trials.left_out
        check = SelfCheck(session, trials)
        seen: list[int] = []
        await check.run(lambda: seen.append(check.tried))
        assert check.words == f"rules agree {check.total:,} of {check.total:,}"
        assert check.total >= len(users) * len(clients)
        assert seen == sorted(seen)
        # What cannot be read beforehand is told, and is of the one user who is locked out.
        assert {each.fate for each in check.findings} == {Fate.EXPLAINED}
        assert {each.result.form.username for each in check.findings} == {"breakwater-locked"}


@pytest.mark.parametrize(
    ("fault", "fate", "words"),
    [
        (Fault.FOREIGN_KEY, Fate.OTHERWISE, "The signature of the token is not right."),
        (Fault.SERVER_ERROR, Fate.UNANSWERED, "503"),
    ],
)
async def test_it_can_fail(fault: Fault, fate: Fate, words: str) -> None:
    async with session_on() as session:
        clients = await api_clients(session)
        storefront = named(clients, "Buyer Storefront")
        sandbox = session.opened.sandbox
        assert sandbox is not None
        sandbox.control.faults.add(Rule(fault, path="/oauth/token", api_client=storefront.id))
        few = (storefront, named(clients, "Partner Portal"))
        check = SelfCheck(session, await trials_for(session, few, [("shopper01", PASSWORD)]))
        await check.run()
        assert Counter(each.fate for each in check.findings) == {fate: 1}
        (finding,) = check.findings
        assert finding.result.app_name == "Buyer Storefront"
        assert words in finding.told
        if fate is Fate.OTHERWISE:
            assert check.words == "rules agree 1 of 2"
        else:
            assert check.words == "rules agree 1 of 1"


async def test_a_server_with_another_rule_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    otherwise = replace(DEFAULT, anonymous_refresh=True, client_credentials_refresh=False)
    monkeypatch.setattr(token_endpoint, "decide", partial(decide, switches=otherwise))
    async with session_on() as session:
        check = SelfCheck(session, await trials_for(session, await api_clients(session), []))
        await check.run()
        found = [each for each in check.findings if each.fate is Fate.OTHERWISE]
        assert found
        assert check.agreed == check.compared - len(found)
        assert all("refresh token" in each.told for each in found)
        assert all(each.result.exchange is not None for each in found)


async def test_a_wrong_password_is_tried_once_and_a_cancel_ends_it() -> None:
    async with session_on() as session:
        clients = await api_clients(session)
        trials = await trials_for(session, clients, [("shopper01", "not-this-one"), ("shopper01", PASSWORD)])
        check = SelfCheck(session, trials)
        await check.run()
        wrong = [each for each in check.findings if "password was assumed" in each.told]
        assert len(wrong) == 1
        assert any("shopper01: the password is another one" in each for each in check.left_out)
        assert check.tried == check.total < trials.calls

        check = SelfCheck(session, trials)
        await check.run(check.cancel)
        assert check.told == "Cancelled."
        assert 0 < check.tried <= 4


async def test_without_a_marketplace_it_says_so() -> None:
    async with session_on() as session:
        trials = await trials_for(session, await api_clients(session), [])
    check = SelfCheck(session, trials)
    with pytest.raises(NoMarketplace):
        await check.run()
    assert not check.running
