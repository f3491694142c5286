"""Labels on the left, what they say on the right, wrapped under itself whatever the width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget

NOTHING = Content("")
_ASIDE_FROM = 26
"""Cells from the beginning of a text to what it means, unless the text is longer."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One line or more: `label` may be blank, which continues the fact above; `text` is safe content.

    `aside` says what the text means; it stands beside it where there is room, else below. A heading is its label alone.
    """

    label: str
    text: Content = NOTHING
    heading: bool = False
    aside: Content | None = None

    def told(self, room: int) -> Content:
        """Return the text with what it means, in as many cells a line as there are beside the labels."""
        if self.aside is None:
            return self.text
        apart = max(2, _ASIDE_FROM - self.text.cell_length)
        beside = self.text.cell_length + apart + self.aside.cell_length <= room
        return Content.assemble(self.text, " " * apart if beside else "\n", self.aside)


GAP = Fact("")
"""A blank line."""


class FactSheet(Widget):
    """A sheet of facts."""

    DEFAULT_CSS = """
    FactSheet { height: auto; width: 1fr; }
    """

    facts: reactive[tuple[Fact, ...]] = reactive((), layout=True)

    def __init__(self, *, label_width: int = 17, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._label_width = label_width

    def show(self, facts: Sequence[Fact]) -> None:
        """Show other facts."""
        self.facts = tuple(facts)

    def _lines(self, width: int) -> list[Content]:
        room = max(10, width - self._label_width)
        lines: list[Content] = []
        for fact in self.facts:
            label = Content.styled(f"{fact.label:<{self._label_width}}", "$muted")
            if fact.heading:
                lines.append(Content.styled(fact.label, "bold $accent"))
                continue
            wrapped = [line for part in fact.told(room).split("\n", allow_blank=True) for line in part.wrap(room)] or [
                Content("")
            ]
            for number, line in enumerate(wrapped):
                lines.append(Content.assemble(label if number == 0 else " " * self._label_width, line))
        return lines

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the lines the facts take at a width."""
        return len(self._lines(width))

    def render(self) -> Content:
        """Draw the facts."""
        return Content("\n").join(self._lines(self.content_size.width))
