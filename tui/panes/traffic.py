"""Traffic: every exchange and all that reaches a sandbox, newest last, or by API client; or what a file recorded."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.widgets import Input, Static

from tui.commands import bindings
from tui.panes.messages import TokenGiven
from tui.panes.mode import ModePane
from tui.panes.traffic_look import MANY, Look, look_at
from tui.panes.traffic_rows import (
    Row,
    Totals,
    group_columns,
    group_text,
    remarks,
    request_columns,
    request_text,
)
from tui.session.live_traffic import POLL_SECONDS, LiveTraffic
from tui.session.stand_ins.records import learn_requests
from tui.session.traffic_filter import KEYS, Names, TrafficFilter, exactly, parse_filter
from tui.session.traffic_groups import Group
from tui.session.traffic_names import TrafficNames
from tui.session.traffic_requests import token_in
from tui.widgets.background import start
from tui.widgets.plain import literal
from tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui.ordercloud import Exchange
    from tui.panes.traffic_file import TrafficFile
    from tui.session.session import Session

REQUESTS, CLIENTS = "requests", "clients"
_NOTHING = "Nothing has been asked of a marketplace yet."
_NO_MATCH = "Nothing here matches the filter: esc clears it."
_ROOM_FOR_CLIENT = 90


class TrafficPane(ModePane):
    """The list and what is under its cursor; where it is narrow, one of the two at a time."""

    SCOPE = "traffic"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("traffic")]

    def __init__(self, session: Session, *, id: str | None = None) -> None:
        super().__init__(session, id=id)
        self.following = True
        self.view = REQUESTS
        self.file: TrafficFile | None = None
        self._live = LiveTraffic()
        self._timer: Timer | None = None
        self._names = TrafficNames(session)
        self._filter = TrafficFilter()
        self._came_from: str | None = None
        self._waiting = False
        self._look = Look(0, False, False, {}, (), Totals(), Names())
        self._shown: object = None

    def compose(self) -> ComposeResult:
        """Lay list and detail out."""
        with Vertical(id="exchanges", classes="panel") as exchanges:
            exchanges.border_title = "Traffic"
            yield Input(id="traffic-filter", placeholder='words status:4xx method:POST client:"Name" refused:yes')
            yield Static(id="traffic-filter-told")
            yield RowList[Row](
                request_columns(Names(), wide=False), key=lambda row: row.request.key, empty=_NOTHING, id="requests"
            )
            yield RowList[Group](
                group_columns(Names(), file=False),
                key=lambda each: (each.cid, each.secret),
                empty=_NOTHING,
                id="by-client",
            )
            yield Static(id="totals")
        with VerticalScroll(id="exchange", classes="panel") as exchange:
            exchange.border_title = "Exchange"
            yield Static(id="whole")

    def on_mount(self) -> None:
        """Listen from now on; what was before is in the session."""
        self.session.listeners.append(self._heard)
        self._timer = self.set_interval(POLL_SECONDS, self._poll, pause=True)
        self._show_view()
        self._draw()
        start(self, self._listen, group="log")

    def on_unmount(self) -> None:
        """Listen no more."""
        self.session.listeners.remove(self._heard)
        self._live.close()

    async def session_changed(self) -> None:
        """Listen to the log of the marketplace that is there now."""
        self._names.forget()
        start(self, self._listen, group="log")

    async def marketplace_changed(self) -> None:
        """An API client may have another name now."""
        if self.display:
            self._draw()

    def take_focus(self) -> None:
        """Put the focus on the list, which was not drawn while it was out of sight."""
        self._draw()
        (self.query_one("#exchange") if self.has_class("-open") else self._list).focus()

    def on_resize(self, event: Resize) -> None:
        """Show who asked where there is room for it."""
        if self.display:
            self._draw()

    @property
    def _list(self) -> RowList[Any]:
        return self.query_one("#requests" if self.view == REQUESTS else "#by-client", RowList)

    @property
    def _row(self) -> Row | None:
        row = self._list.row if self.view == REQUESTS else None
        return row if isinstance(row, Row) else None

    # -- new requests --------------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        """Find the log of every request, where there is one, and follow it."""
        await self._live.follow(self.session, self._heard)
        if self._timer is not None:
            (self._timer.resume if self._live.is_served else self._timer.pause)()
        self._heard()

    def _poll(self) -> None:
        if self.display:
            start(self, self._read_served, group="served log", exclusive=False)

    async def _read_served(self) -> None:
        if await self._live.read():
            self._heard()

    def _heard(self, _: Exchange | None = None) -> None:
        """Draw once for all the requests that come before the next frame; out of sight not at all."""
        if not self._waiting and self.display:
            self._waiting = True
            self.call_after_refresh(self._draw)

    # -- drawing -------------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        self._waiting = False
        file, by_client = self.file, self.view == CLIENTS
        every = self._live.requests(tuple(self.session.exchanges)) if file is None else file.requests
        work = partial(look_at, every, self._filter, self._names.known(), self._look.rows, by_client=by_client)
        if len(every) <= MANY:
            self._show(work())
            return

        async def draw() -> None:
            look = await asyncio.to_thread(work)
            if self.file is file and by_client is (self.view == CLIENTS):
                self._show(look)

        start(self, draw, group="many")

    def _show(self, look: Look) -> None:
        names, file = look.names, self.file
        rows: Sequence[Row | Group] = look.groups if look.by_client else tuple(look.rows.values())
        self._look = look
        self.tell_stand_ins()
        self._list.empty = _NO_MATCH if look.filtered else _NOTHING
        wide = not look.by_client and self._list.scrollable_content_region.width >= _ROOM_FOR_CLIENT
        self._list.set_columns(
            group_columns(names, file=file is not None) if look.by_client else request_columns(names, wide=wide)
        )
        self._list.rows = rows
        if self.view == REQUESTS and self.following and file is None and rows and not self.has_class("-open"):
            self._list.cursor = len(rows) - 1
        told = look.totals.content("exchange" if file is None else "request")
        if remark := remarks(look.groups, names):
            told = Content("\n").join([told, literal(remark, "$muted")])
        self.query_one("#totals", Static).update(told)
        self._tell_panel()
        self._show_detail(again=look.by_client)
        self.refresh_bindings()
        wanted = {(each.cid, each.secret) for each in look.groups}
        if self.display and self._names.misses(wanted, secrets=file is None):
            start(self, partial(self._read_names, wanted), group="names", exclusive=False)

    async def _read_names(self, wanted: set[tuple[str, str]]) -> None:
        if await self._names.read(wanted, secrets=self.file is None):
            self._draw()

    def _tell_panel(self) -> None:
        panel = self.query_one("#exchanges")
        title = "Traffic" if self.file is None else f"Traffic · {self.file.name}"
        panel.border_title = literal(title if self.view == REQUESTS else f"{title} · by API client")
        if self.view == CLIENTS:
            panel.border_subtitle = "enter shows its requests"
        elif self.file is not None:
            panel.border_subtitle = "esc leaves the file"
        else:
            panel.border_subtitle = "following the newest" if self.following else "f follows"

    @on(RowList.Highlighted)
    def _moved(self, message: RowList.Highlighted) -> None:
        """Show what is under the cursor; whoever moves away from the newest does not want to be moved back."""
        message.stop()
        if message.row_list is not self._list or self._list.row is self._shown:
            return
        self._show_detail()
        if self.view == REQUESTS and not self._waiting and self.file is None:
            self.following = self._list.cursor == len(self._list.rows) - 1
            self._tell_panel()

    def _show_detail(self, *, again: bool = False) -> None:
        row = self._list.row
        if row is self._shown and not again:
            return
        moved = not (isinstance(row, Group) and isinstance(self._shown, Group) and row.cid == self._shown.cid)
        self._shown = row
        names, panel = self._names.known(), self.query_one("#exchange")
        whole = self.query_one("#whole", Static)
        if isinstance(row, Row):
            whole.update(request_text(row.request, names))
            kind = "Request" if row.request.exchange is None else "Exchange"
            panel.border_title = f"{kind} {self._list.cursor + 1}"
        elif isinstance(row, Group):
            whole.update(group_text(row, names, self._look.every))
            panel.border_title = "Secret" if row.secret else "API client"
        else:
            whole.update("")
            panel.border_title = "Exchange"
        if moved:
            panel.scroll_home(animate=False)

    def _show_view(self) -> None:
        self.query_one("#requests").display = self.view == REQUESTS
        self.query_one("#by-client").display = self.view == CLIENTS
        self.set_class(self.view == CLIENTS, "-clients")

    # -- the filter ----------------------------------------------------------------------------------------------

    @property
    def _line(self) -> Input:
        return self.query_one("#traffic-filter", Input)

    @on(Input.Changed, "#traffic-filter")
    def _typed(self, message: Input.Changed) -> None:
        message.stop()
        self._use_filter(message.value)

    @on(Input.Submitted, "#traffic-filter")
    def _done(self, message: Input.Submitted) -> None:
        message.stop()
        self._line.set_class(bool(message.value), "-shown")
        self._list.focus()

    def _use_filter(self, text: str) -> None:
        self._filter = parse_filter(text)
        told = self.query_one("#traffic-filter-told", Static)
        told.update(literal(self._filter.problem, "$refused"))
        told.display = bool(self._filter.problem)
        self._draw()

    def _set_filter(self, text: str) -> None:
        """Put another text into the filter line, which is there while it holds one."""
        with self.prevent(Input.Changed):
            self._line.value = text
        self._line.set_class(bool(text), "-shown")
        self._use_filter(text)

    # -- commands ------------------------------------------------------------------------------------------------

    @on(RowList.Opened)
    def _opened(self, message: RowList.Opened) -> None:
        """Show what was opened: a request alone, or the requests of an API client."""
        message.stop()
        self.do_open()

    def why_not(self, command: str) -> str | None:
        """Say why a command cannot be done now."""
        row = self._row
        if command in ("traffic.copy", "traffic.read-token"):
            if row is None:
                return "There is no exchange under the cursor."
            if row.request.exchange is None:
                return "Of this request neither headers nor bodies are kept: only those of this console are."
            if command == "traffic.read-token" and not token_in(row.request.exchange):
                return "There is no access token in this exchange."
        if command == "traffic.open" and self._list.row is None:
            return "There is nothing yet."
        if command == "traffic.follow":
            if not self.query_one("#exchanges").display or self.view == CLIENTS:
                return "Only the list of requests can follow the newest."
            if self.file is not None:
                return "A file has no newer requests: esc returns to the live ones."
        if command in ("traffic.view", "traffic.filter") and not self.query_one("#exchanges").display:
            return "This is one exchange: esc returns to the list."
        if command == "traffic.filter" and self._line.has_focus:
            return "You are typing it: enter returns to the list."
        if command == "traffic.back" and not self._can_go_back:
            return "This is the list."
        return None

    @property
    def _can_go_back(self) -> bool:
        shown = self._line.has_class("-shown")
        return self.has_class("-open") or shown or self._came_from is not None or self.file is not None

    def do_open(self) -> None:
        """Read the request under the cursor, or go to the requests of the API client."""
        row = self._list.row
        if isinstance(row, Group):
            names = self._names.known()
            wanted = [exactly("client", row.cid, names.clients)]
            wanted += [exactly("secret", row.secret, names.secrets)] if row.secret else []
            self._came_from = self._line.value
            self._to_view(REQUESTS, " ".join([*([self._came_from] if self._came_from else []), *wanted]))
            return
        self.add_class("-open")
        self.query_one("#exchange").focus()
        self.refresh_bindings()

    def do_back(self) -> None:
        """Return from what was gone to last: one request, an API client's requests, a filter, a file."""
        if self.has_class("-open"):
            self.remove_class("-open")
        elif self._came_from is not None:
            before, self._came_from = self._came_from, None
            self._to_view(CLIENTS, before)
        elif self._line.has_class("-shown"):
            self._set_filter("")
        elif self.file is not None:
            self.file = None
            self._draw()
        self._list.focus()
        self.refresh_bindings()

    def do_view(self) -> None:
        """Show API clients instead of single requests, or the other way round."""
        self._came_from = None
        self._to_view(CLIENTS if self.view == REQUESTS else REQUESTS, self._line.value)

    def _to_view(self, view: str, filtered: str) -> None:
        self.view = view
        self._shown = None
        self.remove_class("-open")
        self._show_view()
        self._set_filter(filtered)
        self._list.focus()

    def do_filter(self) -> None:
        """Type a filter."""
        self._line.add_class("-shown")
        self._line.tooltip = f"words, or {', '.join(f'{each}:' for each in KEYS)}"
        self._line.focus()

    def do_follow(self) -> None:
        """Go to the newest exchange and stay with it, or stay where the cursor is."""
        self.following = not self.following
        self._draw()

    def do_copy(self) -> None:
        """Choose the form in which to copy the exchange under the cursor; redacted in each."""
        from tui.panes.copying import copy_exchange
        from tui.widgets.exchange_text import exchange_text

        if (row := self._row) is not None and (exchange := row.request.exchange) is not None:
            copy_exchange(self, self.session, exchange, text=exchange_text(exchange).plain)

    def do_read_token(self) -> None:
        """Read the access token of the exchange under the cursor."""
        if (row := self._row) is not None and (exchange := row.request.exchange) is not None:
            self.post_message(TokenGiven(token_in(exchange), f"exchange #{exchange.number}"))

    def tell_stand_ins(self) -> None:
        """Tell them whom the requests shown name."""
        learn_requests(self.session, self._look.rows, self._look.groups)

    def show_file(self, file: TrafficFile) -> None:
        """Show the requests of a file by API client, in place of the live ones."""
        from tui.panes.traffic_file import left_out

        self.file = file
        self._came_from = None
        self._to_view(CLIENTS, "")
        if told := left_out(file):
            self.tell(told)
