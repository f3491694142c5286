"""The form in which a person does a step of a tour: flags to turn over, and lines to type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Static

from tui.session.scenarios.by_hand import Filled, HandField
from tui.widgets.buttons import Buttons
from tui.widgets.flag import Flag
from tui.widgets.framed import Framed
from tui.widgets.plain import literal, plain


class HandForm(Framed["dict[str, str | bool] | None"]):
    """What there is to fill in; None when the person leaves. `check` says what is wrong with it, in a sentence."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Leave", show=False),
        Binding("ctrl+s", "send", "Send", show=False, priority=True),
        Binding("down", "app.focus_next", "Next", show=False),
        Binding("up", "app.focus_previous", "Previous", show=False),
    ]
    DEFAULT_CSS = """
    HandForm > Vertical { width: 72; max-width: 96%; height: auto; max-height: 90%; padding: 1 2; }
    HandForm VerticalScroll { height: auto; max-height: 40vh; margin-top: 1; }
    HandForm VerticalScroll > Horizontal { height: 1; }
    HandForm .label { width: 26; }
    HandForm #wrong { color: $refused; height: auto; }
    """

    def __init__(
        self, title: str, told: str, fields: Sequence[HandField], check: Callable[[Filled], str | None]
    ) -> None:
        super().__init__()
        self._heading = plain(title)
        self._told = told
        self._fields = tuple(fields)
        self._check = check

    def compose(self) -> ComposeResult:
        """Lay the form out."""
        with Vertical() as box:
            box.border_title = Content(self._heading)
            flags = any(isinstance(each.value, bool) for each in self._fields)
            box.border_subtitle = Content(f"{'space turns a flag · ' if flags else ''}^s sends · esc leaves")
            yield Static(literal(self._told))
            with VerticalScroll(can_focus=False):
                for number, each in enumerate(self._fields):
                    with Horizontal():
                        yield Static(literal(each.label or each.name), classes="label")
                        if isinstance(each.value, bool):
                            yield Flag(each.value, id=f"hand-{number}")
                        else:
                            yield Input(each.value, id=f"hand-{number}", compact=True)
            yield Static(id="wrong")
            with Buttons():
                yield Button("Send it", id="yes", compact=True)
                yield Button("Cancel", id="no", compact=True)

    def on_mount(self) -> None:
        """Start in the first field."""
        self.query_one("#hand-0").focus()

    @property
    def filled(self) -> dict[str, str | bool]:
        """What is filled in now."""
        found: dict[str, str | bool] = {}
        for number, each in enumerate(self._fields):
            widget = self.query_one(f"#hand-{number}")
            found[each.name] = widget.value if isinstance(widget, Flag | Input) else each.value
        return found

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes to the next field, and sends in the last."""
        event.stop()
        if event.input.id == f"hand-{len(self._fields) - 1}":
            self.action_send()
        else:
            self.focus_next()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Send, or leave."""
        event.stop()
        if event.button.id == "yes":
            self.action_send()
        else:
            self.dismiss(None)

    def action_send(self) -> None:
        """Answer with what is filled in, unless something is wrong with it."""
        filled = self.filled
        wrong = self._check(filled)
        self.query_one("#wrong", Static).update(literal(f"✗ {wrong}" if wrong else ""))
        if wrong is None:
            self.dismiss(filled)
