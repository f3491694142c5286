"""`ocgate matrix` and `ocgate ways`: who gets in, and by which ways. Nothing is changed, and nothing tried."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tui.exits import Exit, UsageError
from tui.headless.finding import api_client_called, every_api_client, user_called
from tui.headless.opening import opened_session, put_in, run, say, write
from tui.visible import visible

if TYPE_CHECKING:
    from tui.config.request import ConsoleRequest
    from tui.session.session import Session
    from tui.session.who_can import Answered, Question


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is written: words that narrow parties and API clients, the form (None by the file's name), and where."""

    parties: str = ""
    api_clients: str = ""
    form: str | None = None
    output: Path | None = None


def matrix(request: ConsoleRequest, wanted: Wanted) -> int:
    """Write the matrix. Raises UsageError where nothing says in which form."""
    from tui.session.matrix_export import SUFFIXES, form_of

    form = wanted.form or ("text" if wanted.output is None else form_of(wanted.output))
    if form is None:
        raise UsageError(f"in which form? Name the file with one of {' '.join(SUFFIXES)}, or give --format.")
    return run(partial(_matrix, request, wanted, form))


async def _matrix(request: ConsoleRequest, wanted: Wanted, form: str) -> int:
    from tui.access.matrix import AccessMatrix, client_texts, narrowed, party_texts
    from tui.session.matrix_export import FORMATS, Sheet, write_sheet
    from tui.session.picturing import read_picture

    async with opened_session(request) as session:
        parts = AccessMatrix(*await read_picture(session.marketplace))
        sheet = Sheet(
            session.identity.marketplace,
            session.clock(),
            parts,
            narrowed(party_texts(parts.parties), wanted.parties),
            narrowed(client_texts(parts.api_clients), wanted.api_clients),
        )
    if (file := wanted.output) is None:
        for piece in FORMATS[form](sheet):
            write(piece)
        return Exit.OK
    if not put_in(file, lambda: write_sheet(sheet, form, file)):
        return Exit.USAGE
    say(f"{sheet.title}: {sheet.told}, written to {file} as {form}.")
    return Exit.OK


# -- ways -------------------------------------------------------------------------------------------------------------


def ways(request: ConsoleRequest, *, user: str | None, client: str | None, role: str | None, as_json: bool) -> int:
    """Give every way of a user, through an API client, or to a role."""
    return run(partial(_ways, request, user, client, role, as_json=as_json))


async def _ways(
    request: ConsoleRequest, user: str | None, client: str | None, role: str | None, *, as_json: bool
) -> int:
    from tui.session.profile_gifts import ProfileGifts
    from tui.session.who_can import answer_question

    async with opened_session(request) as session:
        question = await _question(session, user, client, role)
        answered = await answer_question(session.marketplace, question, session.clock(), ProfileGifts(session.client))
    write(_as_json(answered) if as_json else _as_text(answered))
    return Exit.OK if answered.answer.ways else Exit.FAILED


async def _question(session: Session, user: str | None, client: str | None, role: str | None) -> Question:
    from tui.session.who_can import About, Question

    await every_api_client(session)
    if user is not None:
        return Question(About.USER, (await user_called(session, user)).user.username)
    if client is not None:
        found = await api_client_called(session, client)
        return Question(About.API_CLIENT, found.id, found.app_name)
    return Question(About.ROLE, role or "")


def _as_text(answered: Answered) -> str:
    from tui.session.who_can import profiles_told

    found = answered.answer
    lines = [answered.question.words, *(f"  {each}" for each in (*found.told(), *answered.remarks))]
    for each in found.ways:
        gifts = answered.gifts.get(each.user.username, ())
        through = f"  from {profiles_told(gifts, found.role)}" if found.role is not None and gifts else ""
        what = "" if found.role is not None else f"  {', '.join(each.roles)}"
        lines.append(f"  {each.user.username:22}  {each.api_client.app_name:24}  {each.grant.value:18}{what}{through}")
    return "".join(f"{visible(line).rstrip()}\n" for line in lines)


def _as_json(answered: Answered) -> str:
    found = answered.answer
    document = {
        "Question": answered.question.words,
        "Answer": [*found.told(), *answered.remarks],
        "Ways": [
            {
                "User": each.user.username,
                "PartyKind": each.user.party.kind.value,
                "PartyID": each.user.party.id,
                "ApiClientID": each.api_client.id,
                "ApiClient": each.api_client.app_name,
                "Grant": each.grant.value,
                "Roles": [*each.roles],
                "SecurityProfiles": [
                    {"ID": gift.profile_id, "Through": gift.through}
                    for gift in answered.gifts.get(each.user.username, ())
                ],
            }
            for each in found.ways
        ],
        "Refused": {"role not granted" if check is None else check.title: n for check, n in found.blocked.items()},
    }
    return json.dumps(document, indent=2) + "\n"
