"""What mends an API client, as it is shown before it is done."""

from __future__ import annotations

from collections.abc import Iterator

from textual.content import Content

from tui.access.advice import Advice, Assign, DeleteSecrets, Fix, Patch, Unassign
from tui.access.advice.telling import secret_names
from tui.access.facts import PartyKind
from tui.panes.client_draft import FIELDS, said
from tui.session.advising import Consequences, Situation
from tui.widgets.fact_sheet import Fact
from tui.widgets.plain import literal

_SHOWN = 12
"""So many companies are named one by one."""


def consequence_facts(consequences: Consequences, advice: Advice) -> list[Fact]:
    """Say what else a fix settles, and what it raises."""
    others = [each for each in consequences.settled if each.id != advice.id]
    facts = [Fact("" if number else "Settles", literal(each.title, "$muted")) for number, each in enumerate(others)]
    raised = enumerate(consequences.raised)
    return facts + [Fact("" if number else "Raises", literal(f"▲ {each.title}", "$warning")) for number, each in raised]


def mend_facts(situation: Situation, fix: Fix) -> list[Fact]:
    """Say what a fix changes."""
    return [Fact("" if number else "Mend", line) for number, line in enumerate(_changes(situation, fix))]


def fix_told(situation: Situation, fix: Fix, consequences: Consequences) -> Content:
    """Say line by line what a fix changes, what that does to the advice, and what is sent."""
    lines = list(_changes(situation, fix))
    if isinstance(fix, DeleteSecrets):
        one = len(lines) == 1
        lines.append(literal(f"Whoever signs in with {'it' if one else 'one of them'} is refused from then on."))
    if consequences.settled or consequences.raised:
        lines.append(Content(""))
    lines += [literal(f"✓ settles: {each.title}", "$allowed") for each in consequences.settled]
    lines += [literal(f"▲ raises: {each.title}", "$warning") for each in consequences.raised]
    lines += [Content(""), *(literal(each, "$muted") for each in _requests(situation, fix))]
    return Content("\n").join(lines)


def _changes(situation: Situation, fix: Fix) -> Iterator[Content]:
    if isinstance(fix, Patch):
        wire = situation.api_client.to_wire()
        for name, value in fix.changes.items():
            field = FIELDS[name]
            before, after = said(field.kind, wire.get(name)), said(field.kind, value)
            yield Content.assemble(literal(f"{field.label}: ", "bold"), literal(before), " → ", literal(after))
    elif isinstance(fix, DeleteSecrets):
        for secret in secret_names(fix, situation.secrets):
            yield literal(f"− {secret}", "$refused")
    else:
        sign, style = ("+", "$allowed") if isinstance(fix, Assign) else ("−", "$refused")
        for party in fix.parties[:_SHOWN]:
            yield literal(f"{sign} {party.kind} {party.label}", style)
        if len(fix.parties) > _SHOWN:
            yield literal(f"{sign} and {len(fix.parties) - _SHOWN} more", style)


def _requests(situation: Situation, fix: Fix) -> Iterator[str]:
    """Give what goes over the wire."""
    path = f"/v1/apiclients/{situation.api_client.id}"
    if isinstance(fix, Patch):
        yield f"PATCH {path}"
    elif isinstance(fix, DeleteSecrets):
        if fix.ids:
            times = f", {len(fix.ids)} times" if len(fix.ids) > 1 else ""
            yield f"DELETE {path}/secrets/…{times}"
        if fix.legacy:
            yield f"PATCH {path}"
    elif isinstance(fix, Assign):
        yield f"POST /v1/apiclients/assignments{_times(fix)}"
    else:
        kinds = {"/v1/buyers" if each.kind is PartyKind.BUYER else "/v1/suppliers" for each in fix.parties}
        for kind in sorted(kinds):
            yield f"DELETE {kind}/…/ApiClients/Assignments/{situation.api_client.id}{_times(fix)}"


def _times(fix: Assign | Unassign) -> str:
    return f", {len(fix.parties)} times" if len(fix.parties) > 1 else ""
