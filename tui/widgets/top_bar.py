"""The line on top: the modes on the left; environment, marketplace, user and the token's countdown on the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tui.widgets.plain import plain


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where the console is connected, as shown on every screen.

    `environment_style` is the theme variable that colours the environment; `remaining` is the console token's
    countdown in words, `urgency` one of ok, near and over; `clock` says how the clock differs from the real one.
    """

    environment: str
    environment_style: str
    marketplace: str = ""
    user: str = ""
    remaining: str = ""
    urgency: str = "ok"
    read_only: bool = False
    clock: str = ""


class TopBar(Widget):
    """One line that always says where you are. What does not fit gives way: product, marketplace, then user."""

    DEFAULT_CSS = """
    TopBar { height: 1; dock: top; background: $panel; color: $foreground; }
    """

    mode: reactive[str] = reactive("")
    whereabouts: reactive[Whereabouts] = reactive(Whereabouts("connecting", "$muted"))

    def __init__(self, modes: Sequence[tuple[str, str]]) -> None:
        """Take (command name, title) of each mode, in the order of their keys."""
        super().__init__()
        self._modes = tuple(modes)
        self._places: list[tuple[int, int, str]] = []

    def render(self) -> Content:
        """Draw the line for the width there is."""
        width = self.content_size.width
        for product, marketplace, user, titles in (
            (True, True, True, True),
            (False, True, True, True),
            (False, False, True, True),
            (False, False, False, True),
            (False, False, False, False),
        ):
            left, right = self._left(product=product, titles=titles), self._right(marketplace=marketplace, user=user)
            if left.cell_length + right.cell_length + 1 <= width:
                break
        return Content.assemble(left, " " * max(1, width - left.cell_length - right.cell_length), right)

    async def on_click(self, event: events.Click) -> None:
        """Go to the mode under the mouse."""
        for start, end, command in self._places:
            if start <= event.x < end:
                await self.run_action(f"app.run_command('{command}')")

    def _left(self, *, product: bool, titles: bool) -> Content:
        self._places = []
        parts: list[Content] = [Content.styled(" ocgate ", "bold $primary")] if product else []
        for number, (command, title) in enumerate(self._modes, 1):
            active = command == self.mode
            label = f" {number} {title} " if titles or active else f" {number} "
            style = "bold reverse $accent" if active else "$foreground"
            start = sum(part.cell_length for part in parts)
            self._places.append((start, start + len(label), command))
            parts.append(Content.styled(label, style))
        return Content.assemble(*parts)

    def _right(self, *, marketplace: bool, user: bool) -> Content:
        where = self.whereabouts
        environment = where.environment + (" read-only" if where.read_only else "")
        parts = [Content.styled(f"\u25cf {environment}", f"bold {where.environment_style}")]
        if marketplace and where.marketplace:
            parts.append(Content(_short(where.marketplace, 24)))
        if user and where.user:
            parts.append(Content(_short(where.user, 24)))
        if where.clock:
            parts.append(Content.styled(where.clock, "bold $accent"))
        if where.remaining:
            style = {"ok": "$countdown-ok", "near": "bold $countdown-near", "over": "bold $countdown-over"}[
                where.urgency
            ]
            parts.append(Content.styled(where.remaining, style))
        return Content.assemble(Content(" \u00b7 ").join(parts), " ")


def _short(text: str, most: int) -> str:
    shown = plain(text)
    return shown if len(shown) <= most else shown[: most - 1] + "\u2026"
