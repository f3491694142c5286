"""`ocgate token`: asks for a token, says what was expected, and writes the token on standard output."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tui.exits import Exit, UsageError
from tui.headless.finding import api_client_called
from tui.headless.opening import ask_secret, has_terminal, opened_session, run, say, write

if TYPE_CHECKING:
    from tui.config.request import ConsoleRequest
    from tui.ordercloud.models import AccessToken, ApiClient
    from tui.session.scenarios.document import Ask, Step
    from tui.session.scenarios.report import Outcome
    from tui.session.scenarios.stage import Given, Stage
    from tui.session.session import Session

PASSWORD, SECRET, REFRESH = "OCGATE_TOKEN_PASSWORD", "OCGATE_TOKEN_SECRET", "OCGATE_TOKEN_REFRESH"
_MOST = 1 << 16
_NAME_USER = ("password", "impersonation", "openid_connect", "one_time_password")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What token is asked for. The files hold what is secret; `-` is standard input."""

    grant: str
    api_client: str
    user: str | None = None
    roles: str | None = None
    visitor: str | None = None
    password_file: Path | None = None
    secret_file: Path | None = None
    refresh_file: Path | None = None


def token(request: ConsoleRequest, wanted: Wanted, *, as_json: bool) -> int:
    """Ask for a token."""
    files = [each for each in (wanted.password_file, wanted.secret_file, wanted.refresh_file) if each == Path("-")]
    if len(files) > 1:
        raise UsageError("standard input can hold one of password, client secret and refresh token only.")
    names_user = wanted.grant in _NAME_USER
    if names_user and not wanted.user:
        raise UsageError(f"whose token? `ocgate token {wanted.grant} CLIENT USER`.")
    if wanted.user and not names_user:
        raise UsageError(f"the grant {wanted.grant} names no user: take {wanted.user} out.")
    return run(partial(_token, request, wanted, _given(wanted, os.environ), as_json=as_json))


def _given(wanted: Wanted, environ: Mapping[str, str]) -> Given:
    from tui.session.scenarios.stage import Given

    return Given(
        _secret(wanted.password_file, environ.get(PASSWORD, "")),
        _secret(wanted.secret_file, environ.get(SECRET, "")),
        _secret(wanted.refresh_file, environ.get(REFRESH, "")),
    )


def _secret(file: Path | None, otherwise: str) -> str:
    """Read a secret from a file or standard input; a line break at its end is none of it."""
    if file is None:
        return otherwise
    try:
        content = sys.stdin.buffer.read(_MOST) if file == Path("-") else file.read_bytes()[:_MOST]
        return content.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise UsageError(f"{file} is not UTF-8 text.") from None
    except OSError as error:
        raise UsageError(f"{file} could not be read: {error.strerror or error}.") from None


async def _token(request: ConsoleRequest, wanted: Wanted, given: Given, *, as_json: bool) -> int:
    from tui.session.scenarios.document import Expect
    from tui.session.scenarios.runner import Running
    from tui.session.scenarios.stage import NotKnown, stage_of

    async with opened_session(request) as session:
        api_client = await api_client_called(session, wanted.api_client)
        stage = replace(stage_of(session), given=given)
        ask = _ask(wanted, api_client)
        if wanted.grant == "password" and has_terminal():
            try:
                await stage.password(ask)
            except NotKnown:
                stage = replace(stage, given=replace(given, password=ask_secret(f"Password of {ask.user}")))
        if wanted.grant == "refresh" and not given.refresh:
            raise UsageError(f"which refresh token? Set {REFRESH}, or name a file with --refresh-file (- reads it in).")
        step = await _step(session, stage, ask, api_client)
        running = Running(stage)
        outcome = await running.do(step)
        answer = running.answer(step.name)
    known = step.expect != Expect()
    if as_json:
        write(json.dumps(_document(answer, outcome, known=known), indent=2) + "\n")
    elif answer is not None:
        write(f"{answer.access_token}\n")
    who = f" as {wanted.user}" if wanted.user else ""
    say(f"{wanted.grant.replace('_', ' ')} at {api_client.app_name}{who}: {outcome.actual}")
    if outcome.why:
        say(outcome.why)
    for difference in outcome.differences if known else ():
        say(f"Not as expected: {difference}")
    return Exit.FAILED if answer is None else Exit.OK


def _ask(wanted: Wanted, api_client: ApiClient) -> Ask:
    from tui.session.scenarios.document import GIVEN_TOKEN, Ask, Grant

    return Ask(
        Grant(wanted.grant),
        api_client.id,
        wanted.user or "",
        scope=tuple((wanted.roles or "").split()),
        refreshing=GIVEN_TOKEN if wanted.grant == "refresh" else "",
        visitor=wanted.visitor or "",
    )


async def _step(session: Session, stage: Stage, ask: Ask, api_client: ApiClient) -> Step:
    """Put together what the rules expect. Of a refresh they expect nothing: whose the token is, it does not tell.

    The ways that do not lead over the token endpoint with a user's password are judged in the console alone.
    """
    from tui.access.attempt import Facts, PasswordEvidence
    from tui.session.evidence import secret_evidence
    from tui.session.scenarios.document import Grant, Step
    from tui.session.scenarios.tries import Tried

    if ask.refreshing or ask.grant in (Grant.IMPERSONATION, Grant.OPENID, Grant.ONE_TIME):
        return Step("token", ask)
    marketplace = session.marketplace
    secrets = await marketplace.secrets(api_client.id)
    person = await marketplace.person(ask.user or api_client.default_context_user_name)
    facts = Facts(
        api_client,
        secrets,
        await marketplace.assignments(api_client.id),
        None if person is None else person.facts(),
        marketplace.seller.active,
    )
    evidence = secret_evidence(await stage.secret(ask) or "", api_client, named=bool(secrets))
    return Tried("token", ask, facts, evidence, PasswordEvidence.ASSUMED).step(session.clock())


def _document(answer: AccessToken | None, outcome: Outcome, *, known: bool) -> Mapping[str, object]:
    """Return what is written for programs; `known` says whether anything was expected."""
    told = {
        "expected": outcome.expected if known else None,
        "actual": outcome.actual,
        "agreed": outcome.agreed if known else None,
        "why": outcome.why or None,
    }
    if answer is None:
        return {"allowed": False, **told}
    return {
        "allowed": True,
        "access_token": answer.access_token,
        "token_type": answer.token_type,
        "expires_in": answer.expires_in,
        "refresh_token": answer.refresh_token,
        **told,
    }
