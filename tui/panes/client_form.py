"""The form of an API client: edits in place, checks as you type, and saves what changed after showing it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.events import DescendantFocus
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from tui.access.facts import Party
from tui.commands import CommandHost, bindings
from tui.panes.changing import ask
from tui.panes.client_draft import FIELDS, GROUPS, Draft
from tui.panes.client_field import FieldRow
from tui.panes.form_companies import CompaniesLine
from tui.panes.form_keeping import Keeping
from tui.panes.form_outlook import Known, Outlook, OutlookLines, foresee, learn
from tui.panes.form_picks import PICKED, pick, pick_companies
from tui.panes.form_told import hint_of, question_of, said_of_fields, tell_not_assigned, told_changes, warnings_of
from tui.panes.messages import MarketplaceChanged
from tui.session.session import Session
from tui.widgets.background import start
from tui.widgets.dialogs import Confirm
from tui.widgets.flag import Flag
from tui.widgets.plain import plain

if TYPE_CHECKING:
    from textual.binding import BindingType

    from tui.access.templates import Template
    from tui.ordercloud.models import ApiClient
    from tui.ordercloud.models.base import JSON
    from tui.session.drafts import KeptDraft
    from tui.session.facts import Person

PAUSE = 0.08
"""Seconds after the last key before it is worked out who would be affected."""


class ApiClientForm(CommandHost, Vertical):
    """Edits one API client, or makes a new one from what it is given.

    Args:
        session: Saves.
        before: The API client as last read; None for a new one.
        start: The wire form a new one starts from.
        companies: The buyers and suppliers that a new one is to be assigned to.
        template: What a new one starts from, with its reasons.
        kept: What was typed another time, to go on with.
    """

    SCOPE = "form"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("form")]
    DEFAULT_CSS = """
    ApiClientForm { height: 1fr; }
    ApiClientForm VerticalScroll { height: 1fr; scrollbar-size-vertical: 1; }
    ApiClientForm .heading { color: $accent; text-style: bold; margin-top: 1; }
    ApiClientForm .heading.-first { margin-top: 0; }
    ApiClientForm #form-hint { height: auto; min-height: 1; max-height: 3; color: $text-muted; }
    """

    class Finished(Message):
        """The form is left: with the API client as it is now, or with None when nothing was saved."""

        def __init__(self, saved: ApiClient | None) -> None:
            super().__init__()
            self.saved = saved

    class Edited(Message):
        """Something was typed: how many fields differ now, and how many are wrong."""

        def __init__(self, changed: int, wrong: int) -> None:
            super().__init__()
            self.changed = changed
            self.wrong = wrong

    def __init__(
        self,
        session: Session,
        before: ApiClient | None,
        start: Mapping[str, JSON],
        *,
        companies: Sequence[Party] = (),
        template: Template | None = None,
        kept: KeptDraft | None = None,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self.session = session
        self.before = before
        self.draft = Draft(start, new=before is None)
        self.companies = CompaniesLine(() if before is None else None)
        if before is None:
            self.companies.choose(companies)
        self._keeping = Keeping(session, self, kept)
        self._keeping.restore()
        self.template = template
        self._known: Known | None = None
        self._names: frozenset[str] | None = None
        self._outlook: Outlook | None = None
        self._server_said: dict[str, str] = {}
        self._asking = False
        self._saving = False
        self._sent: tuple[object, object] = (None, None)
        self._marketplace = session.marketplace
        self._last: Widget | None = None

    def compose(self) -> ComposeResult:
        """Lay out the fields under their headings, who is affected, and a line for the hint of the focused one."""
        with VerticalScroll(can_focus=False):
            for number, (heading, fields) in enumerate(GROUPS.items()):
                yield Static(Content(heading), classes="heading -first" if number == 0 else "heading")
                for field in fields:
                    yield FieldRow(field, self.draft)
                if fields[-1].name == "AllowAnySupplier":
                    yield self.companies
        yield OutlookLines()
        yield Static(id="form-hint")

    def on_mount(self) -> None:
        """Start in the first field, and learn whom it could affect."""
        self.query(Input).first().focus()
        start(self, self._learn, group="learn", exclusive=False)
        self._look()

    async def on_unmount(self) -> None:
        """Leave nothing unwritten that is to be kept."""
        self._keeping.write()

    async def _learn(self) -> None:
        if self.before is not None and (self._keeping.kept is not None):
            await self._meet(await self._marketplace.read_again(self.before))
        self._known = await learn(self._marketplace, self.before)
        if self.before is not None:
            self.companies.learn(await self._marketplace.parties_assigned(self.before.id))
            self._keeping.restore_companies()
        if self._known.people is not None:
            self._names = frozenset(person.user.username.casefold() for person in self._known.people)
        self._look()

    def take_focus(self) -> None:
        """Go back to the field that had the focus last."""
        (self._last or self.query(Input).first()).focus()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Show the hint of the field that has the focus now."""
        self._last = event.widget
        self._show_hint()
        self.app.refresh_bindings()

    def _show_hint(self) -> None:
        hint = "Saving…" if self._saving else hint_of(self, self._focused_row())
        self.query_one("#form-hint", Static).update(Content(hint))

    def _focused_row(self) -> FieldRow | None:
        focused = self.screen.focused
        return next((each for each in focused.ancestors if isinstance(each, FieldRow)), None) if focused else None

    # -- typing --------------------------------------------------------------------------------------------------

    @on(Input.Changed)
    @on(TextArea.Changed)
    @on(Flag.Changed)
    def _typed(self, event: Input.Changed | TextArea.Changed | Flag.Changed) -> None:
        event.stop()
        row = next(each for each in event.control.ancestors if isinstance(each, FieldRow))
        self._server_said.pop(row.field.name, None)
        if isinstance(event, TextArea.Changed):
            self.draft.put(row.field.name, event.text_area.text)
        else:
            self.draft.put(row.field.name, event.value)
        self._look()

    def on_input_submitted(self) -> None:
        """Enter goes to the next field."""
        self.screen.focus_next()

    def _problems(self) -> dict[str, str]:
        return {**self._server_said, **self.draft.problems(self._names)}

    @property
    def people(self) -> tuple[Person, ...] | None:
        """The users of the marketplace; None while they are not known, or where they are too many."""
        return None if self._known is None else self._known.people

    @property
    def dirty(self) -> bool:
        """Whether anything would be lost by leaving."""
        return self.draft.dirty or (self.companies.before is not None and self.companies.changed)

    def _look(self) -> None:
        # A form that nobody has typed in yet has nothing to complain about.
        typed = self.draft.dirty or not self.draft.new
        problems, warnings = (self._problems(), warnings_of(self)) if typed else ({}, {})
        for row in self.query(FieldRow):
            if row.is_mounted:
                row.look(problems, warnings)
        changed = sum(self.draft.changed(name) for name in FIELDS) + sum(map(len, self.companies.changes))
        self.post_message(self.Edited(changed, len(problems)))
        self._keeping.keep()
        start(self, self._foresee, group="outlook")
        self.app.refresh_bindings()

    async def _foresee(self) -> None:
        """Work out who would be affected, once the person pauses."""
        await asyncio.sleep(PAUSE)
        self.query_one(OutlookLines).show(await self._foreseen())

    async def _foreseen(self) -> Outlook | None:
        """Work out what saving would do; None while nothing is typed, or it is not known what that rests on."""
        if self._known is None or not (self.dirty or self.draft.new):
            return None
        parties = self.companies.now if self.companies.changed else None
        return await foresee(self._known, self.before, self.draft, parties, self.session.clock())

    # -- commands ------------------------------------------------------------------------------------------------

    def why_not(self, command: str) -> str | None:
        """Say why nothing can be saved, or picked."""
        row = self._focused_row()
        if command == "form.pick":
            can_pick = self.companies.has_focus or (row is not None and row.field.name in PICKED)
            return None if can_pick else "There is nothing to pick from for this field: type it."
        if command == "form.revert":
            changed = self.companies.changed if row is None else self.draft.changed(row.field.name)
            return None if changed and (row or self.companies.has_focus) else "This field is as it was."
        if command == "form.save":
            return "It is being saved." if self._asking else self._why_not_save()
        return None

    def _why_not_save(self) -> str | None:
        if (reason := self.session.why_not_change()) is not None:
            return reason
        if self.session.marketplace is not self._marketplace:
            return "This form belongs to another marketplace than the one that is open now."
        # What the server said of a field does not count: it may say otherwise now that another field is changed.
        if problems := self.draft.problems(self._names):
            return f"Not saved: {next(iter(problems.values()))}"
        if not self.draft.new and not self.draft.changes() and not self.companies.changed:
            return "Nothing is changed."
        return None

    def do_revert(self) -> None:
        """Put the focused field's saved value back."""
        row = self._focused_row()
        if row is not None:
            self.draft.revert(row.field.name)
            row.show_value()
        elif self.companies.has_focus:
            self.companies.revert()
        self._look()

    def do_pick(self) -> None:
        """Pick what belongs in the field from what there is."""
        start(self, self._pick, group="pick")

    def on_companies_line_pick_asked(self, message: CompaniesLine.PickAsked) -> None:
        """Pick the buyers and suppliers."""
        message.stop()
        self.do_pick()

    async def _pick(self) -> None:
        row = self._focused_row()
        if row is None:
            if self.companies.before is not None and await pick_companies(self, self._marketplace, self.companies):
                self._look()
            return
        picked = await pick(self, self._marketplace, row.field, self.draft, self.before)
        if picked is not None:
            self.draft.put(row.field.name, picked)
            row.show_value()
            self._look()

    def do_leave(self) -> None:
        """Leave, after asking when something would be lost."""
        start(self, self._leave, group="leave")

    async def _leave(self) -> None:
        if await self.may_leave():
            self.post_message(self.Finished(None))

    async def may_leave(self) -> bool:
        """Return whether leaving loses nothing, or the person said so."""
        if self._saving:
            self.tell("It is being saved.")
            return False
        if not self.dirty:
            return True
        told = Content("\n").join(told_changes([*self.draft.told(typed_only=True), *self.companies.told()]))
        question = Confirm("Leave and lose what was typed?", told, yes="Lose it", danger=True)
        if lost := await self.app.push_screen_wait(question):
            self._keeping.give_up()
        return lost

    def do_save(self) -> None:
        """Show what would be sent, then send it."""
        self._asking = True  # the key may come again before the question is there, which waits for the marketplace
        start(self, self._save, group="save", exclusive=False)

    async def _save(self) -> None:
        from tui.ordercloud.errors import OrderCloudError
        from tui.session.failures import ChangedElsewhere, Declined, NotAllAssigned

        try:
            while True:
                if self.before is not None and not await self._meet(await self._marketplace.read_again(self.before)):
                    return
                if self._why_not_save() is not None:
                    self.tell("Nothing is left to save: it is all as on the server.")
                    return
                try:
                    saved = await self._ask_and_send()
                except ChangedElsewhere:
                    continue  # changed while the question was open: it is met like any other change elsewhere
                break
        except NotAllAssigned as error:
            saved = error.api_client
            tell_not_assigned(self.app, error.refused)
        except (OrderCloudError, Declined) as error:
            self._refused(error)
            return
        finally:
            self._asking = False
            self.app.refresh_bindings()
        if saved is None:
            return
        if self._sent != self._typed_now():
            self.before = saved
            self.draft.go_on_from(saved.to_wire())
            self.companies.learn(await self._marketplace.parties_assigned(saved.id))
            self.tell("Saved, without what was typed meanwhile: that is still here.")
            self.post_message(MarketplaceChanged())
            self._look()
            return
        self._keeping.give_up()
        self.post_message(self.Finished(saved))

    def _typed_now(self) -> tuple[object, object]:
        return self.draft.typed(), self.companies.now

    async def _ask_and_send(self) -> ApiClient | None:
        """Show what would be sent and whom it affects, then send it; None when the person says no."""
        changes = self.draft.changes()
        added, removed = self.companies.changes
        outlook = await self._foreseen()
        question = question_of(self, changes, outlook, self.session.identity.client_id)
        marketplace = await ask(self, self.session, question, threat=self._threat, at=self._marketplace)
        if marketplace is None:
            return None
        self._saving, self._sent = True, self._typed_now()
        self._server_said.clear()
        self._show_hint()
        try:
            if self.before is None:
                saved = await marketplace.create_api_client(changes, added)
            elif changes:
                saved = await marketplace.patch_api_client(self.before, changes)
            else:
                saved = self.before
            if self.before is not None and (added or removed):
                tell_not_assigned(self.app, await marketplace.assign_each(saved, added, removed))
                saved = marketplace.api_clients.get(saved.id, saved)
            return saved
        finally:
            self._saving = False
            self._show_hint()

    async def _meet(self, now: ApiClient) -> bool:
        """Bring together what is typed and what was changed elsewhere; return whether nothing is left open."""
        wire = now.to_wire()
        conflicts, moved = self.draft.conflicts(wire), self.draft.moved(wire)
        others = [label for label in moved if all(each.label != label for each in conflicts)]
        if not moved:
            return True
        if conflicts:
            from tui.panes.merge import Merge

            theirs = await self.app.push_screen_wait(Merge(now.app_name, conflicts, others))
            if theirs is None:
                return False
        else:
            theirs = frozenset()
            self.tell(f"Changed elsewhere meanwhile, and taken over: {plain(', '.join(others))}.")
        self.before = now
        typed = {row: self.draft.text(row.field.name) for row in self.query(FieldRow)}
        self.draft.rebase(wire, theirs)
        for row, text in typed.items():
            if not self.draft.changed(row.field.name) or self.draft.text(row.field.name) != text:
                row.show_value()
        self.post_message(MarketplaceChanged())
        self._look()
        return True

    async def _threat(self) -> str | None:
        if self.before is None:
            return None
        return await self._marketplace.way_in.after_patch(self.before, self.draft.changes())

    def _refused(self, error: Exception) -> None:
        """Keep the draft and show the server's words, at the fields they are about where it said so."""
        from tui.ordercloud.errors import NoAnswer

        told = plain(error)
        if self.draft.new and isinstance(error, NoAnswer):
            told += " It may have been created all the same: look at the list before you save again."
        self._server_said |= said_of_fields(error)
        self.app.notify(told, title="Not saved; nothing is lost", severity="error", timeout=8, markup=False)
        self.post_message(MarketplaceChanged())
        self._look()
