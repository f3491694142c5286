"""Tabs on one line: what can be shown, and which of it is."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget


class TabStrip(Widget):
    """Names of tabs, each with an optional count; a click or `step` chooses another."""

    DEFAULT_CSS = """
    TabStrip { height: 1; }
    """

    active: reactive[str] = reactive("")
    tabs: reactive[tuple[tuple[str, str], ...]] = reactive(())

    class Chosen(Message):
        """Another tab was chosen."""

        def __init__(self, strip: TabStrip, tab: str) -> None:
            super().__init__()
            self.strip = strip
            self.tab = tab

        @property
        def control(self) -> TabStrip:
            """The strip it came from."""
            return self.strip

    def __init__(self, tabs: Sequence[tuple[str, str]], *, id: str | None = None) -> None:
        """Take (identity, title) pairs; the first is active."""
        super().__init__(id=id)
        self._places: list[tuple[int, int, str]] = []
        self.set_reactive(TabStrip.tabs, tuple(tabs))
        self.set_reactive(TabStrip.active, tabs[0][0])

    def retitle(self, tab: str, title: str) -> None:
        """Give a tab another title, as when its count changes."""
        self.tabs = tuple((name, title if name == tab else old) for name, old in self.tabs)

    def step(self, by: int) -> None:
        """Choose the tab that many places further, around the end."""
        names = [name for name, _ in self.tabs]
        self.active = names[(names.index(self.active) + by) % len(names)]

    def watch_active(self, tab: str) -> None:
        """Tell who listens."""
        self.post_message(self.Chosen(self, tab))

    def render(self) -> Content:
        """Draw the titles; when they do not fit, they move closer, and then those before the active one give way."""
        width = self.content_size.width
        self._places = []
        parts = list(self.tabs)
        blank = " " if sum(len(title) + 2 for _, title in parts) <= width else ""
        while len(parts) > 1 and self._width(parts, blank) > width and parts[0][0] != self.active:
            parts.pop(0)
        line = Content("")
        for name, title in parts:
            shown = Content.styled(f" {title}{blank}", "$accent bold reverse" if name == self.active else "$muted")
            self._places.append((line.cell_length, line.cell_length + shown.cell_length, name))
            line += shown
        return line

    @staticmethod
    def _width(parts: Sequence[tuple[str, str]], blank: str) -> int:
        return sum(len(title) + 1 + len(blank) for _, title in parts)

    def on_click(self, event: events.Click) -> None:
        """Choose the tab under the mouse."""
        for start, end, name in self._places:
            if start <= event.x < end:
                self.active = name
