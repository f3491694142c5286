"""One flag: on or off, told by a sign and a word, so that it reads without colour."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget


class Flag(Widget, can_focus=True):
    """A flag that space, enter or a click turns over."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space,enter", "turn", "On/off", show=False)]
    DEFAULT_CSS = """
    Flag { height: 1; width: 1fr; padding: 0 1; }
    Flag:focus { background: $panel; text-style: bold; }
    """

    value: reactive[bool] = reactive(False)

    class Changed(Message):
        """The flag was turned over."""

        def __init__(self, flag: Flag, value: bool) -> None:
            super().__init__()
            self.flag = flag
            self.value = value

        @property
        def control(self) -> Flag:
            """The flag it came from."""
            return self.flag

    def __init__(self, value: bool, *, words: tuple[str, str] = ("off", "on"), id: str | None = None) -> None:
        super().__init__(id=id)
        self._words = words
        self.set_reactive(Flag.value, value)

    def render(self) -> Content:
        """Draw sign and word."""
        return Content.styled(f"☑ {self._words[1]}", "$allowed") if self.value else Content(f"☐ {self._words[0]}")

    def action_turn(self) -> None:
        """Turn it over."""
        self.value = not self.value

    def on_click(self) -> None:
        """Turn it over with the mouse."""
        self.action_turn()

    def watch_value(self, value: bool) -> None:
        """Tell who listens."""
        self.post_message(self.Changed(self, value))
