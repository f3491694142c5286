"""Tours: each says what is so, to its end; a claim that is not so is found, and so is a mistake in a file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tui.session.scenarios.by_hand import NotFilled, deed_of
from tui.session.scenarios.document import Ask, Call, Deed, Expect, Grant, Look, Scenario, Show, Tell
from tui.session.scenarios.runner import run
from tui.session.scenarios.stage import made_for
from tui.session.scenarios.toml import NotAScenario, from_toml, to_toml
from tui.session.scenarios.touring import Playing
from tui.session.tours import FEWEST, MOST, read_tour, tour_files, tours

ALL = {file.stem: read_tour(file) for file in tour_files()}
ONE_BUYER = ALL["04_one_buyer"]
LIFE = ALL["08_how_long"]


@asynccontextmanager
async def playing(tour: Scenario) -> AsyncIterator[Playing]:
    async with made_for(tour, {}) as stage:
        yield Playing(tour, stage)


@pytest.mark.parametrize("name", ALL)
async def test_every_claim_of_a_tour_is_so(name: str) -> None:
    async with made_for(ALL[name], {}) as stage:
        report = await run(ALL[name], stage)
    assert [(each.name, each.differences) for each in report.failed] == []
    assert report.problem == ""
    assert len(report.outcomes) == len(ALL[name].steps)


@pytest.mark.parametrize("name", ALL)
def test_a_tour_is_short_and_says_something_at_each_step(name: str) -> None:
    tour = ALL[name]
    assert FEWEST <= len(tour.steps) <= MOST
    assert tour.name
    assert tour.about
    for step in tour.steps:
        assert 1 <= sentences(step.text) <= 4, step.name
        assert step.notice or isinstance(step.deed, Tell), step.name
        assert sentences(step.notice) <= 3, step.name
    assert tour.demo
    assert any(step.expect != Expect() for step in tour.steps)


def sentences(text: str) -> int:
    return sum(text.count(f"{end} ") + text.endswith(end) for end in ".?!")


def test_there_is_a_tour_for_each_thing_to_learn() -> None:
    assert len(tours()) == 12
    assert len({each.name for each in tours()}) == 12
    assert all(len(each.name) <= 40 for each in tours())


@pytest.mark.parametrize(
    ("step", "expect", "told"),
    [
        (0, Expect(fields={"Meta.TotalCount": 4}), "Expected Meta.TotalCount to be 4; it is 3."),
        (0, Expect(fields={"Meta.Nothing": 4}), "Expected Meta.Nothing to be 4; it is not there."),
        (0, Expect(access={"Partner Portal": ("anchor-boats", "hullworks")}), "Expected Partner Portal to let in"),
        (0, Expect(access={"Partner Portal": ()}), "Partner Portal lets in anchor-boats, chandlery, gale-sails, too."),
        (0, Expect(access={"No Such": ()}), 'There is no API client "No Such".'),
        (0, Expect(requests={"Partner Portal": 9}), "Expected 9 requests of Partner Portal; there were 0."),
        (1, Expect(claims={"usr": "somebody"}), "Expected the claim usr to be somebody; it is shopper01."),
        (1, Expect(access_minutes=60), "Expected an access token of 3600 seconds; it has 7200."),
        (1, Expect(allowed=False), "Expected a refusal; it was allowed."),
        (1, Expect(fields={"access_token": "x"}), 'Expected access_token to be "x"; it is "••••••".'),
    ],
)
async def test_a_claim_that_is_not_so_is_found(step: int, expect: Expect, told: str) -> None:
    wrong = replace(ONE_BUYER, steps=(replace(ONE_BUYER.steps[step], expect=expect, look=None),))
    async with made_for(wrong, {}) as stage:
        report = await run(wrong, stage)
    assert any(each.startswith(told) for each in report.outcomes[0].differences), report.outcomes[0].differences


@pytest.mark.parametrize(
    ("look", "missing"),
    [
        (Look(Show.ANSWER, ("Meta.Nothing",)), "Meta.Nothing"),
        (Look(Show.TOKEN, ("usr",)), "a token"),
        (Look(Show.API_CLIENT, ("AllowEverybody",), ("Partner Portal",)), "AllowEverybody"),
        (Look(Show.API_CLIENT, (), ("No Such",)), "No Such"),
        (Look(Show.ACCESS, ("nobody",), ("Partner Portal",)), "nobody"),
        (Look(Show.TRAFFIC, ("Partner Portal",)), "Partner Portal"),
    ],
)
async def test_what_cannot_be_seen_cannot_be_noticed(look: Look, missing: str) -> None:
    blind = replace(ONE_BUYER, steps=(replace(ONE_BUYER.steps[0], look=look),))
    async with playing(blind) as play:
        done = await play.do()
    assert done.outcome.differences == (f"What is to be noticed is not there: {missing}.",)


async def test_going_back_takes_the_marketplace_back_and_forward_does_it_again() -> None:
    async with playing(ONE_BUYER) as play:
        await play.go_to(6)
        assert (play.at, play.done) == (6, None)
        assert "anchor-boats" in buyers_in(await let_in(play))
        await play.do()
        assert "anchor-boats" not in buyers_in(await let_in(play))
        await play.go_to(1)
        assert buyers_in(await let_in(play)) == {"anchor-boats", "chandlery"}
        assert (await play.do()).outcome.agreed  # the token of before is another one now
        await play.go_to(6)
        done = await play.do()
        assert done.outcome.differences == ()
        await play.go_to(0)
        assert buyers_in(await let_in(play)) == {"anchor-boats", "chandlery"}


async def let_in(play: Playing) -> set[str]:
    noticing = play.noticing
    (client,) = await play.stage.api_clients(["Partner Portal"])
    return {each.id for each in await noticing.let_in(client)}


def buyers_in(parties: set[str]) -> set[str]:
    return parties - {"gale-sails", "hullworks", "inlet-electronics", "jetty-ropes"}


async def test_going_back_takes_the_clock_back_and_old_tokens_are_good_again() -> None:
    async with playing(LIFE) as play:
        began = play.stage.now()
        await play.go_to(5)
        assert play.stage.now() - began == timedelta(hours=2)
        await play.go_to(2)
        assert play.stage.now() - began == timedelta(hours=1, minutes=59)
        assert (await play.do()).came.status == 200
        await play.go_on()
        await play.go_to(0)
        assert play.stage.now() == began
        assert play.done is None


async def test_the_end_is_not_gone_over_and_a_step_is_done_once() -> None:
    async with playing(replace(LIFE, steps=LIFE.steps[:2])) as play:
        first = await play.do()
        assert await play.do() is first
        await play.go_on()
        await play.go_on()
        await play.go_on()
        assert play.is_last
        assert play.at == 1


async def by_hand(play: Playing, **filled: str | bool) -> tuple[str, ...]:
    fields = await play.hand_fields()
    values = {each.name: each.value for each in fields} | {name.replace("_", " "): to for name, to in filled.items()}
    return (await play.do_by_hand(deed_of(play.step.deed, values, fields))).outcome.differences


async def test_a_person_turns_the_flag_and_the_tour_notices() -> None:
    async with playing(ONE_BUYER) as play:
        await play.go_to(4)
        shown = {each.name: each.value for each in await play.hand_fields()}
        assert shown == {"Active": True, "AllowSeller": False, "AllowAnySupplier": False, "AllowAnyBuyer": False}
        wrong = await by_hand(play, AllowSeller=True)
        assert wrong == (
            "AllowAnyBuyer is not on yet.",
            "AllowSeller was changed, too; this step leaves it alone.",
        )
        assert play.done is None
        assert "harbor-supply" not in await let_in(play)  # it was taken back
        assert await by_hand(play, AllowAnyBuyer=True) == ()
        assert play.done is not None
        assert play.done.by_hand
        await play.go_on()
        assert (await play.do()).outcome.agreed


async def test_a_person_signs_somebody_in_assigns_and_moves_the_clock() -> None:
    async with playing(ONE_BUYER) as play:
        await play.go_to(2)
        wrong = await by_hand(play, API_client="Buyer Storefront", Username="breakwater-buyer")
        assert wrong == ("This step is about Partner Portal.",)
        assert await by_hand(play, API_client="partner portal", Username="Breakwater-Buyer") == ()
        await play.go_on()
        assert await by_hand(play, ApiClientID="Partner Portal", BuyerID="chandlery") == (
            "BuyerID is not breakwater-marine yet.",
        )
        assert await by_hand(play, ApiClientID="Partner Portal", BuyerID="breakwater-marine") == ()
    async with playing(LIFE) as play:
        await play.go_to(1)
        assert await by_hand(play, Go_on_by="2h") == ("This step goes on by 1h 59m.",)
        assert await by_hand(play, Go_on_by="119m") == ()


@pytest.mark.parametrize(
    ("deed", "filled", "told"),
    [
        (LIFE.steps[1].deed, {"Go on by": "soon"}, "Write how long"),
        (LIFE.steps[0].deed, {"API client": "Partner Portal", "Username": " "}, "Fill everything in first."),
        (Tell(), {}, "There is nothing to fill in."),
    ],
)
def test_what_cannot_be_sent_says_why(deed: Deed, filled: dict[str, str | bool], told: str) -> None:
    with pytest.raises(NotFilled, match=told):
        deed_of(deed, filled, ())


async def test_a_change_by_hand_that_is_none_is_not_sent() -> None:
    async with playing(ONE_BUYER) as play:
        await play.go_to(4)
        with pytest.raises(NotFilled, match="Nothing was changed yet"):
            await by_hand(play)


@pytest.mark.parametrize("name", ALL)
def test_a_tour_is_written_and_read_again(name: str) -> None:
    assert from_toml(to_toml(ALL[name]).encode(), Path("again.toml")) == ALL[name]


HEAD = 'Format = 1\nName = "Mine"\n[Facts]\nSeed = "demo"\n'
ASK = '[[Steps]]\nName = "In"\nText = "x"\nGrant = "password"\nApiClient = "Partner Portal"\nUser = "shopper01"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f'{HEAD}[[Steps]]\nName = "In"\nCall = "/v1/me"\n', '"In", has no Text'),
        (f"Format = 1\n{ASK}", "a tour brings its own marketplace"),
        (
            f'{HEAD}{ASK}[[Steps]]\nText = "y"\nCall = "PUT /v1/x"\nWith = "Inn"\n',
            'Steps[2].With: there is no step "Inn"',
        ),
        (f'{HEAD}[[Steps]]\nText = "y"\nCall = "GET /v1/x"\nBody = {{ a = 1 }}\n', "Steps[1].Body: goes with POST"),
        (
            f'{HEAD}[[Steps]]\nText = "y"\nCall = "POST /v1/x"\nBody = {{ ClientSecret = "s3cret" }}\n',
            "Steps[1].Body.ClientSecret: a secret has no place in a scenario",
        ),
        (f'{HEAD}[[Steps]]\nText = "y"\nCall = "GET /v1/me"\nTimes = 999\n', "Steps[1].Times: must be from 1 to 100"),
        (f'{HEAD}{ASK}Look = {{ Show = "tokn" }}\n', "Steps[1].Look.Show: must be one of"),
        (f'{HEAD}{ASK}Look = {{ Show = "access" }}\n', "ApiClients is missing"),
        (f'{HEAD}{ASK}Look = {{ Show = "token", Token = "Out" }}\n', 'there is no step "Out"'),
        (f'{HEAD}{ASK}SecretOf = "In"\n', 'Steps[1].SecretOf: there is no step "In"'),
        (f'{HEAD}{ASK}Notize = "z"\n', "did you mean Notice?"),
        (f"{HEAD}{ASK}Expect = {{ Requests = {{ X = -1 }} }}\n", "must be a whole number from 0"),
    ],
)
def test_a_mistake_in_a_tour_has_its_file_and_step(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(NotAScenario) as wrong:
        read_tour(file)
    assert told in str(wrong.value)
    assert all(str(each).startswith(str(file)) for each in wrong.value.problems)
    assert "s3cret" not in str(wrong.value)


@pytest.mark.parametrize(
    ("deed", "told"),
    [
        (Call("/v1/apiclients/{No Such}"), 'There is no API client "No Such"'),
        (Call("/v1/orders/{In.orderid}"), '"In" brought no orderid.'),
        (Ask(Grant.PASSWORD, "Partner Portal", "shopper01", secret_of="In"), '"In" made no secret.'),
    ],
)
async def test_a_place_that_nothing_fills_ends_the_tour_with_a_sentence(deed: Deed, told: str) -> None:
    first = replace(ONE_BUYER.steps[1], name="In", look=None)
    broken = replace(ONE_BUYER, steps=(first, replace(first, name="Then", deed=deed, expect=Expect())))
    async with made_for(broken, {}) as stage:
        report = await run(broken, stage)
    assert report.problem == f"Then: {told}" or report.problem.startswith(f"Then: {told}")


async def test_nothing_is_changed_in_a_marketplace_that_was_not_made_for_it() -> None:
    async with made_for(ONE_BUYER, {}) as stage:
        stage.made = False
        report = await run(ONE_BUYER, stage)
        assert report.problem.endswith("changes are made only in a sandbox made for the scenario.")
        assert len(report.outcomes) == 3
