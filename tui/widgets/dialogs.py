"""Questions and notes above the screen. Whatever destroys something puts the focus on No."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ScreenResultType
from textual.widgets import Button, Input, Label, Static

from tui.widgets.buttons import Buttons
from tui.widgets.fact_sheet import Fact, FactSheet
from tui.widgets.framed import Framed, Veiled
from tui.widgets.plain import can_be_typed, literal, plain
from tui.widgets.row_list import Column, RowList


class Asking(Veiled[ScreenResultType]):
    """What questions look like: in a few words, above what there is to say of it, and buttons."""

    DEFAULT_CSS = """
    Asking > Vertical { width: 72; max-width: 96%; height: auto; max-height: 90%; padding: 1 2; }
    Asking VerticalScroll { height: auto; max-height: 45vh; margin-top: 1; }
    Asking Label { text-style: bold; }
    """


class Confirm(Asking[bool]):
    """A question with Yes and No.

    Args:
        title: The question, in a few words.
        body: What would happen; outside text in it must be content made by `literal`.
        yes: The word on the confirming button.
        danger: Focus No, and colour Yes as dangerous.
        retype: A name that must be typed before Yes works, for what cannot be undone in production. In place of one
            that cannot be typed as it is shown, it is the word on the button.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n", "answer(False)", "No", show=False),
        Binding("y", "answer(True)", "Yes", show=False),
        Binding("left", "app.focus_previous", "Previous", show=False),
        Binding("right", "app.focus_next", "Next", show=False),
        Binding("up,k", "scroll(-1)", "Up", show=False),
        Binding("down,j", "scroll(1)", "Down", show=False),
        Binding("pageup", "scroll(-8)", "Page up", show=False),
        Binding("pagedown", "scroll(8)", "Page down", show=False),
    ]
    DEFAULT_CSS = """
    Confirm .danger { border: round $error; }
    Confirm .danger #yes.-style-default:focus { background: $error; }
    """

    def __init__(
        self, title: str, body: Content | str = "", *, yes: str = "Yes", danger: bool = False, retype: str | None = None
    ) -> None:
        super().__init__()
        self._question = plain(title)
        self._body = body if isinstance(body, Content) else literal(body, lines=True)
        self._yes = yes
        self._danger = danger
        self._can_retype = retype is None or can_be_typed(retype)
        self._retype = retype if self._can_retype else yes

    def asks_as(self, other: Confirm) -> bool:
        """Return whether it asks the same as another one."""
        return self._question == other._question

    def compose(self) -> ComposeResult:
        """Lay the question out."""
        with Vertical(classes="danger" if self._danger else ""):
            yield Label(self._question, markup=False)
            with VerticalScroll(can_focus=False):
                yield Static(self._body)
            if self._retype is not None:
                why = "" if self._can_retype else "The name cannot be typed as it stands. "
                yield Label(literal(f"{why}Type {self._retype} to go on:"))
                yield Input(id="retype")
            with Buttons():
                yield Button(self._yes, id="yes", compact=True)
                yield Button("No" if self._danger else "Cancel", id="no", compact=True)

    def on_mount(self) -> None:
        """Put the focus where a hasty enter does no harm."""
        if self._retype is not None:
            self.query_one("#retype").focus()
        else:
            self.query_one("#no" if self._danger else "#yes").focus()
        self.call_after_refresh(self._fit)

    def on_resize(self) -> None:
        """Say how the rest is read where there is not room for all."""
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        more = self.query_one(VerticalScroll).max_scroll_y > 0
        self.query_one(Vertical).border_subtitle = Content("↑ ↓ scroll" if more else "")

    def action_answer(self, answer: bool) -> None:
        """Answer, unless a name has yet to be typed."""
        if answer and self._retype is not None and self.query_one("#retype", Input).value != self._retype:
            self.app.notify(f"The name typed is not {self._retype}.", severity="warning", markup=False)
            return
        self.dismiss(answer)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer with the button."""
        event.stop()
        self.action_answer(event.button.id == "yes")

    def on_input_submitted(self) -> None:
        """Enter in the name field is Yes, when the name is right."""
        self.action_answer(True)


class Note(Veiled[None]):
    """Text to read; any of the closing keys leaves it.

    Args:
        title: What it is about.
        body: Text, or facts.
        label_width: Cells of the facts' labels.
        copied: What `y` sends to the clipboard; None when there is nothing to copy.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter,question_mark,f1", "dismiss", "Close", show=False),
        Binding("j", "scroll(1)", "Down", show=False),
        Binding("k", "scroll(-1)", "Up", show=False),
        Binding("y", "copy", "Copy", show=False),
    ]
    DEFAULT_CSS = """
    Note FactSheet { width: 1fr; }
    Note > VerticalScroll { width: 84; max-width: 96%; height: auto; max-height: 92%; padding: 1 2; }
    """

    def __init__(
        self, title: str, body: Content | Sequence[Fact], *, label_width: int = 17, copied: str | None = None
    ) -> None:
        super().__init__()
        self._heading = plain(title)
        self._body = body
        self._label_width = label_width
        self._copied = copied

    def compose(self) -> ComposeResult:
        """Lay the text out."""
        with VerticalScroll() as scroll:
            scroll.border_title = Content(self._heading)
            scroll.border_subtitle = Content("esc closes" if self._copied is None else "y copies · esc closes")
            if isinstance(self._body, Content):
                yield Static(self._body)
            else:
                sheet = FactSheet(label_width=self._label_width)
                sheet.show(self._body)
                yield sheet

    def on_mount(self) -> None:
        """Let the arrow keys scroll at once."""
        self.query_one(VerticalScroll).focus()

    def action_copy(self) -> None:
        """Copy what there is to copy, and say how."""
        if self._copied is not None:
            self.app.copy_to_clipboard(self._copied)
            self.query_one(VerticalScroll).border_subtitle = Content("sent to the terminal's clipboard (OSC 52)")


class Ask(Asking[tuple[str, ...] | None]):
    """A few one-line answers; None when the person leaves.

    Args:
        title: What is asked for.
        fields: (label, first value, whether it is a secret) of each answer.
        body: A sentence above the fields.
        yes: The word on the confirming button.
        check: Says what is wrong with the answers, in a sentence; the dialog stays while there is something.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave", show=False)]
    DEFAULT_CSS = """
    Ask Input { margin-bottom: 1; }
    Ask #wrong { color: $refused; height: auto; }
    """

    def __init__(
        self,
        title: str,
        fields: Sequence[tuple[str, str, bool]],
        *,
        body: Content | str = "",
        yes: str = "Go on",
        check: Callable[[tuple[str, ...]], str | None] = lambda _: None,
    ) -> None:
        super().__init__()
        self._question = plain(title)
        self._fields = tuple(fields)
        self._body = body if isinstance(body, Content) else literal(body, lines=True)
        self._yes = yes
        self._check = check

    def compose(self) -> ComposeResult:
        """Lay the questions out."""
        with Vertical():
            yield Label(self._question, markup=False)
            with VerticalScroll(can_focus=False):
                yield Static(self._body)
            for number, (label, value, secret) in enumerate(self._fields):
                yield Static(literal(label))
                yield Input(value, password=secret, id=f"field-{number}", compact=True)
            yield Static(id="wrong")
            with Buttons():
                yield Button(self._yes, id="yes", compact=True)
                yield Button("Cancel", id="no", compact=True)

    def on_mount(self) -> None:
        """Start in the first field."""
        self.query_one("#field-0").focus()

    def action_leave(self) -> None:
        """Leave without an answer."""
        self.dismiss(None)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes to the next field, and answers in the last."""
        event.stop()
        if event.input.id == f"field-{len(self._fields) - 1}":
            self._answer()
        else:
            self.focus_next()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer, or leave."""
        event.stop()
        if event.button.id == "yes":
            self._answer()
        else:
            self.dismiss(None)

    def _answer(self) -> None:
        values = tuple(self.query_one(f"#field-{number}", Input).value for number in range(len(self._fields)))
        wrong = self._check(values)
        self.query_one("#wrong", Static).update(literal(f"✗ {wrong}" if wrong else ""))
        if wrong is None:
            self.dismiss(values)


class Choose(Framed[str | None]):
    """One of a few choices; None when the person leaves.

    Args:
        title: What is chosen.
        choices: (answer, words) of each.
        current: The answer the cursor starts on.
        preview: Called with each answer the cursor passes.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "dismiss(None)", "Leave", show=False)]
    DEFAULT_CSS = """
    Choose > Vertical { width: 50; max-width: 96%; height: auto; max-height: 80%; padding: 1 1; }
    Choose RowList { height: auto; max-height: 16; }
    """

    def __init__(
        self,
        title: str,
        choices: Sequence[tuple[str, str]],
        *,
        current: str | None = None,
        preview: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__()
        self._heading = plain(title)
        self._choices = tuple(choices)
        self._current = current
        self._preview = preview

    def compose(self) -> ComposeResult:
        """Lay the choices out."""
        with Vertical() as box:
            box.border_title = Content(self._heading)
            box.border_subtitle = Content("enter chooses, esc leaves")
            yield RowList[tuple[str, str]](
                (Column("", lambda choice: choice[1], grow=True),), key=lambda choice: choice[0], heading=False
            )

    def on_mount(self) -> None:
        """Start on the current choice."""
        choices = self.query_one(RowList)
        choices.rows = self._choices
        choices.styles.height = min(16, len(self._choices))
        if self._current is not None:
            choices.move_to(self._current)
        choices.focus()

    def on_row_list_highlighted(self, message: RowList.Highlighted) -> None:
        """Try the choice on."""
        message.stop()
        if self._preview is not None and message.row is not None:
            self._preview(message.row[0])

    def on_row_list_opened(self, message: RowList.Opened) -> None:
        """Answer."""
        message.stop()
        self.dismiss(None if message.row is None else message.row[0])
