"""Runs a scenario: does one step after the other, and holds what comes against what is expected."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from tui.session.failures import Declined
from tui.session.lookups import users_of
from tui.session.outcome import SignInRefused
from tui.session.scenarios.came import Came, NoSuchMember, Places, member_of
from tui.session.scenarios.checking import check_facts
from tui.session.scenarios.document import (
    GIVEN_TOKEN,
    NO_TOKEN,
    UNKNOWN_TOKEN,
    Advance,
    Ask,
    Call,
    Expect,
    Grant,
    Revoke,
    Scalar,
    Scenario,
    Step,
    Tell,
)
from tui.session.scenarios.noticing import Noticing, noticed_words
from tui.session.scenarios.report import Outcome, Report
from tui.session.scenarios.sending import send
from tui.session.scenarios.stage import Stage
from tui.session.scenarios.toml import format_duration
from tui.tokens.decode import decode
from tui.tokens.durations import format_minutes
from tui.tokens.token import NotAToken, Token

if TYPE_CHECKING:
    from tui.ordercloud import Exchange
    from tui.ordercloud.models import AccessToken
    from tui.ordercloud.models.base import JSON

_CLAIMS_FOR_PEOPLE = ("usr", "role", "orderid")


async def run(scenario: Scenario, stage: Stage, told: Callable[[Outcome], None] | None = None) -> Report:
    """Run a scenario on a stage. Never raises for what a server or network can do: that is in the report."""
    from tui.ordercloud.errors import OrderCloudError

    running = Running(stage)
    outcomes: list[Outcome] = []
    problem = ""
    identity = stage.opened.identity
    marketplace, began = f"{identity.marketplace} ({identity.kind or 'unknown'})", stage.now()

    def keep(outcome: Outcome) -> None:
        outcomes.append(outcome)
        if told is not None:
            told(outcome)

    try:
        if scenario.world is not None and stage.world is None:
            for outcome in await check_facts(scenario.world, stage.opened):
                keep(outcome)
        for step in scenario.steps:
            keep(await running.do(step))
    except (OrderCloudError, Declined, ValueError) as error:
        name = scenario.steps[min(len(outcomes), len(scenario.steps) - 1)].name
        problem = f"{name}: {error}"
    return Report(scenario.name, marketplace, began, tuple(outcomes), problem)


class Running:
    """Does steps in their order, and remembers what came of each."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._came: dict[str, Came] = {}
        self.exchanges: list[Exchange] = []

    @property
    def came(self) -> dict[str, Came]:
        """What came of each step so far, by its name. Who goes back takes out what has not been yet."""
        return self._came

    async def do(self, step: Step) -> Outcome:
        """Do a step. Raises the typed errors of what is no answer to it."""
        begun = time.perf_counter()
        came = await self._do(step)
        self._came[step.name] = came
        spent = (time.perf_counter() - begun) * 1000
        noticed = Noticing(self._stage, self._came, self.exchanges)
        differences = (*_differences(step, came), *await noticed.differences(step))
        return Outcome(
            step.name, deed_words(step), expected_words(step), _words(came), differences, step.why, step.check, spent
        )

    async def read(self, path: str) -> JSON:
        """Read something as the administrator; places in the path are filled in. Raises the typed errors."""
        filled = await Places(self._stage, self._came).path(path)
        return (await self._stage.opened.client.send("GET", filled)).response_body.json

    def answer(self, step: str) -> AccessToken | None:
        """Return the token that a step brought."""
        came = self._came.get(step)
        return None if came is None else came.answer

    async def _do(self, step: Step) -> Came:
        match step.deed:
            case Ask() as ask:
                return await self._ask(ask)
            case Call() as call:
                return await self._call(call)
            case Advance() as advance:
                self._stage.advance(advance.by)
                return Came()
            case Revoke() as revoke:
                await self._revoke(revoke.user)
                return Came()
            case Tell():
                return Came()

    async def _ask(self, ask: Ask) -> Came:
        from tui.ordercloud.errors import ApiError, OAuthRefused

        stage, refresh, caller = self._stage, self._refresh_token(ask), self._came.get(ask.caller)
        if refresh is None:
            return Came(not_tried=f'not tried: "{ask.refreshing}" gave no refresh token')
        if caller is not None and caller.answer is None:
            return Came(not_tried=f'not tried: "{ask.caller}" gave no token')
        by = "" if caller is None or caller.answer is None else caller.answer.access_token
        secret = await self._secret(ask)
        stage.opened.probe.take()
        try:
            answer = await send(ask, stage, secret, refresh, by)
        except ApiError as refused:
            if ask.grant is not Grant.IMPERSONATION and not isinstance(refused, OAuthRefused):
                raise
            return Came(refused=refused, status=refused.status, exchange=self._heard())
        except SignInRefused as refused:
            return Came(told=str(refused), exchange=self._heard())
        heard = self._heard()
        lives = 0 if answer.refresh_token is None else await stage.refresh_minutes(ask.api_client)
        if ask.grant is Grant.REFRESH and answer.refresh_token is None:
            answer = answer.model_copy(update={"refresh_token": refresh})  # it was left out, and stays good
        try:
            token = decode(answer.access_token)
        except NotAToken:
            token = None
        return Came(token, answer, status=200, exchange=heard, refresh_minutes=lives)

    def _refresh_token(self, ask: Ask) -> str | None:
        """Return the refresh token that a step sends, blank for none; None when it cannot be had."""
        if ask.refreshing == GIVEN_TOKEN:
            return self._stage.given.refresh
        if ask.refreshing == UNKNOWN_TOKEN:
            return "00000000-0000-4000-8000-000000000000"
        if ask.grant is not Grant.REFRESH or ask.refreshing == NO_TOKEN:
            return ""
        before = self._came[ask.refreshing].answer
        return (before.refresh_token or None) if before is not None else None

    async def _secret(self, ask: Ask) -> str | None:
        if not ask.secret_of:
            return await self._stage.secret(ask)
        made = self._came.get(ask.secret_of)
        try:
            return str(member_of(None if made is None else made.body, "ClientSecret"))
        except NoSuchMember:
            raise Declined(f'"{ask.secret_of}" made no secret.') from None

    def _heard(self) -> Exchange | None:
        heard = self._stage.opened.probe.take()
        self.exchanges += [] if heard is None else [heard]
        return heard

    async def _call(self, call: Call) -> Came:
        from tui.ordercloud.errors import ApiError

        stage, token = self._stage, None
        if call.changes and not stage.made:
            raise Declined(f"{call.method} {call.path}: changes are made only in a sandbox made for the scenario.")
        if call.token_of:
            answer = self._came[call.token_of].answer
            if answer is None:
                return Came(not_tried=f'not tried: "{call.token_of}" gave no token')
            token = answer.access_token
        places = Places(stage, self._came)
        path, body = await places.path(call.path), await places.body(call.body)
        client, came = stage.opened.client if token is None else stage.opened.tester, Came()
        for _ in range(call.times):
            try:
                exchange = await client.send(call.method, path, body=body, token=token)
                came = Came(status=exchange.status, exchange=exchange)
            except ApiError as refused:
                came = Came(refused=refused, status=refused.status, exchange=refused.exchange)
            self.exchanges += [] if came.exchange is None else [came.exchange]
        if call.changes:
            stage.forget()
        return came

    async def _revoke(self, username: str) -> None:
        stage = self._stage
        person = await stage.opened.marketplace.person(username)
        if stage.opened.sandbox is None:
            raise Declined(f"The tokens of {username} are not revoked in a real marketplace: people may be using them.")
        if person is None:
            raise Declined(f"There is no user {username} whose tokens could be revoked.")
        await users_of(stage.opened.client, person.party).revoke_tokens(person.user.id)


# -- words ------------------------------------------------------------------------------------------------------------


def deed_words(step: Step) -> str:
    """Say in a line what a step does."""
    match step.deed:
        case Ask() as ask:
            who = f" as {ask.user}" if ask.user else ""
            if not who and ask.refreshing not in ("", GIVEN_TOKEN):
                who = f' of "{ask.refreshing}"'
            by = f' with the token of "{ask.caller}"' if ask.caller else ""
            scope = f", scope {' '.join(ask.scope)}" if ask.scope else ""
            return f"{ask.grant.value.replace('_', ' ')} at {ask.api_client}{who}{by}{scope}"
        case Call() as call:
            times = f", {call.times} times" if call.times > 1 else ""
            return f"{call.method} {call.path} {_whose(call)}{times}"
        case Advance() as advance:
            return f"the clock goes on by {format_duration(advance.by)}"
        case Revoke() as revoke:
            return f"the tokens of {revoke.user} are revoked"
        case Tell():
            return "nothing is sent"


def _whose(call: Call) -> str:
    return f'with the token of "{call.token_of}"' if call.token_of else "as the administrator"


def expected_words(step: Step) -> str:
    """Say in a line what is expected; a try of which nothing is said should go well."""
    expect, parts = step.expect, []
    if expect.allowed is not None and not (expect.error or expect.code):
        parts.append("allowed" if expect.allowed else "refused")
    if expect.error or expect.code:
        parts.append(f"refused: {' '.join(each for each in (expect.error, expect.code) if each)}")
    if expect.status is not None:
        parts.append(f"status {expect.status}")
    if expect.roles is not None:
        parts.append(f"roles {', '.join(expect.roles) or 'none'}")
    if expect.access_minutes is not None:
        parts.append(f"access {format_minutes(expect.access_minutes)}")
    if expect.refresh_minutes is not None:
        parts.append("no refresh token" if expect.refresh_minutes == 0 else "a refresh token")
    parts += [f"{name} {_told(value)}" for name, value in expect.claims.items()]
    parts += noticed_words(expect)
    return ", ".join(parts) or ("allowed" if isinstance(step.deed, Ask | Call) else "")


def _words(came: Came) -> str:
    if came.not_tried:
        return came.not_tried
    if came.is_refused:
        code = "" if came.refused is None else came.refused.code
        return f"refused: {' '.join(each for each in (came.error, code) if each) or f'status {came.status}'}"
    if came.answer is not None:
        if came.token is None:
            return "an access token that cannot be read"
        claims = came.token.claims
        parts = [f"roles {', '.join(claims.role or ()) or 'none'}"]
        if claims.exp is not None and claims.iat is not None:
            parts.append(f"access {format_minutes((claims.exp - claims.iat) // 60)}")
        parts.append("a refresh token" if came.answer.refresh_token else "no refresh token")
        return f"allowed, {', '.join(parts)}"
    return "done" if came.status is None else f"status {came.status}"


def _told(value: object) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)


# -- comparing --------------------------------------------------------------------------------------------------------


def _differences(step: Step, came: Came) -> Iterator[str]:
    expect = step.expect
    if came.not_tried:
        yield f"{came.not_tried[0].upper()}{came.not_tried[1:]}."
        return
    if isinstance(step.deed, Advance | Revoke | Tell):
        return
    refused = expect.allowed is False or bool(expect.error or expect.code)
    if refused and not came.is_refused:
        yield "Expected a refusal; it was allowed."
        return
    wants_success = expect.allowed or (expect.allowed is None and not refused and expect.status is None)
    if wants_success and came.is_refused:
        yield f"Expected it to be allowed; it was {_words(came)}."
        return
    if expect.status is not None and expect.status != came.status:
        yield f"Expected status {expect.status}; it was {came.status}."
    if came.is_refused:
        code = "" if came.refused is None else came.refused.code
        if expect.error and expect.error != came.error:
            yield f"Expected the error {expect.error}; it was {came.error.rstrip('.') or 'none'}."
        if expect.code and expect.code != code:
            yield f"Expected the ErrorCode {expect.code}; it was {code or 'none'}."
    if came.answer is not None:
        yield from _token_differences(expect, came.answer, came.token)


def _token_differences(expect: Expect, answer: AccessToken, token: Token | None) -> Iterator[str]:
    if token is None:
        yield "The access token cannot be read."
        return
    claims = token.claims
    if expect.roles is not None:
        got, wanted = set(claims.role or ()), set(expect.roles)
        if missing := sorted(wanted - got):
            yield f"Expected roles are missing: {', '.join(missing)}."
        if more := sorted(got - wanted):
            yield f"Roles came that were not expected: {', '.join(more)}."
    if expect.access_minutes is not None:
        lives = None if claims.exp is None or claims.iat is None else claims.exp - claims.iat
        if lives != expect.access_minutes * 60:
            yield f"Expected an access token of {expect.access_minutes * 60} seconds; it has {lives}."
    if expect.refresh_minutes is not None and bool(answer.refresh_token) != (expect.refresh_minutes > 0):
        came = "one came" if answer.refresh_token else "none came"
        yield f"Expected {'a' if expect.refresh_minutes > 0 else 'no'} refresh token; {came}."
    for name, wanted_claim in expect.claims.items():
        yield from _claim_differences(name, wanted_claim, token)


def _claim_differences(name: str, wanted: Scalar, token: Token) -> Iterator[str]:
    if name not in token.claims_json:
        if wanted is not False:
            yield f"Expected the claim {name}; it is not there."
        return
    value = token.claims_json[name]
    found = tuple(value) if isinstance(value, list) else value
    if wanted is True and found is not False:
        return  # it is there, whatever it says
    same = str(found).casefold() == str(wanted).casefold() if name in ("cid", "usr") else found == wanted
    if not same:
        yield f"Expected the claim {name} to be {_told(wanted)}; it is {_told(found)}."
