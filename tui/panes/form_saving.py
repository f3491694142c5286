"""Saves what was typed into a form: met with what others changed, shown, sent; what is refused stays in the form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.panes.changing import ask
from tui.panes.client_field import FieldRow
from tui.panes.form_told import question_of, said_of_fields, tell_not_assigned
from tui.panes.messages import MarketplaceChanged
from tui.widgets.background import start
from tui.widgets.plain import plain

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient
    from tui.panes.client_form import ApiClientForm
    from tui.session.session import Session


class Saving:
    """The saving of one form, in the marketplace that was open when the form was."""

    def __init__(self, session: Session, form: ApiClientForm) -> None:
        self.asking = False
        """From the key that saves to the end of it."""
        self.sending = False
        """While the marketplace has not answered."""
        self.said: dict[str, str] = {}
        """What the marketplace said of fields, by wire name."""
        self._session = session
        self._form = form
        self._at = session.marketplace
        self._sent: tuple[object, object] = (None, None)

    def begin(self) -> None:
        """Show what would be sent, then send it."""
        self.asking = True  # the key may come again before the question is there, which waits for the marketplace
        start(self._form, self._save, group="save", exclusive=False)

    async def _save(self) -> None:
        from tui.ordercloud.errors import OrderCloudError
        from tui.session.failures import ChangedElsewhere, Declined, NotAllAssigned

        form = self._form
        try:
            while True:
                if form.before is not None and not await self.meet(await self._at.read_again(form.before)):
                    return
                if form.why_not_save() is not None:
                    form.tell("Nothing is left to save: it is all as on the server.")
                    return
                try:
                    saved = await self._ask_and_send()
                except ChangedElsewhere:
                    continue  # changed while the question was open: it is met like any other change elsewhere
                break
        except NotAllAssigned as error:
            saved = error.api_client
            tell_not_assigned(form.app, error.refused)
        except (OrderCloudError, Declined) as error:
            self._refused(error)
            return
        finally:
            self.asking = False
            form.app.refresh_bindings()
        if saved is None:
            return
        if self._sent != self._typed_now():
            form.before = saved
            form.draft.go_on_from(saved.to_wire())
            form.companies.learn(await self._at.parties_assigned(saved.id))
            form.tell("Saved, without what was typed meanwhile: that is still here.")
            form.post_message(MarketplaceChanged())
            form.look()
            return
        form.keeping.give_up()
        form.post_message(form.Finished(saved))

    def _typed_now(self) -> tuple[object, object]:
        return self._form.draft.typed(), self._form.companies.now

    async def _ask_and_send(self) -> ApiClient | None:
        """Show what would be sent and whom it affects, then send it; None when the person says no."""
        form = self._form
        changes = form.draft.changes()
        added, removed = form.companies.changes
        outlook = await form.foreseen()
        question = question_of(form, changes, outlook, self._session.identity.client_id)
        marketplace = await ask(form, self._session, question, threat=self._threat, at=self._at)
        if marketplace is None:
            return None
        self.sending, self._sent = True, self._typed_now()
        self.said.clear()
        form.show_hint()
        try:
            if form.before is None:
                saved = await marketplace.create_api_client(changes, added)
            elif changes:
                saved = await marketplace.patch_api_client(form.before, changes)
            else:
                saved = form.before
            if form.before is not None and (added or removed):
                tell_not_assigned(form.app, await marketplace.assign_each(saved, added, removed))
                saved = marketplace.api_clients.get(saved.id, saved)
            return saved
        finally:
            self.sending = False
            form.show_hint()

    async def meet(self, now: ApiClient) -> bool:
        """Bring together what is typed and what was changed elsewhere; return whether nothing is left open."""
        form = self._form
        wire = now.to_wire()
        conflicts, moved = form.draft.conflicts(wire), form.draft.moved(wire)
        others = [label for label in moved if all(each.label != label for each in conflicts)]
        if not moved:
            return True
        if conflicts:
            from tui.panes.merge import Merge

            theirs = await form.app.push_screen_wait(Merge(now.app_name, conflicts, others))
            if theirs is None:
                return False
        else:
            theirs = frozenset()
            form.tell(f"Changed elsewhere meanwhile, and taken over: {plain(', '.join(others))}.")
        form.before = now
        typed = {row: form.draft.text(row.field.name) for row in form.query(FieldRow)}
        form.draft.rebase(wire, theirs)
        for row, text in typed.items():
            if not form.draft.changed(row.field.name) or form.draft.text(row.field.name) != text:
                row.show_value()
        form.post_message(MarketplaceChanged())
        form.look()
        return True

    async def _threat(self) -> str | None:
        form = self._form
        return None if form.before is None else await self._at.way_in.after_patch(form.before, form.draft.changes())

    def _refused(self, error: Exception) -> None:
        """Keep the draft and show the server's words, at the fields they are about where it said so."""
        from tui.ordercloud.errors import NoAnswer

        form = self._form
        told = plain(error)
        if form.draft.new and isinstance(error, NoAnswer):
            told += " It may have been created all the same: look at the list before you save again."
        self.said |= said_of_fields(error)
        form.app.notify(told, title="Not saved; nothing is lost", severity="error", timeout=8, markup=False)
        form.post_message(MarketplaceChanged())
        form.look()
