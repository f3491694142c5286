"""A draft of Access as a plan: what is wanted is what is there now, but for the changes of the draft."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.access.what_if import Draft, Edit, Of
from tui.session.declared.document import COMPANIES, NAME, Document, Entry, tidy
from tui.session.declared.plan import How, Match, Plan, Problem, Step, Verb
from tui.session.declared.reading import make_plan
from tui.session.facts import party_of

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClientAssignment
    from tui.session.marketplace import Marketplace
    from tui.session.opening import Opened


async def make_draft_plan(opened: Opened, draft: Draft) -> Plan:
    """Compare a draft with the marketplace as it is now. Raises the errors of the typed client."""
    marketplace = opened.marketplace
    marketplace.forget()
    ids = list(dict.fromkeys(each.id for each in draft.edits if each.of in (Of.API_CLIENT, Of.ASSIGNMENT)))
    entries = [await _entry(marketplace, draft, id) for id in ids]
    plan = await make_plan(opened, Document(tuple(entries), source=draft.name)) if entries else Plan()
    there = {match.id.casefold() for match in plan.matches}
    names = {each.id: each.label for each in draft.edits}
    problems = [Problem(names[id], "", "it is not there any more") for id in ids if id.casefold() not in there]
    problems += [each for each in plan.problems if each.label not in ids]
    steps = list(plan.steps)
    for edit in (*draft.of(Of.COMPANY), *draft.of(Of.USER)):
        found = await _active_step(marketplace, edit)
        if isinstance(found, Problem):
            problems.append(found)
        elif found is not None:
            steps.append(found)
    order = list(Verb)
    return Plan(
        tuple(sorted(steps, key=lambda step: order.index(step.verb))),
        tuple(problems),
        plan.matches,
        remarks=plan.remarks,
        source=draft.name,
    )


async def _entry(marketplace: Marketplace, draft: Draft, id: str) -> Entry:
    """Return an API client as the draft wants it; of its companies, those of now but for the draft's."""
    # It says no name: one that was given another one meanwhile keeps that.
    fields = {
        name: tidy(name, list(value) if isinstance(value, tuple) else value)
        for name, value in draft.fields_of(id).items()
    }
    edits = [each for each in draft.of(Of.ASSIGNMENT) if each.id == id and each.party is not None]
    if not edits:
        return Entry(id, fields)
    now = [party_of(each, {}) for each in await _assigned(marketplace, id)]
    wanted = draft.companies_of(id, now)
    touched = {each.party.kind for each in edits if each.party is not None}
    companies = {
        kind: frozenset(each.id for each in wanted if each.kind is party_kind)
        for kind, party_kind in COMPANIES.items()
        if party_kind in touched
    }
    return Entry(id, fields, companies)


async def _assigned(marketplace: Marketplace, id: str) -> Sequence[ApiClientAssignment]:
    from tui.ordercloud.errors import NotFound

    try:
        return await marketplace.assignments_now(id)
    except NotFound:
        return ()  # the plan says that it is gone


async def _active_step(marketplace: Marketplace, edit: Edit) -> Step | Problem | None:
    """Return the step that makes a company or user as the draft wants it; None where it is so already."""
    party = edit.party
    assert party is not None, "an edit of a company or user tells whose it is"
    username, id, why = "", edit.id, "the draft wants it so"
    if edit.of is Of.USER:
        person = await marketplace.person(edit.id)
        if person is None:
            return Problem(edit.label, "", "there is no such user any more")
        username, id, party, active = person.user.username, person.user.id, person.party, person.user.active
        if not edit.after:
            why = "nobody can sign in as this user then, and its tokens stop at once"
    else:
        parties = (await marketplace.companies()).parties(marketplace.seller)
        there = next((each for each in parties if (each.kind, each.id) == (party.kind, party.id)), None)
        if there is None:
            return Problem(edit.label, "", f"there is no such {party.kind} any more")
        party, active = there, there.active
        if not edit.after:
            why = "none of its users can sign in then"
    if active is edit.after:
        return None
    verb = Verb.ACTIVATE if edit.after else Verb.DEACTIVATE
    match = Match(How.ID, None, Entry(id, {NAME: edit.label}))
    return Step(verb, match, why, party=party, username=username)
