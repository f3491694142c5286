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
from tui.panes.client_draft import FIELDS, GROUPS, Draft
from tui.panes.client_field import FieldRow
from tui.panes.form_companies import CompaniesLine
from tui.panes.form_keeping import Keeping
from tui.panes.form_outlook import Known, Outlook, OutlookLines, foresee, learn
from tui.panes.form_picks import PICKED, pick, pick_companies
from tui.panes.form_saving import Saving
from tui.panes.form_told import hint_of, told_changes, warnings_of
from tui.session.session import Session
from tui.widgets.background import start
from tui.widgets.dialogs import Confirm
from tui.widgets.flag import Flag

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
        self.keeping = Keeping(session, self, kept)
        self.keeping.restore()
        self.template = template
        self._known: Known | None = None
        self._names: frozenset[str] | None = None
        self._outlook: Outlook | None = None
        self._saving = Saving(session, self)
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
        self.look()

    async def on_unmount(self) -> None:
        """Leave nothing unwritten that is to be kept."""
        self.keeping.write()

    async def _learn(self) -> None:
        if self.before is not None and (self.keeping.kept is not None):
            await self._saving.meet(await self._marketplace.read_again(self.before))
        self._known = await learn(self._marketplace, self.before)
        if self.before is not None:
            self.companies.learn(await self._marketplace.parties_assigned(self.before.id))
            self.keeping.restore_companies()
        if self._known.people is not None:
            self._names = frozenset(person.user.username.casefold() for person in self._known.people)
        self.look()

    def take_focus(self) -> None:
        """Go back to the field that had the focus last."""
        (self._last or self.query(Input).first()).focus()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Show the hint of the field that has the focus now."""
        self._last = event.widget
        self.show_hint()
        self.app.refresh_bindings()

    def show_hint(self) -> None:
        """Show the hint of the field that has the focus, or that the form is being saved."""
        hint = "Saving…" if self._saving.sending else hint_of(self, self._focused_row())
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
        self._saving.said.pop(row.field.name, None)
        if isinstance(event, TextArea.Changed):
            self.draft.put(row.field.name, event.text_area.text)
        else:
            self.draft.put(row.field.name, event.value)
        self.look()

    def on_input_submitted(self) -> None:
        """Enter goes to the next field."""
        self.screen.focus_next()

    def _problems(self) -> dict[str, str]:
        return {**self._saving.said, **self.draft.problems(self._names)}

    @property
    def people(self) -> tuple[Person, ...] | None:
        """The users of the marketplace; None while they are not known, or where they are too many."""
        return None if self._known is None else self._known.people

    @property
    def dirty(self) -> bool:
        """Whether anything would be lost by leaving."""
        return self.draft.dirty or (self.companies.before is not None and self.companies.changed)

    def look(self) -> None:
        """Show anew what is wrong, who is affected and what works now, and keep what is typed."""
        # A form that nobody has typed in yet has nothing to complain about.
        typed = self.draft.dirty or not self.draft.new
        problems, warnings = (self._problems(), warnings_of(self)) if typed else ({}, {})
        for row in self.query(FieldRow):
            if row.is_mounted:
                row.look(problems, warnings)
        changed = sum(self.draft.changed(name) for name in FIELDS) + sum(map(len, self.companies.changes))
        self.post_message(self.Edited(changed, len(problems)))
        self.keeping.keep()
        start(self, self._foresee, group="outlook")
        self.app.refresh_bindings()

    async def _foresee(self) -> None:
        """Work out who would be affected, once the person pauses."""
        await asyncio.sleep(PAUSE)
        self.query_one(OutlookLines).show(await self.foreseen())

    async def foreseen(self) -> Outlook | None:
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
            return "It is being saved." if self._saving.asking else self.why_not_save()
        return None

    def why_not_save(self) -> str | None:
        """Say why there is nothing that could be saved."""
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
        self.look()

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
                self.look()
            return
        picked = await pick(self, self._marketplace, row.field, self.draft, self.before)
        if picked is not None:
            self.draft.put(row.field.name, picked)
            row.show_value()
            self.look()

    def do_leave(self) -> None:
        """Leave, after asking when something would be lost."""
        start(self, self._leave, group="leave")

    async def _leave(self) -> None:
        if await self.may_leave():
            self.post_message(self.Finished(None))

    async def may_leave(self) -> bool:
        """Return whether leaving loses nothing, or the person said so."""
        if self._saving.sending:
            self.tell("It is being saved.")
            return False
        if not self.dirty:
            return True
        told = Content("\n").join(told_changes([*self.draft.told(typed_only=True), *self.companies.told()]))
        question = Confirm("Leave and lose what was typed?", told, yes="Lose it", danger=True)
        if lost := await self.app.push_screen_wait(question):
            self.keeping.give_up()
        return lost

    def do_save(self) -> None:
        """Show what would be sent, then send it."""
        self._saving.begin()
