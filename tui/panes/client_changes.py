"""Changes of one API client from the list: on and off, deletion, and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from tui.panes.changing import Kind, Question, change
from tui.widgets.plain import literal, plain

if TYPE_CHECKING:
    from textual.app import App

    from tui.ordercloud.models import ApiClient
    from tui.panes.mode import ModePane
    from tui.session.journal import Change
    from tui.session.marketplace import Marketplace


async def switch(pane: ModePane, api_client: ApiClient) -> None:
    """Activate an API client, or deactivate it, after a question where there is one."""
    name = plain(api_client.app_name)
    changes = {"Active": not api_client.active}
    if api_client.active:
        told = literal("Nobody can sign in through it then, and tokens that are out stop working at once.")
        told = Content("\n").join((told, *await _radius(pane, api_client)))
        question = Question(Kind.DEACTIVATE, f"Deactivate {name}?", told, "Deactivate", api_client.app_name)
    else:
        question = Question(
            Kind.ACTIVATE, f"Activate {name}?", "People can sign in through it then.", "Activate", api_client.app_name
        )
    way_in = pane.session.marketplace.way_in
    if await change(
        pane,
        pane.session,
        question,
        lambda marketplace: marketplace.patch_api_client(api_client, changes),
        threat=lambda: way_in.after_patch(api_client, changes),
    ):
        pane.tell(f"{name} is {'inactive' if api_client.active else 'active'} now; u takes it back.")


async def delete(pane: ModePane, api_client: ApiClient) -> None:
    """Delete an API client, after a question."""
    name = plain(api_client.app_name)
    told = literal(
        f"{name} ({api_client.id}) with its secrets and assignments. Its ID never comes back, and its tokens stop "
        "working at once. Deactivating (x) stops it just as well, and can be taken back."
    )
    told = Content("\n").join((told, *await _radius(pane, api_client)))
    way_in = pane.session.marketplace.way_in
    if await change(
        pane,
        pane.session,
        Question(Kind.DELETE, f"Delete {name}?", told, "Delete", api_client.app_name),
        lambda marketplace: marketplace.delete_api_client(api_client),
        threat=lambda: way_in.after_deleting(api_client),
    ):
        pane.tell(f"{name} was deleted; u brings it back, with a new ID and without its secrets.")


async def _radius(pane: ModePane, api_client: ApiClient) -> list[Content]:
    """Tell who loses what when nobody gets in through it any more."""
    from tui.access.blast import Situation, blast
    from tui.ordercloud.errors import OrderCloudError
    from tui.panes.form_outlook import learn

    try:
        known = await learn(pane.session.marketplace, api_client)
    except OrderCloudError:
        return []  # it may be stopped all the same
    person = known.person(api_client.default_context_user_name)
    user = None if person is None else person.facts()
    before = Situation(api_client, known.secrets, known.assignments, user)
    found = blast(before, Situation(None, context_user=user), known.crowd, pane.session.clock())
    return [literal(f"▲ {line}", "$warning") for line in found.lines()]


async def undo(pane: ModePane) -> None:
    """Take the last change back."""
    last = pane.session.journal.last
    if last is None:
        return

    remark = ""

    async def take_back(marketplace: Marketplace) -> None:
        nonlocal remark
        remark = await marketplace.journal.undo_last(last)

    where = "Undo in production?" if pane.session.in_production else "Undo?"
    question = Question(Kind.UNDO, where, literal(last.what), "Undo")
    if await change(pane, pane.session, question, take_back, threat=last.threat):
        tell_undone(pane.app, last, remark)


def tell_undone(app: App[int], taken: Change, remark: str) -> None:
    """Tell that a change was taken back, and what could not be put back: where that is much, to be read in peace."""
    from tui.widgets.dialogs import Note

    if "\n" in remark:
        app.push_screen(Note(f"Taken back: {taken.what}", literal(remark, lines=True)))
    else:
        app.notify(plain(f"Undone: {taken.what}. {remark}".rstrip(". ") + "."), markup=False, timeout=6)
