"""What the form says of a change before it is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from tui.access.words import count
from tui.access.xp import left_over
from tui.panes.changing import Kind, Question
from tui.panes.client_draft import FIELDS
from tui.panes.form_companies import HINT
from tui.session.changes import members_stay
from tui.widgets.plain import literal, plain

if TYPE_CHECKING:
    from textual.app import App

    from tui.ordercloud.models.base import JSON
    from tui.panes.client_field import FieldRow
    from tui.panes.client_form import ApiClientForm
    from tui.panes.form_outlook import Outlook


def told_changes(changes: Iterable[tuple[str, str, str]]) -> list[Content]:
    """Tell (label, before, after) of each field, a line each."""
    return [
        Content.assemble(
            literal(f"{label:<17} ", "$muted"),
            *((literal(before), Content(" → ")) if before else ()),
            literal(after, "bold"),
        )
        for label, before, after in changes
    ]


def hint_of(form: ApiClientForm, row: FieldRow | None) -> str:
    """Say what belongs in the focused field, or why the template has it as it is."""
    if row is None:
        return HINT if form.companies.has_focus else ""
    name = row.field.name
    if form.template is not None and not form.draft.changed(name):
        return form.template.reasons.get(name, row.field.hint)
    return row.field.hint


def warnings_of(form: ApiClientForm) -> Mapping[str, str]:
    """Say by field what is not wrong, and yet may be: a name that says nothing, or is taken."""
    from tui.access.names import said_nothing, taken

    name = str(form.draft.value("AppName") or "")
    own = None if form.before is None else form.before.id
    others = (each.app_name for each in form.session.marketplace.api_clients.values() if each.id != own)
    warning = (said_nothing(name) or taken(name, others)) if name.strip() else None
    return {"AppName": warning} if warning else {}


def question_of(
    form: ApiClientForm, changes: Mapping[str, JSON], outlook: Outlook | None, own_client_id: str
) -> Question:
    """Return the question before a save: every change, the calls, and everything that would come of it."""
    before, (added, removed) = form.before, form.companies.changes
    name = str(changes.get("AppName") or (before.app_name if before is not None else ""))
    changed = len(changes) + len(added) + len(removed)
    lines = told_changes([*form.draft.told(), *form.companies.told()])
    lines += _told_calls(form, changes, own_client_id)
    if outlook is not None and (told := outlook.lines()):
        lines += [Content(""), *told]
    if form.template is not None and form.template.left:
        lines += [Content(""), *(literal(f"Then: {each}", "$muted") for each in form.template.left)]
    title = f"Create {plain(name)}?" if before is None else f"Save {count(changed, 'change')} to {plain(name)}?"
    kind = Kind.CREATE if before is None else Kind.SAVE
    return Question(kind, title, Content("\n").join(lines), "Save", name)


def _told_calls(form: ApiClientForm, changes: Mapping[str, JSON], own_client_id: str) -> list[Content]:
    """Tell the calls, and what is peculiar about them."""
    before, draft, (added, removed) = form.before, form.draft, form.companies.changes
    verbs = []
    if before is None or changes:
        verbs.append("POST /v1/apiclients" if before is None else f"PATCH /v1/apiclients/{before.id}")
    if added:
        verbs.append(f"{len(added)} x POST /v1/apiclients/assignments")
    if removed:
        verbs.append(f"{len(removed)} x DELETE /v1/…/ApiClients/Assignments/…")
    lines = [Content(""), *(literal(verb, "$muted") for verb in verbs)]
    over = () if draft.new else left_over(draft.base["xp"], draft.value("xp"))
    if "xp" in changes and over:
        lines.append(Content.styled(plain(f"▲ {members_stay(over)}."), "$warning"))
    if before is not None and before.id.casefold() == own_client_id.casefold():
        lines.append(Content.styled("▲ The console itself is signed in through this API client.", "$warning"))
    return lines


def tell_not_assigned(app: App[int], refused: Sequence[tuple[str, str]]) -> None:
    """Tell which companies could not be assigned, or unassigned, each with why."""
    if refused:
        told = "\n".join(f"{label}: {why}" for label, why in refused)
        app.notify(plain(told, lines=True), title="Not assigned", severity="error", timeout=12, markup=False)


def said_of_fields(error: Exception) -> Mapping[str, str]:
    """Return the server's own words by field, where a refusal names fields of the form."""
    from tui.ordercloud.errors import ApiError

    said = {}
    for item in error.errors if isinstance(error, ApiError) else ():
        name = item.data.get("Property") if isinstance(item.data, Mapping) else None
        if isinstance(name, str) and name in FIELDS:
            said[name] = item.message or item.error_code or "refused"
    return said
