"""What can be done with all the API clients that are selected: each a list of changes first, then one job."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tui.access.limits import DURATIONS
from tui.access.words import count
from tui.access.xp import same_json
from tui.panes.bulk_screen import do_many
from tui.panes.changing import Kind, Question
from tui.panes.client_draft import FIELDS, read_json, said
from tui.session.client_jobs import delete_job, patch_job
from tui.tokens.durations import parse_minutes
from tui.widgets.dialogs import Ask, Choose
from tui.widgets.plain import plain

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient
    from tui.ordercloud.models.base import JSON
    from tui.panes.mode import ModePane
    from tui.session.session import Session

_DEEDS = (
    ("activate", "Activate"),
    ("deactivate", "Deactivate"),
    ("durations", "Change token durations…"),
    ("tag", "Set a member of xp…"),
    ("export", "Export to a file…"),
    ("delete", "Delete"),
)
_MINUTES = ("AccessTokenDuration", "RefreshTokenDuration", "AnonymousTokenDuration")


async def choose(pane: ModePane, api_clients: Sequence[ApiClient]) -> None:
    """Let the person choose what is done with the API clients selected, and do it."""
    title = f"With {count(len(api_clients), 'API client')}"
    deed = await pane.app.push_screen_wait(Choose(title, _DEEDS))
    if deed in ("activate", "deactivate"):
        await switch(pane, api_clients, active=deed == "activate")
    elif deed == "durations":
        await _change_durations(pane, api_clients)
    elif deed == "tag":
        await _set_member(pane, api_clients)
    elif deed == "export":
        await _export(pane, api_clients)
    elif deed == "delete":
        await delete(pane, api_clients)


async def switch(pane: ModePane, api_clients: Sequence[ApiClient], *, active: bool) -> None:
    """Activate API clients, or deactivate them."""
    kind, word = (Kind.ACTIVATE, "Activate") if active else (Kind.DEACTIVATE, "Deactivate")
    told = "" if active else "Nobody can sign in through them then, and tokens that are out stop working at once."
    await _patch(pane, [(each, {"Active": active}) for each in api_clients], kind, word, told)


async def delete(pane: ModePane, api_clients: Sequence[ApiClient]) -> None:
    """Delete API clients, after a list of them."""
    title = f"Delete {count(len(api_clients), 'API client')}"
    told = "With their secrets and assignments. Their IDs never come back, and their tokens stop working at once."
    session = pane.session
    way_in = session.marketplace.way_in
    reasons = [await way_in.after_deleting(each) for each in api_clients]
    told = _warned(session, api_clients, reasons, told)
    job = delete_job(session.marketplace, title, api_clients, timer=session.timer)
    name = api_clients[0].app_name if len(api_clients) == 1 else str(len(api_clients))
    await do_many(pane, session, job, Question(Kind.DELETE, title, told, "Delete", name))


async def _change_durations(pane: ModePane, api_clients: Sequence[ApiClient]) -> None:
    def fields_of(given: Sequence[str]) -> dict[str, JSON]:
        return {name: parse_minutes(text) for name, text in zip(_MINUTES, given, strict=True) if text.strip()}

    def check(given: Sequence[str]) -> str | None:
        try:
            fields = fields_of(given)
        except ValueError as problem:
            return str(problem)
        for name, minutes in fields.items():
            limit = DURATIONS[name]
            if not isinstance(minutes, int) or not limit.minimum <= minutes <= limit.maximum:
                return f"{FIELDS[name].label}: {limit.minimum:,} to {limit.maximum:,} minutes."
        return None if fields else "Nothing is typed; a blank field stays as it is."

    labels = tuple((FIELDS[name].label, "", False) for name in _MINUTES)
    told = "Write 90, 1h30, 10h or 30d; what is left blank stays as it is."
    given = await pane.app.push_screen_wait(
        Ask(f"Durations of {count(len(api_clients), 'API client')}", labels, body=told, yes="Show", check=check)
    )
    if given is not None:
        fields = fields_of(given)
        await _patch(pane, [(each, fields) for each in api_clients], Kind.SAVE, "Change durations of", "")


async def _set_member(pane: ModePane, api_clients: Sequence[ApiClient]) -> None:
    def check(given: Sequence[str]) -> str | None:
        try:
            read_value(given[1])
        except ValueError as problem:
            return str(problem)
        return None if given[0].strip() else "Name the member."

    told = "The value is JSON, or else text; a blank value takes the member away (it stays as null)."
    given = await pane.app.push_screen_wait(
        Ask(
            f"xp of {count(len(api_clients), 'API client')}",
            (("Member", "", False), ("Value", "", False)),
            body=told,
            yes="Show",
            check=check,
        )
    )
    if given is None:
        return
    member, value = given[0].strip(), read_value(given[1])
    changes: list[tuple[ApiClient, Mapping[str, JSON]]] = []
    for each in api_clients:
        members = {name: kept for name, kept in (each.xp or {}).items() if name != member}
        changes.append((each, {"xp": members if value is None else {**members, member: value}}))
    await _patch(pane, changes, Kind.SAVE, f"Set xp.{plain(member)} of", "")


def read_value(text: str) -> JSON:
    """Return what was typed as JSON, or as text where it is none; None when nothing was.

    Raises:
        ValueError: It cannot be sent; the message is for people.
    """
    if not text.strip():
        return None
    try:
        return read_json(text)
    except json.JSONDecodeError:
        return text.strip()


async def _export(pane: ModePane, api_clients: Sequence[ApiClient]) -> None:
    from tui.panes.file_commands import export_to_file

    await export_to_file(pane.app, pane.session, [each.id for each in api_clients])


async def _patch(
    pane: ModePane, wanted: Sequence[tuple[ApiClient, Mapping[str, JSON]]], kind: Kind, word: str, told: str
) -> None:
    """Show the changes that are any, and make them when the person says so."""
    changes = [(each, fields) for each, fields in wanted if _differ(each, fields)]
    if not changes:
        pane.tell("All of them are so already; there is nothing to change.")
        return
    title = f"{word} {count(len(changes), 'API client')}"
    if same := len(wanted) - len(changes):
        told = f"{told}\n{count(same, 'API client')} more {'is' if same == 1 else 'are'} so already.".strip()
    session = pane.session
    reasons = [await session.marketplace.way_in.after_patch(*each) for each in changes]
    told = _warned(session, [each for each, _ in changes], reasons, told)
    job = patch_job(session.marketplace, title, changes, detail=_told, timer=session.timer)
    name = changes[0][0].app_name if len(changes) == 1 else str(len(changes))
    await do_many(pane, session, job, Question(kind, title, told, word.split()[0], name))


def _warned(session: Session, api_clients: Sequence[ApiClient], reasons: Sequence[str | None], told: str) -> str:
    """Say first that the console could not get in any more, where that is so."""
    for each, reason in zip(api_clients, reasons, strict=True):
        if reason is not None:
            what = "It is left as it is" if session.marketplace.way_in.own.embedded else "Then it could not get in"
            return f"▲ The console is signed in through {plain(each.app_name)}. {what}: {reason}\n{told}".rstrip()
    return told


def _differ(api_client: ApiClient, fields: Mapping[str, JSON]) -> bool:
    wire = api_client.to_wire()
    return any(not same_json(wire.get(name), value) for name, value in fields.items())


def _told(api_client: ApiClient, fields: Mapping[str, JSON]) -> str:
    wire = api_client.to_wire()
    changed = ((name, value) for name, value in fields.items() if not same_json(wire.get(name), value))
    return "; ".join(
        f"{FIELDS[name].label} {said(FIELDS[name].kind, wire.get(name))} → {said(FIELDS[name].kind, value)}"
        for name, value in changed
    )
