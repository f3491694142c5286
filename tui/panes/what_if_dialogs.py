"""What a draft asks and tells beside the matrix: users, roles, who gains and loses, and the keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from textual.content import Content

from tui.access.facts import Party, User
from tui.access.what_if import ROLES, Draft, Edit, Outlook, put_roles, turn_user
from tui.panes.form_picks import custom_role_choices, role_choices
from tui.widgets.dialogs import Choose, Note
from tui.widgets.fact_sheet import Fact
from tui.widgets.multi_picker import MultiPicker
from tui.widgets.picker import Choice
from tui.widgets.plain import literal

if TYPE_CHECKING:
    from textual.screen import Screen

    from tui.access.world import Registered
    from tui.session.facts import Person

KEYS: Final = (
    ("f", "Flip the flag that lets in every party of this kind: AllowSeller, AllowAnyBuyer or AllowAnySupplier."),
    ("a", "Assign the company to the API client, or no longer."),
    ("x", "Activate or deactivate the API client."),
    ("m", "Change which roles the API client asks for at least, and grants at most."),
    ("c", "Activate or deactivate the company."),
    ("u", "Choose which users of the party are active."),
    ("del", "Take the change under the cursor of the list out; in the matrix, the last change."),
    ("tab", "Go from the matrix to the list of changes, and back."),
    ("i", "Say who gains and who loses."),
    ("n", "Begin another draft; this one is kept."),
    ("D", "Compare the drafts, and go on with one."),
    ("R", "Give the draft another name."),
    ("^s", "Show the plan of the draft, then choose and apply it."),
    ("esc", "Leave: keep the draft for this sitting, or forget it."),
)
LEGEND: Final = Content.assemble(
    ("+2", "bold $allowed"),
    " users gain   ",
    ("-2", "bold $refused"),
    " lose   ",
    ("+", "bold $allowed"),
    " opens   ",
    ("-", "bold $refused"),
    " closes   ",
    ("~", "bold $accent"),
    " otherwise",
)


def is_of(user: User, party: Party) -> bool:
    """Return whether a user belongs to a party."""
    return (user.party.kind, user.party.id) == (party.kind, party.id)


async def choose_users(host: Screen[None], draft: Draft, party: Party, users: Sequence[User]) -> Draft | None:
    """Ask which users of a party are active; return the draft that makes it so, None when the person leaves."""
    choices = [Choice(each.username, each.username, "" if each.active else "inactive now") for each in users]
    ticked = [each.username for each in users if draft.user(each).active]
    answer = await host.app.push_screen_wait(MultiPicker(f"Active users of {party.label}", choices, ticked))
    if answer is None:
        return None
    for each in users:
        if draft.user(each).active is not (each.username in answer):
            draft = draft.put(turn_user(each, draft))
    return draft


async def choose_roles(
    host: Screen[None], draft: Draft, registered: Registered, people: Sequence[Person]
) -> Edit | None:
    """Ask for the roles in one of the four fields of an API client; None when the person leaves."""
    fields = draft.fields_of(registered.client.id)
    now: dict[str, tuple[str, ...]] = {}
    for each in ROLES:
        value = fields.get(each, put_roles(registered, each, ()).before)
        now[each] = value if isinstance(value, tuple) else ()
    name = registered.client.app_name
    choices = [(each, f"{each}: {', '.join(now[each]) or 'none'}") for each in ROLES]
    member: str | None = await host.app.push_screen_wait(Choose(f"Roles of {name}", choices))
    if member is None:
        return None
    own = "Custom" not in member
    offered = role_choices() if own else custom_role_choices(people)
    picker = MultiPicker(f"{member} of {name}", offered, now[member], typed=None if own else "custom role")
    answer = await host.app.push_screen_wait(picker)
    return None if answer is None else put_roles(registered, member, answer)


def who_note(draft: Draft, outlook: Outlook) -> Note:
    """Return the note of who gains and who loses, the losses first."""
    facts = [
        Fact(heading, literal(line))
        for heading, lines in (("loses", outlook.losses), ("gains", outlook.gains), ("programs", outlook.programs))
        for line in lines
    ]
    nobody = [Fact("", Content("Nobody gains or loses anything."))]
    return Note(f"{draft.name}: {outlook.users.told}", facts or nobody, label_width=10)
