"""A bar that shows how a whole is shared out: what is done, what went wrong, what is left."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

Shares = tuple[tuple[int, str], ...]


class ShareBar(Widget):
    """One line: the shares in their colours, then what is left of the total, then how far it is."""

    DEFAULT_CSS = """
    ShareBar { height: 1; width: 1fr; }
    """

    shares: reactive[Shares] = reactive[Shares](())
    total: reactive[int] = reactive(0)

    def show(self, shares: Sequence[tuple[int, str]], total: int) -> None:
        """Show other shares: the number and the style of each."""
        self.shares, self.total = tuple(shares), total

    def render(self) -> Content:
        """Draw it."""
        settled = sum(number for number, _ in self.shares)
        told = f"  {settled:,} of {self.total:,}"
        room = max(1, self.content_size.width - len(told))
        parts, drawn, passed = [], 0, 0
        for number, style in self.shares:
            passed += number
            # A share that is not nothing is seen, however small; the bar is full only when all is there.
            cells = max(drawn + (number > 0), room * passed // self.total if self.total else 0)
            cells = min(cells, room if passed >= self.total else room - 1)
            parts.append(Content.styled("━" * (cells - drawn), style))
            drawn = max(drawn, cells)
        parts.append(Content.styled("─" * (room - drawn), "$muted"))
        return Content.assemble(*parts, told)
