"""The form of an attempt: only the fields that the grant needs, filled from the marketplace."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input, Static

from tui.session.attempts import Form, Kind, Result
from tui.widgets.plain import literal

KINDS = tuple(Kind)

ROWS: tuple[tuple[str, str], ...] = (
    ("kind", "Grant"),
    ("client", "API client"),
    ("refreshing", "Token of"),
    ("connect", "Provider"),
    ("caller", "Asked by"),
    ("user", "User"),
    ("password", "Password"),
    ("secret", "Secret"),
    ("scope", "Roles"),
    ("visitor", "anonuserid"),
)
"""Every row of the form, by identity and label, in their order."""

PICKED = ("client", "refreshing", "connect", "caller", "user")
"""The rows whose value is picked from a list."""

PLACEHOLDERS = {
    "password": "the user's password",
    "secret": "none",
    "scope": "all there are · ^o picks",
    "visitor": "any name for the visitor; may be empty",
}


def rows_of(kind: Kind, *, embedded: bool = True) -> frozenset[str]:
    """Return which rows a grant needs; the embedded sandbox has an identity provider of its own."""
    rows = {"kind", "client", "scope"}
    rows |= {"user"} if kind.names_user else set()
    rows |= {"password"} if kind.needs_user else set()
    rows |= {"caller"} if kind is Kind.IMPERSONATION else set()
    rows |= {"connect"} if kind is Kind.OPENID and not embedded else set()
    rows |= {"secret"} if kind.takes_secret else set()
    rows |= {"visitor"} if kind is Kind.ANONYMOUS else set()
    rows |= {"refreshing"} if kind is Kind.REFRESH else set()
    return frozenset(rows)


class GrantChooser(Widget, can_focus=True):
    """One grant of several; left and right choose another."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "step(-1)", "Previous grant", show=False),
        Binding("right,l,space", "step(1)", "Next grant", show=False),
    ]
    kind: reactive[Kind] = reactive(Kind.PASSWORD)

    class Chosen(Message):
        """Another grant was chosen."""

        def __init__(self, kind: Kind) -> None:
            super().__init__()
            self.kind = kind

    def render(self) -> Content:
        """Draw the grant between two arrows, and how many there are."""
        parts = [
            ("◂ ", "$accent" if self.has_focus else "$muted"),
            (self.kind.value, "bold"),
            (" ▸", "$accent" if self.has_focus else "$muted"),
            (f"  {KINDS.index(self.kind) + 1} of {len(KINDS)}", "$muted"),
        ]
        return Content.assemble(*parts)

    def action_step(self, by: int) -> None:
        """Choose the next grant, around the end."""
        self.post_message(self.Chosen(KINDS[(KINDS.index(self.kind) + by) % len(KINDS)]))

    def on_click(self, event: events.Click) -> None:
        """The left arrow chooses the previous grant, anything else the next."""
        self.action_step(-1 if event.x < 2 else 1)


class PickField(Widget, can_focus=True):
    """A field whose value is picked from a list; enter opens it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space", "pick", "Choose", show=False)]
    shown: reactive[Content] = reactive(Content(""))

    class Wanted(Message):
        """The list of choices is wanted."""

        def __init__(self, field: PickField) -> None:
            super().__init__()
            self.field = field

    def render(self) -> Content:
        """Draw the value, and that there is a list behind it."""
        width = max(4, self.content_size.width - 2)
        value = self.shown.truncate(width, ellipsis=True)
        sign = Content.styled(" ▾", "$accent" if self.has_focus else "$muted")
        return Content.assemble(value, " " * max(0, width - value.cell_length), sign)

    def action_pick(self) -> None:
        """Ask for the list."""
        self.post_message(self.Wanted(self))

    def on_click(self) -> None:
        """Ask for the list."""
        self.action_pick()


class AttemptForm(Vertical):
    """What an attempt sends. `value` is the model; the rows show it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1)", "Row above", show=False),
        Binding("down", "step(1)", "Row below", show=False),
    ]
    value: reactive[Form] = reactive(Form(Kind.PASSWORD, ""), init=False)

    class Changed(Message):
        """Something in the form is different."""

    class PickWanted(Message):
        """A value is to be picked: `row` is one of those of `PICKED`."""

        def __init__(self, row: str) -> None:
            super().__init__()
            self.row = row

    class Submitted(Message):
        """Enter was pressed in the last field."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.app_names: dict[str, str] = {}
        self.embedded = True
        self.notes: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        """Lay out every row; those the grant does not need are hidden."""
        for name, label in ROWS:
            with Horizontal(id=f"row-{name}"):
                yield Static(label, classes="label")
                if name == "kind":
                    yield GrantChooser(id="kind")
                elif name in PICKED:
                    yield PickField(id=name)
                else:
                    masked = name in ("password", "secret")
                    yield Input(password=masked, placeholder=PLACEHOLDERS[name], id=name, compact=True)
                    yield Static(classes="note", id=f"note-{name}")

    def on_mount(self) -> None:
        """Show the first value."""
        self.show()

    @on(events.DescendantFocus)
    @on(events.DescendantBlur)
    def mark_row(self) -> None:
        """Mark the row that the keyboard is on."""
        for row in self.query(Horizontal):
            row.set_class(row.has_focus_within, "-here")

    def watch_value(self) -> None:
        """Show the value, and tell who listens."""
        self.show()
        self.post_message(self.Changed())

    def change(self, notes: dict[str, str] | None = None, /, **fields: object) -> None:
        """Change some fields of the value; `notes` says of a row where its value comes from."""
        if notes is not None:
            self.notes.update(notes)
        self.value = replace(self.value, **fields)  # type: ignore[arg-type]  # the fields of Form
        self.show()

    def show(self) -> None:
        """Draw the rows from the value."""
        if not self.query("#kind"):
            return
        value = self.value
        wanted = rows_of(value.kind, embedded=self.embedded)
        for name, _ in ROWS:
            self.query_one(f"#row-{name}").display = name in wanted
        self.query_one("#kind", GrantChooser).kind = value.kind
        self.query_one("#client", PickField).shown = self._client_shown(value)
        self.query_one("#user", PickField).shown = literal(value.username) if value.username else _none(_nobody(value))
        self.query_one("#caller", PickField).shown = _caller_shown(value.caller)
        connect = literal(value.connect) if value.connect else _none("choose a configuration")
        self.query_one("#connect", PickField).shown = connect
        password = "the code of the mail · ^g sends it" if value.kind is Kind.ONE_TIME else PLACEHOLDERS["password"]
        self.query_one("#password", Input).placeholder = password
        self.query_one("#refreshing", PickField).shown = _refreshing_shown(value.refreshing)
        for name, text in (
            ("password", value.password),
            ("secret", value.secret),
            ("scope", value.scope),
            ("visitor", value.anon_user_id),
        ):
            field = self.query_one(f"#{name}", Input)
            if field.value != text:
                with field.prevent(Input.Changed):
                    field.value = text
            note = literal(self.notes.get(name, "") if text else "", "$muted")
            shown = self.query_one(f"#note-{name}", Static)
            if shown.content != note:  # an update lays the whole screen out anew
                shown.update(note)

    def _client_shown(self, value: Form) -> Content:
        if not value.api_client_id:
            return _none("choose an API client")
        name = self.app_names.get(value.api_client_id)
        return literal(name) if name else Content.assemble(literal(value.api_client_id), _none(" unknown ID"))

    # -- what the rows tell --------------------------------------------------------------------------------------

    @on(GrantChooser.Chosen)
    def _kind_chosen(self, message: GrantChooser.Chosen) -> None:
        message.stop()
        self.change(kind=message.kind)

    @on(PickField.Wanted)
    def _pick_wanted(self, message: PickField.Wanted) -> None:
        message.stop()
        self.post_message(self.PickWanted(message.field.id or ""))

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        name = event.input.id or ""
        field = {"visitor": "anon_user_id"}.get(name, name)
        if getattr(self.value, field) != event.value:
            self.change({name: ""}, **{field: event.value})

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        shown = [each for each in self.query(Input) if each.parent is not None and each.parent.display]
        if shown and event.input is shown[-1]:
            self.post_message(self.Submitted())
        else:
            self.screen.focus_next()

    def action_step(self, by: int) -> None:
        """Go to the row above or below."""
        shown = [name for name, _ in ROWS if self.query_one(f"#row-{name}").display]
        here = next((name for name in shown if self.query_one(f"#{name}").has_focus), None)
        at = shown.index(here) + by if here is not None else 0
        if 0 <= at < len(shown):
            self.focus_row(shown[at])

    def focus_row(self, name: str) -> None:
        """Put the focus into a row."""
        self.query_one(f"#{name}").focus()


def _none(words: str) -> Content:
    return Content.styled(words, "$muted italic")


def _refreshing_shown(result: Result | None) -> Content:
    if result is None:
        return _none("no refresh token yet: sign in first")
    return Content.assemble(f"#{result.number} ", literal(result.who), " · ", literal(result.app_name))


def _nobody(value: Form) -> str:
    if value.kind is Kind.IMPERSONATION:
        return "choose whom to act as"
    return "choose a user"


def _caller_shown(result: Result | None) -> Content:
    if result is None:
        return Content.assemble("the console", _none("'s own token"))
    return _refreshing_shown(result)
