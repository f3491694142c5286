"""`ocgate who`, `ocgate can` and `ocgate advice`: what the rules say of a marketplace. Nothing is changed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from tui.exits import Exit, UsageError
from tui.headless.finding import api_client_called, every_api_client, user_called
from tui.headless.opening import opened_session, run, write
from tui.visible import visible

if TYPE_CHECKING:
    from tui.access.advice import Advice
    from tui.access.decision import Decision
    from tui.access.facts import Party
    from tui.config.request import ConsoleRequest
    from tui.ordercloud.models import ApiClient
    from tui.session.advising import Given

JSONObject = Mapping[str, object]


def who(request: ConsoleRequest, wanted: str, *, as_json: bool, every: bool) -> int:
    """Say who may use an API client, and by which grants."""
    return run(partial(_who, request, wanted, as_json=as_json, every=every))


async def _who(request: ConsoleRequest, wanted: str, *, as_json: bool, every: bool) -> int:
    from tui.access.grants import offers
    from tui.access.parties import Gate
    from tui.access.summary import who_in_words

    async with opened_session(request) as session:
        marketplace = session.marketplace
        api_client = await api_client_called(session, wanted)
        assignments = await marketplace.assignments(api_client.id)
        companies = await marketplace.companies()
        context = await marketplace.person(api_client.default_context_user_name)
        secrets = await marketplace.secrets(api_client.id)
        grants = offers(api_client, secrets, assignments, None if context is None else context.facts())
        gate = Gate.of(api_client, assignments)
        parties = [(party, gate.access(party)) for party in companies.parties(marketplace.seller)]
    document = {
        "ApiClient": {"ID": api_client.id, "AppName": api_client.app_name, "Active": api_client.active},
        "Summary": who_in_words(api_client, assignments),
        "Grants": [{"Grant": str(each.kind), "Offered": each.can, "Why": each.why} for each in grants],
        "Parties": [
            {
                **_party(party),
                "Allowed": access.allowed,
                "By": str(access.by),
                "AssignmentNullified": access.nullified,
                "Reason": access.reason,
            }
            for party, access in parties
            if access.allowed or every
        ],
        "Refused": sum(not access.allowed for _, access in parties),
    }
    if as_json:
        _write_json(document)
        return Exit.OK
    state = "" if api_client.active else " It is not active, and that stops every grant."
    lines = [f"{api_client.app_name} ({api_client.id})", f"{document['Summary']}{state}", "", "Grants"]
    lines += [f"  {'✓' if each.can else '·'} {each.kind:18}  {each.why}" for each in grants]
    lines += ["", f"Parties, of {len(parties)}"]
    width = min(max((len(party.label) for party, _ in parties), default=0), 40)
    for party, access in parties:
        if access.allowed or every:
            lines.append(f"  {'✓' if access.allowed else '·'} {party.label:{width}}  {party.kind:8}  {access.reason}")
    if not every and document["Refused"]:
        lines.append(f"  {document['Refused']} may not; --all shows them with the reason")
    _write_lines(lines)
    return Exit.OK


def _party(party: Party) -> JSONObject:
    return {"Kind": str(party.kind), "ID": party.id, "Name": party.label, "Active": party.active}


# -- may this user ----------------------------------------------------------------------------------------------------


def can(request: ConsoleRequest, username: str, wanted: str, grant: str, *, as_json: bool) -> int:
    """Say whether a user gets a token by a grant, and why."""
    return run(partial(_can, request, username, wanted, grant, as_json=as_json))


async def _can(request: ConsoleRequest, username: str, wanted: str, grant: str, *, as_json: bool) -> int:
    from tui.access.attempt import Attempt, Facts, PasswordEvidence, RefreshEvidence, SecretEvidence
    from tui.access.decide import decide

    async with opened_session(request) as session:
        marketplace = session.marketplace
        api_client = await api_client_called(session, wanted)
        person = await user_called(session, username)
        context = api_client.default_context_user_name or ""
        by_credentials = grant in ("client_credentials", "anonymous")
        if by_credentials and context.casefold() != username.casefold():
            acts = f"acts as {context}" if context else "acts as nobody: no default context user is set"
            raise UsageError(f"a {grant} token of {api_client.app_name} {acts}; {username} has no part in it.")
        secrets = await marketplace.secrets(api_client.id)
        has_secret = bool(secrets or api_client.client_secret)
        wire = {"anonymous": "client_credentials", "refresh": "refresh_token"}
        decision = decide(
            Attempt(
                wire.get(grant, grant),
                api_client.id,
                secret=SecretEvidence.ASSUMED if has_secret else SecretEvidence.ABSENT,
                password=PasswordEvidence.ASSUMED,
                refresh=RefreshEvidence.ASSUMED,
            ),
            Facts(
                api_client,
                secrets,
                await marketplace.assignments(api_client.id),
                person.facts(),
                marketplace.seller.active,
            ),
            session.clock(),
        )
    if as_json:
        about = {"User": person.user.username, "ApiClient": api_client.app_name, "Grant": grant}
        _write_json({**about, **decision_json(decision)})
    else:
        yes = "yes" if decision.allowed else "no"
        head = f"{yes}: {person.user.username} at {api_client.app_name} by {grant.replace('_', ' ')}"
        _write_lines([head, *decision_lines(decision)])
    return Exit.OK if decision.allowed else Exit.FAILED


def decision_json(decision: Decision) -> JSONObject:
    """Return a decision for programs."""
    lifetimes, error = decision.lifetimes, decision.error
    return {
        "Allowed": decision.allowed,
        "Check": None if decision.check is None else {"Number": decision.check.value, "Title": decision.check.title},
        "Error": None if error is None else {"error": error.error, "ErrorCode": error.code},
        "Roles": [*decision.roles],
        "AccessMinutes": None if lifetimes is None else lifetimes.access_minutes,
        "RefreshMinutes": None if lifetimes is None else lifetimes.refresh_minutes,
        "Anonymous": decision.anonymous,
        "Reasons": [*decision.reasons],
        "NearMisses": [*decision.near_misses],
        "Assumptions": [*decision.assumptions],
    }


def decision_lines(decision: Decision) -> Sequence[str]:
    """Return a decision for people."""
    from tui.tokens.durations import format_minutes

    lines = []
    if decision.check is not None and decision.error is not None:
        lines.append(f"  refused by check {decision.check.value}, {decision.check.title}: {decision.error.code}")
    if decision.allowed and decision.lifetimes is not None:
        refresh = decision.lifetimes.refresh_minutes
        lives = f"access {format_minutes(decision.lifetimes.access_minutes)}"
        lives += f", refresh {format_minutes(refresh)}" if refresh else ", no refresh token"
        lines += [f"  roles: {', '.join(decision.roles)}", f"  lives: {lives}"]
    lines += [f"  {each}" for each in decision.reasons]
    lines += [f"  near miss: {each}" for each in decision.near_misses]
    lines += [f"  assumed: {each}" for each in decision.assumptions]
    return lines


# -- advice -----------------------------------------------------------------------------------------------------------


def advice(request: ConsoleRequest, wanted: str | None, *, as_json: bool) -> int:
    """Advise on an API client, or on all."""
    return run(partial(_advice, request, wanted, as_json=as_json))


async def _advice(request: ConsoleRequest, wanted: str | None, *, as_json: bool) -> int:
    from tui.access.words import count
    from tui.session.advising import Advisor, situation_of

    async with opened_session(request) as session:
        advisor = Advisor(session)
        every = await every_api_client(session)
        chosen = every if wanted is None else (await api_client_called(session, wanted),)
        await advisor.look_further()
        found = [(each, advisor.advice(await situation_of(session.marketplace, each))) for each in chosen]
    errors = sum(each.severity.value == "error" for _, given in found for each in given.advice)
    if as_json:
        _write_json({"ApiClients": [_advice_json(each, given) for each, given in found], "Errors": errors})
    else:
        lines: list[str] = []
        for api_client, given in found:
            if given.advice:
                lines += [f"{api_client.app_name} ({api_client.id})", *map(_advice_line, given.advice)]
            if given.silenced:
                lines.append(f"  {len(given.silenced)} silenced")
        total = sum(len(given.advice) for _, given in found)
        _write_lines([*lines, f"Advice: {total}, {errors} of them errors; {count(len(found), 'API client')}"])
    return Exit.FAILED if errors else Exit.OK


def _advice_line(each: Advice) -> str:
    return f"  {each.severity.value:8}{each.title}. {each.reason} [{each.id}]"


def _advice_json(api_client: ApiClient, given: Given) -> JSONObject:
    return {
        "ID": api_client.id,
        "AppName": api_client.app_name,
        "Advice": [
            {
                "Rule": each.id,
                "Severity": each.severity.value,
                "Title": each.title,
                "Reason": each.reason,
                "Fields": [*each.fields],
                "CanBeMended": each.fix is not None,
            }
            for each in given.advice
        ],
        "Silenced": len(given.silenced),
    }


def _write_lines(lines: Sequence[str]) -> None:
    write("".join(f"{visible(line)}\n" for line in lines))


def _write_json(document: JSONObject) -> None:
    write(json.dumps(document, indent=2) + "\n")
