"""A plan, and what became of it, as text for people and as JSON for programs. Nothing in it is secret."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from tui.access.words import list_some
from tui.access.xp import JSON
from tui.session.bulk import State
from tui.session.declared.plan import OTHERWISE, SIGNS, How, Match, Plan, Step, Verb
from tui.session.declared.telling import told, without_secrets
from tui.visible import visible

if TYPE_CHECKING:
    from tui.session.declared.apply import Account

FORMAT = 1
"""The version of the JSON."""


def plan_lines(plan: Plan, *, target: str) -> Iterator[str]:
    """Give a plan line by line, with every problem at its end. Text from outside is made visible."""
    source = visible(plan.source) if plan.source else "what is wanted"
    yield f"Plan: {source} → {visible(target)}"
    by_match: dict[int, list[Step]] = {}
    for step in plan.steps:
        by_match.setdefault(id(step.match), []).append(step)
    for steps in by_match.values():
        yield ""
        yield from _client_lines(steps[0].match, steps)
    yield ""
    yield plan.summary
    named = [match for match in plan.matches if match.how is How.NAME]
    if named:
        yield f"Matched by name, not by ID: {visible(list_some([match.label for match in named]))}."
    if plan.left:
        yield f"Here, not in the file, and left alone: {visible(list_some(plan.left))}."
    yield from map(visible, plan.remarks)
    yield from _listed("For a person to do:", plan.tasks)
    yield from _listed("Problems:", [problem.told(plan.source) for problem in plan.problems])


def _listed(heading: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield ""
        yield heading
        yield from (f"  {visible(line)}" for line in lines)


def _client_lines(match: Match, steps: Sequence[Step]) -> Iterator[str]:
    first = steps[0].verb
    sign = SIGNS[first] if first in (Verb.CREATE, Verb.DELETE) else SIGNS[Verb.CHANGE]
    yield f"{sign} {visible(match.label)}: {match.told}"
    for step in steps:
        if step.verb is Verb.CREATE and match.wanted is not None:
            fields = match.wanted.fields
            width = max(map(len, fields), default=0)
            yield from (
                f"    {name:{width}}  {visible(told(name, value))}" for name, value in fields.items() if is_said(value)
            )
        elif step.verb is not Verb.DELETE:
            why = f"  ({step.why})" if step.why != OTHERWISE else ""
            yield f"  {SIGNS[step.verb]} {visible(step.what)}{visible(why)}"


def is_said(value: JSON) -> bool:
    """Whether a value of a new API client is worth a line: what is off or empty is not."""
    return value not in (None, "", False, 0, {}, [])


# -- for programs -----------------------------------------------------------------------------------------------------


def plan_json(plan: Plan, *, target: str) -> str:
    """Return a plan as one JSON object."""
    document: dict[str, JSON] = {
        "Format": FORMAT,
        "Source": plan.source,
        "Target": target,
        "Summary": plan.summary,
        "Steps": [step_json(step) for step in plan.steps],
        "Problems": [
            {"ApiClient": each.label, "Field": each.field, "Line": each.line, "Message": each.message}
            for each in plan.problems
        ],
        "Matches": [
            {
                "ApiClient": match.label,
                "How": match.how.value,
                "IDHere": match.id or None,
                "IDInFile": None if match.wanted is None else match.wanted.id or None,
            }
            for match in plan.matches
        ],
        "ForAPerson": list(plan.tasks),
        "LeftAlone": list(plan.left),
        "Remarks": list(plan.remarks),
    }
    return _dump(document)


def step_json(step: Step) -> dict[str, JSON]:
    """Return a step as a JSON object."""
    said: dict[str, JSON] = {
        "Do": step.verb.value,
        "ApiClient": step.match.label,
        "ID": step.match.id or None,
        "Why": step.why,
    }
    if step.verb is Verb.CHANGE:
        said |= {"Field": step.field, "Before": without_secrets(step.field, step.before)}
        said["After"] = without_secrets(step.field, step.after)
    if step.verb is Verb.CREATE and step.match.wanted is not None:
        fields = step.match.wanted.fields
        said["Fields"] = {name: without_secrets(name, value) for name, value in fields.items()}
    if step.party is not None:
        said |= {"Party": step.party.kind.value, "PartyID": step.party.id, "PartyName": step.party.name}
    return said


def account_json(account: Sequence[Account], *, target: str, why: str = "", tasks: Sequence[str] = ()) -> str:
    """Return what became of each step as one JSON object."""
    steps: list[JSON] = [
        {**step_json(each.step), "Result": each.result.state.value, "Said": _said(each)} for each in account
    ]
    counted = {state.value: sum(each.result.state is state for each in account) for state in State}
    counts: Mapping[str, JSON] = {state: number for state, number in counted.items() if number}
    return _dump(
        {"Format": FORMAT, "Target": target, "Told": why, "Counts": counts, "Steps": steps, "ForAPerson": list(tasks)}
    )


def _said(each: Account) -> str:
    return str(each.result.error) if each.result.error is not None else each.result.remark


def account_lines(account: Sequence[Account], why: str = "") -> Iterator[str]:
    """Give what became of the steps: counts, then every step that is not done with its reason."""
    states = [each.result.state for each in account]
    words = {
        State.DONE: "done",
        State.FAILED: "failed",
        State.UNKNOWN: "unknown",
        State.NOT_DONE: "not tried",
        State.UNDONE: "taken back",
    }
    counted = [f"{states.count(state):,} {word}" for state, word in words.items() if state in states]
    yield f"{', '.join(counted) or 'nothing to do'}."
    if why:
        yield visible(why)
    for each in account:
        if each.result.state is not State.DONE:
            yield f"  {visible(step_line(each.step))}: {visible(each.result.words)}"


def step_line(step: Step) -> str:
    """Return a step in one line."""
    return f"{step.match.label}: {step.what}"


def _dump(document: Mapping[str, JSON]) -> str:
    return json.dumps(document, indent=2) + "\n"
