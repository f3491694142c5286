"""Traffic: every exchange of this sitting, newest last, each whole and redacted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from math import ceil
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.commands import bindings
from tui.panes.mode import ModePane
from tui.widgets.exchange_text import exchange_text
from tui.widgets.row_list import Column, RowList

if TYPE_CHECKING:
    from tui.ordercloud import Exchange
    from tui.session.session import Session


_ID = re.compile(r"\b([0-9A-Fa-f]{8})-[0-9A-Fa-f]{4}-[0-9A-Fa-f-]{18,27}")


def is_refusal(exchange: Exchange) -> bool:
    """Whether the marketplace said no, or nothing usable came back."""
    return exchange.status is None or exchange.status >= 400 or bool(exchange.failure)


@dataclass(frozen=True, slots=True)
class Totals:
    """What some exchanges come to. `p50` and `p95` are milliseconds, None while there is none."""

    count: int = 0
    refusals: int = 0
    p50: float | None = None
    p95: float | None = None

    def content(self) -> Content:
        """Return them on one line."""
        parts = [Content(f"{self.count} exchange{'' if self.count == 1 else 's'}")]
        no = f"{self.refusals} refused or failed" if self.refusals else "none refused"
        parts.append(Content.styled(no, "$refused" if self.refusals else "$muted"))
        if self.p50 is not None and self.p95 is not None:
            parts.append(Content.styled(f"p50 {self.p50:.0f} ms  p95 {self.p95:.0f} ms", "$muted"))
        return Content(" \u00b7 ").join(parts)


def totals(exchanges: Sequence[Exchange]) -> Totals:
    """Count exchanges and their refusals; the percentiles are times that really occurred (nearest rank)."""
    times = sorted(exchange.total_ms for exchange in exchanges)
    return Totals(
        len(exchanges),
        sum(map(is_refusal, exchanges)),
        times[ceil(0.50 * len(times)) - 1] if times else None,
        times[ceil(0.95 * len(times)) - 1] if times else None,
    )


@dataclass(frozen=True, slots=True)
class Row:
    """One exchange as a line of the list, worked out once: masking credentials is work."""

    exchange: Exchange
    time: str
    path: str
    refused: bool

    @classmethod
    def of(cls, exchange: Exchange) -> Row:
        """Return the line of an exchange."""
        # An ID is known by its beginning; what stands behind it tells what was asked for.
        path = _ID.sub("\\1\u2026", exchange.redacted().request_line.partition(" ")[2])
        again = f" (attempt {exchange.attempt})" if exchange.attempt > 1 else ""
        time = exchange.started_at.astimezone(UTC).strftime("%H:%M:%S")
        return cls(exchange, time, path + again, is_refusal(exchange))

    @property
    def status(self) -> Content:
        """Return the status with a sign, readable without colour."""
        sign, colour = ("\u2717", "$refused") if self.refused else ("\u2713", "$allowed")
        code = self.exchange.status
        return Content.styled(f"{sign} {'none' if code is None else code}", colour)


COLUMNS: tuple[Column[Row], ...] = (
    Column("Time UTC", lambda row: row.time, width=8),
    Column("Status", lambda row: row.status, width=6),
    Column("Method", lambda row: row.exchange.method, width=6),
    Column("Path", lambda row: row.path, grow=True),
    Column("ms", lambda row: f"{row.exchange.total_ms:.0f}", width=5, right=True),
)


class TrafficPane(ModePane):
    """The list of exchanges and the one under the cursor; where it is narrow, one of the two at a time."""

    SCOPE = "traffic"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("traffic")]

    def __init__(self, session: Session, *, id: str | None = None) -> None:
        super().__init__(session, id=id)
        self.following = True
        self._waiting = False
        self._rows: dict[int, Row] = {}
        self._shown: Row | None = None

    def compose(self) -> ComposeResult:
        """Lay list and detail out."""
        with Vertical(id="exchanges", classes="panel") as exchanges:
            exchanges.border_title = "Traffic"
            rows: RowList[Row] = RowList(
                COLUMNS, key=lambda row: id(row.exchange), empty="Nothing has been asked of a marketplace yet."
            )
            yield rows
            yield Static(id="totals")
        with VerticalScroll(id="exchange", classes="panel") as exchange:
            exchange.border_title = "Exchange"
            yield Static(id="whole")

    def on_mount(self) -> None:
        """Listen from now on; what was before is in the session."""
        self.session.listeners.append(self._heard)
        self._draw()

    def on_unmount(self) -> None:
        """Listen no more."""
        self.session.listeners.remove(self._heard)

    def take_focus(self) -> None:
        """Put the focus on the list, which was not drawn while it was out of sight."""
        self._draw()
        self._list.focus()

    @property
    def _list(self) -> RowList[Row]:
        return self.query_one("#exchanges RowList", RowList)

    # -- new exchanges -------------------------------------------------------------------------------------------

    def _heard(self, exchange: Exchange) -> None:
        """Draw once for all the exchanges that come before the next frame; out of sight not at all."""
        if not self._waiting and self.display:
            self._waiting = True
            self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        self._waiting = False
        exchanges = tuple(self.session.exchanges)
        known = self._rows
        self._rows = {id(each): known.get(id(each)) or Row.of(each) for each in exchanges}
        self._list.rows = tuple(self._rows.values())
        if self.following and exchanges and not self.has_class("-open"):
            self._list.cursor = len(exchanges) - 1
        self.query_one("#totals", Static).update(totals(exchanges).content())
        self._tell_following()
        self.refresh_bindings()

    def on_row_list_highlighted(self, message: RowList.Highlighted) -> None:
        """Show the exchange under the cursor; whoever moves away from the newest does not want to be moved back."""
        message.stop()
        row = self._list.row
        if row is self._shown:
            return
        self._shown = row
        self.query_one("#whole", Static).update("" if row is None else exchange_text(row.exchange))
        self.query_one("#exchange").border_title = f"Exchange {self._list.cursor + 1}"
        self.query_one("#exchange").scroll_home(animate=False)
        if not self._waiting:
            self.following = self._list.cursor == len(self._list.rows) - 1
            self._tell_following()

    def _tell_following(self) -> None:
        self.query_one("#exchanges").border_subtitle = "following the newest" if self.following else "f follows"

    # -- commands ------------------------------------------------------------------------------------------------

    def on_row_list_opened(self, message: RowList.Opened) -> None:
        """Show the exchange alone where it is narrow; else go over to it."""
        message.stop()
        self.do_open()

    def why_not(self, command: str) -> str | None:
        """Say why a command cannot be done now."""
        if command in ("traffic.copy", "traffic.open") and self._list.row is None:
            return "There is no exchange yet."
        if command == "traffic.follow" and not self.query_one("#exchanges").display:
            return "This is one exchange: esc returns to the list, which can follow the newest."
        if command == "traffic.back" and not self.has_class("-open"):
            return "This is the list."
        return None

    def do_open(self) -> None:
        """Read the exchange under the cursor."""
        self.add_class("-open")
        self.query_one("#exchange").focus()
        self.refresh_bindings()

    def do_back(self) -> None:
        """Return to the list."""
        self.remove_class("-open")
        self._list.focus()
        self.refresh_bindings()

    def do_follow(self) -> None:
        """Go to the newest exchange and stay with it, or stay where the cursor is."""
        self.following = not self.following
        self._draw()

    def do_copy(self) -> None:
        """Choose the form in which to copy the exchange under the cursor; redacted in each."""
        from tui.panes.copying import copy_exchange

        if (row := self._list.row) is not None:
            copy_exchange(self, self.session, row.exchange, text=exchange_text(row.exchange).plain)
