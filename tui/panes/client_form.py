"""The form of an API client: edits in place, checks as you type, and saves what changed after showing it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.events import DescendantFocus
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from tui.access.api_roles import API_ROLES
from tui.access.xp import left_over
from tui.commands import CommandHost, bindings
from tui.panes.changing import Kind, Question, ask
from tui.panes.client_draft import FIELDS, GROUPS, Draft
from tui.panes.client_field import FieldRow
from tui.panes.messages import MarketplaceChanged
from tui.session.changes import members_stay
from tui.session.session import Session
from tui.widgets.background import start
from tui.widgets.dialogs import Confirm
from tui.widgets.flag import Flag
from tui.widgets.picker import Choice, Picker
from tui.widgets.plain import literal, plain

if TYPE_CHECKING:
    from textual.binding import BindingType

    from tui.ordercloud.models import ApiClient
    from tui.ordercloud.models.base import JSON


_USER = "DefaultContextUserName"
_ROLES = ("MinimumRequiredRoles", "MaximumGrantedRoles")


class ApiClientForm(CommandHost, Vertical):
    """Edits one API client, or makes a new one from what it is given.

    Args:
        session: Saves.
        before: The API client as last read; None for a new one.
        start: The wire form a new one starts from.
    """

    SCOPE = "form"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("form")]
    DEFAULT_CSS = """
    ApiClientForm { height: 1fr; }
    ApiClientForm VerticalScroll { height: 1fr; scrollbar-size-vertical: 1; }
    ApiClientForm .heading { color: $accent; text-style: bold; margin-top: 1; }
    ApiClientForm .heading.-first { margin-top: 0; }
    ApiClientForm #form-hint { height: 1; color: $text-muted; }
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
        self, session: Session, before: ApiClient | None, start: Mapping[str, JSON], *, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self.session = session
        self.before = before
        self.draft = Draft(start, new=before is None)
        self._usernames: frozenset[str] | None = None
        self._server_said: dict[str, str] = {}
        self._saving = False
        self._marketplace = session.marketplace
        self._last: Widget | None = None

    def compose(self) -> ComposeResult:
        """Lay out the fields under their headings, and a line for the hint of the focused one."""
        with VerticalScroll(can_focus=False):
            for number, (heading, fields) in enumerate(GROUPS.items()):
                yield Static(Content(heading), classes="heading -first" if number == 0 else "heading")
                for field in fields:
                    yield FieldRow(field, self.draft)
        yield Static(id="form-hint")

    def on_mount(self) -> None:
        """Start in the first field, and learn which users there are."""
        self.query(Input).first().focus()
        start(self, self._learn_usernames, group="usernames", exclusive=False)
        self._look()

    def take_focus(self) -> None:
        """Go back to the field that had the focus last."""
        (self._last or self.query(Input).first()).focus()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Show the hint of the field that has the focus now."""
        self._last = event.widget
        row = self._focused_row()
        self.query_one("#form-hint", Static).update(Content(row.field.hint if row is not None else ""))
        self.app.refresh_bindings()

    def _focused_row(self) -> FieldRow | None:
        focused = self.screen.focused
        return next((each for each in focused.ancestors if isinstance(each, FieldRow)), None) if focused else None

    async def _learn_usernames(self) -> None:
        people = await self.session.marketplace.people()
        self._usernames = frozenset(person.user.username.casefold() for person in people)
        self._look()

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
        return {**self._server_said, **self.draft.problems(self._usernames)}

    def _look(self) -> None:
        # A form that nobody has typed in yet has nothing to complain about.
        problems = self._problems() if self.draft.dirty or not self.draft.new else {}
        for row in self.query(FieldRow):
            if row.is_mounted:
                row.look(problems)
        changed = sum(self.draft.changed(name) for name in FIELDS)
        self.post_message(self.Edited(changed, len(problems)))
        self.app.refresh_bindings()

    # -- commands ------------------------------------------------------------------------------------------------

    def why_not(self, command: str) -> str | None:
        """Say why nothing can be saved, or picked."""
        if command == "form.pick":
            row = self._focused_row()
            can_pick = row is not None and row.field.name in (_USER, *_ROLES)
            return None if can_pick else "There is nothing to pick from for this field: type it."
        if command == "form.revert":
            row = self._focused_row()
            changed = row is not None and self.draft.changed(row.field.name)
            return None if changed else "This field is as it was."
        if command == "form.save":
            if (reason := self.session.why_not_change()) is not None:
                return reason
            if self._saving:
                return "It is being saved."
            if self.session.marketplace is not self._marketplace:
                return "This form belongs to another marketplace than the one that is open now."
            problems = self._problems()
            if problems:
                return f"Not saved: {next(iter(problems.values()))}"
            if not self.draft.new and not self.draft.changes():
                return "Nothing is changed."
        return None

    def do_revert(self) -> None:
        """Put the focused field's saved value back."""
        row = self._focused_row()
        if row is not None:
            self.draft.revert(row.field.name)
            row.show_value()
            self._look()

    def do_pick(self) -> None:
        """Pick the context user, or one more role, from what there is."""
        start(self, self._pick, group="pick")

    async def _pick(self) -> None:
        row = self._focused_row()
        if row is None:
            return
        if row.field.name == _USER:
            choices = await self._context_users()
            title = "Context user"
        else:
            choices = tuple(Choice(role, role, phrase) for role, phrase in API_ROLES.items())
            title = f"One more role: {row.field.label.lower()}"
        current = self.draft.text(_USER) if row.field.name == _USER else None
        picked = await self.app.push_screen_wait(Picker(title, choices, current=current))
        if picked is None:
            return
        before = "" if row.field.name == _USER else self.draft.text(row.field.name)
        self.draft.put(row.field.name, f"{before} {picked}")
        row.show_value()
        self._look()

    async def _context_users(self) -> tuple[Choice, ...]:
        """Return the users to pick from, judged by the API client as it would be saved now and signed in through."""
        from tui.ordercloud.models import ApiClient
        from tui.panes.user_picks import acting, user_choices

        marketplace = self._marketplace
        people = await marketplace.people()
        assignments = await marketplace.assignments(self.before.id) if self.before is not None else ()
        typed = {name: value for name in FIELDS if (value := self.draft.value(name)) is not None and name != "xp"}
        drafted = ApiClient.from_wire({**typed, "ID": self.before.id if self.before is not None else ""})
        return user_choices(people, acting(drafted, assignments, self.session.clock()))

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
        if not self.draft.dirty:
            return True
        told = Content("\n").join(self._told(self.draft.told(typed_only=True)))
        question = Confirm("Leave and lose what was typed?", told, yes="Lose it", danger=True)
        return await self.app.push_screen_wait(question)

    def do_save(self) -> None:
        """Show what would be sent, then send it."""
        start(self, self._save, group="save", exclusive=False)

    def _told(self, changes: Iterable[tuple[str, str, str]]) -> list[Content]:
        return [
            Content.assemble(
                literal(f"{label:<17} ", "$muted"),
                *((literal(before), Content(" → ")) if before else ()),
                literal(after, "bold"),
            )
            for label, before, after in changes
        ]

    async def _save(self) -> None:
        from tui.ordercloud.errors import OrderCloudError
        from tui.session.failures import Declined

        changes = self.draft.changes()
        name = str(changes.get("AppName") or (self.before.app_name if self.before else ""))
        what = f"Create {plain(name)}?" if self.before is None else f"Save {len(changes)} changed to {plain(name)}?"
        verb = "POST /v1/apiclients" if self.before is None else f"PATCH /v1/apiclients/{self.before.id}"
        lines = [*self._told(self.draft.told()), Content(""), literal(verb, "$muted")]
        over = () if self.draft.new else left_over(self.draft.base["xp"], self.draft.value("xp"))
        if "xp" in changes and over:
            lines.append(Content.styled(plain(f"▲ {members_stay(over)}."), "$warning"))
        if self.before is not None and self.before.id.casefold() == self.session.identity.client_id.casefold():
            lines.append(Content.styled("▲ The console itself is signed in through this API client.", "$warning"))
        body = Content("\n").join(lines)
        question = Question(Kind.CREATE if self.before is None else Kind.SAVE, what, body, "Save", name)
        try:
            marketplace = await ask(self, self.session, question, threat=self._threat, at=self._marketplace)
            if marketplace is None:
                return
            self._saving = True
            if self.before is None:
                saved = await marketplace.create_api_client(changes)
            else:
                saved = await marketplace.patch_api_client(self.before, changes)
        except (OrderCloudError, Declined) as error:
            self._refused(error)
            return
        finally:
            self._saving = False
        self.post_message(self.Finished(saved))

    async def _threat(self) -> str | None:
        if self.before is None:
            return None
        return await self._marketplace.way_in.after_patch(self.before, self.draft.changes())

    def _refused(self, error: Exception) -> None:
        """Keep the draft and show the server's words, at the fields they are about where it said so."""
        from tui.ordercloud.errors import ApiError
        from tui.session.failures import ChangedElsewhere

        if isinstance(error, ChangedElsewhere):
            self.before = error.now
            self.draft.rebase(error.now.to_wire())
            for row in self.query(FieldRow):
                if not self.draft.changed(row.field.name):
                    row.show_value()
            self.post_message(MarketplaceChanged())
        if isinstance(error, ApiError):
            for item in error.errors:
                told = item.data.get("Property") if isinstance(item.data, Mapping) else None
                if isinstance(told, str) and told in FIELDS:
                    self._server_said[told] = item.message or item.error_code or "refused"
        self.app.notify(plain(error), title="Not saved; nothing is lost", severity="error", timeout=8, markup=False)
        self._look()
