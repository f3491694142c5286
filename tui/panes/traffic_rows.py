"""Traffic as rows and as text: requests, API clients with their secrets, and one of either told in full."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from textual.content import Content

from tui.access.words import count
from tui.session.traffic_filter import Names
from tui.session.traffic_groups import BINS, Group, percentile, sparkline
from tui.session.traffic_requests import Request
from tui.widgets.exchange_text import exchange_text
from tui.widgets.plain import literal, plain
from tui.widgets.row_list import Column

_ID = re.compile(r"\b([0-9A-Fa-f]{8})-[0-9A-Fa-f]{4}-[0-9A-Fa-f-]{18,27}")
NOBODY = "unknown"
"""Stands for the API client of requests of which nothing tells one."""
_LABEL = 12


@dataclass(frozen=True, slots=True)
class Totals:
    """What some requests come to. `p50` and `p95` are milliseconds, None while there is none."""

    count: int = 0
    refusals: int = 0
    p50: float | None = None
    p95: float | None = None

    def content(self, noun: str = "exchange") -> Content:
        """Return them on one line."""
        parts = [Content(f"{self.count:,} {noun}{'' if self.count == 1 else 's'}")]
        no = f"{self.refusals:,} refused or failed" if self.refusals else "none refused"
        parts.append(Content.styled(no, "$refused" if self.refusals else "$muted"))
        if self.p50 is not None and self.p95 is not None:
            parts.append(Content.styled(f"p50 {self.p50:,.0f} ms  p95 {self.p95:,.0f} ms", "$muted"))
        return Content(" · ").join(parts)


def totals(requests: Sequence[Request]) -> Totals:
    """Count requests and their refusals; the percentiles are times that really occurred (nearest rank)."""
    times = sorted(each.milliseconds for each in requests if each.milliseconds is not None)
    refusals = sum(each.refused for each in requests)
    return Totals(len(requests), refusals, percentile(times, 50), percentile(times, 95))


# -- requests ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """One request as a line of the list, worked out once."""

    request: Request
    time: str
    path: str

    @classmethod
    def of(cls, request: Request) -> Row:
        """Return the line of a request."""
        # An ID is known by its beginning; what stands behind it tells what was asked for.
        path = _short(request.path)
        again = f" (attempt {request.attempt})" if request.attempt > 1 else ""
        return cls(request, _time(request.at), path + again)

    @property
    def status(self) -> Content:
        """Return the status with a sign, readable without colour."""
        return status_content(self.request)


def status_content(request: Request) -> Content:
    """Return a status with a sign, readable without colour."""
    sign, colour = ("✗", "$refused") if request.refused else ("✓", "$allowed")
    return Content.styled(f"{sign} {'none' if request.status is None else request.status}", colour)


def request_columns(names: Names, *, wide: bool) -> tuple[Column[Row], ...]:
    """Return the columns of the list of requests; where there is room, with who asked."""
    who: Column[Row] = Column("API client", lambda row: names.client(row.request.cid), most=18)
    return (
        Column("Time UTC", lambda row: row.time, width=8),
        Column("Status", lambda row: row.status, width=6),
        Column("Method", lambda row: row.request.method, width=6),
        *((who,) if wide else ()),
        Column("Path", lambda row: row.path, grow=True),
        Column("ms", lambda row: _ms(row.request.milliseconds), width=5, right=True),
    )


def request_text(request: Request, names: Names) -> Content:
    """Return one request whole: its exchange where it is kept, else what the sandbox or the file tells of it."""
    if request.exchange is not None:
        who = (names.client(request.cid), names.secret(request.secret), request.user, *request.notes)
        line = literal(" · ".join(each for each in who if each), "$muted")
        return Content("\n").join([*([line] if line.plain else []), exchange_text(request.exchange)])
    told = _facts(
        (
            ("API client", _client(request.cid, names)),
            ("Secret", names.secret(request.secret)),
            ("User", request.user),
            ("Error code", request.code),
            ("Sandbox", " · ".join(request.notes)),
            ("Sent by", request.system),
            ("Where from", _origin(request)),
        )
    )
    when = "" if request.at is None else f"  {_moment(request.at)}"
    took = "" if request.milliseconds is None else f"  {_ms(request.milliseconds)} ms"
    lines = [
        Content.assemble(("Request", "bold $accent"), literal(when, "$muted")),
        Content.assemble(literal(request.method, "bold"), " ", literal(request.path)),
        Content.assemble(status_content(request), literal(took, "$muted")),
        Content(""),
        *told,
    ]
    return Content("\n").join(lines)


def _origin(request: Request) -> str:
    if not isinstance(request.key, tuple):
        return ""
    if request.key[0] == "file":
        return "a file: it keeps neither headers nor bodies here"
    if request.own:
        return "this console; the exchange itself gave way to newer ones"
    return "another program; the sandbox logs neither headers nor bodies"


# -- API clients ------------------------------------------------------------------------------------------------------


def group_columns(names: Names, *, file: bool) -> tuple[Column[Group], ...]:
    """Return the columns of the list by API client: of a file with systems, which tells no secrets."""

    def name(group: Group) -> str | Content:
        if group.secret:
            return Content.assemble(("└ ", "$muted"), literal(names.secret(group.secret)))
        return _short(names.client(group.cid)) or Content.styled(NOBODY, "$muted")

    systems: Column[Group] = Column("Systems", _systems, width=7, right=True)
    return (
        Column("API client" if file else "API client └ secret", name, grow=True),
        *((systems,) if file else ()),
        Column("Count", lambda group: f"{group.requests:,}", width=6, right=True),
        Column("Refused", _refusals, width=7, right=True),
        Column("p50", lambda group: _ms(group.p50), width=5, right=True),
        Column("p95", lambda group: _ms(group.p95), width=5, right=True),
        Column("Load", lambda group: sparkline(group.spread), width=BINS),
        Column("Last", lambda group: _time(group.last)[:5], width=5),
    )


def _systems(group: Group) -> Content:
    number = len(group.systems)
    return Content.styled(str(number) if number else "", "bold $warning" if number > 1 and group.cid else "")


def _refusals(group: Group) -> Content:
    return Content.styled(f"{group.refusals:,}", "$refused" if group.refusals else "$muted")


def group_text(group: Group, names: Names, total: int) -> Content:
    """Tell in full what an API client caused, of so many requests in all."""
    part = f" of {total:,} ({100 * group.requests / total:.0f} %)" if total else ""
    slowest = group.slowest
    slow = "" if slowest is None else f"{_ms(slowest.milliseconds)} ms  {slowest.method} {slowest.path}"
    times = "" if group.p50 is None else f"p50 {_ms(group.p50)} ms · p95 {_ms(group.p95)} ms"
    told = _facts(
        (
            ("API client", names.client(group.cid) or NOBODY),
            ("ID", group.cid if group.cid in names.clients else ""),
            ("Secret", names.secret(group.secret)),
            ("Requests", f"{group.requests:,}{part}"),
            ("Refused", f"{group.refusals:,}"),
            ("Times", times),
            ("Slowest", slow),
            ("First", "" if group.first is None else _moment(group.first)),
            ("Last used", "" if group.last is None else _moment(group.last)),
            ("Users", _listed(group.users)),
        )
    )
    lines = list(told)
    if group.codes:
        lines += [Content(""), Content.styled("Refusals", "bold $accent")]
        lines += [literal(f"{number:>6,}  {plain(code)}") for code, number in group.codes[:8]]
    if group.systems:
        several = len(group.systems) > 1 and bool(group.cid)
        title = f"Used by {count(len(group.systems), 'system')}"
        lines += [Content(""), Content.styled(title, "bold $warning" if several else "bold $accent")]
        lines += [literal(f"  {plain(each)}") for each in group.systems[:12]]
        lines += [literal(f"  and {len(group.systems) - 12:,} more")] if len(group.systems) > 12 else []
    return Content("\n").join(lines)


def remarks(groups: Sequence[Group], names: Names) -> str:
    """Tell in a line which API client causes the most, which one is slow, and which are used by several systems."""
    known = [each for each in groups if each.cid and not each.secret]
    if not known:
        return ""
    busiest = max(known, key=lambda each: each.requests)
    parts = [f"most: {_short(names.client(busiest.cid))}"]
    timed = [(each.p95, each) for each in known if each.p95 is not None]
    if len(timed) > 1:
        parts.append(f"slowest: {_short(names.client(max(timed, key=lambda each: each[0])[1].cid))}")
    shared = [_short(names.client(each.cid)) for each in known if len(each.systems) > 1]
    if shared:
        parts.append(f"used by several systems: {_listed(shared)}")
    return " · ".join(parts)


def _listed(texts: Sequence[str], most: int = 5) -> str:
    more = f" and {len(texts) - most:,} more" if len(texts) > most else ""
    return ", ".join(texts[:most]) + more


def _short(text: str) -> str:
    """Return a text with its IDs cut to their beginnings; what they are in full is told with each request."""
    return _ID.sub("\\1…", text)


def _client(cid: str, names: Names) -> str:
    name = names.client(cid)
    return name if name == cid else f"{name} ({cid})"


def _facts(facts: Sequence[tuple[str, str]]) -> list[Content]:
    return [
        Content.assemble(literal(f"{label:<{_LABEL}}", "$muted"), literal(value)) for label, value in facts if value
    ]


def _time(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(UTC).strftime("%H:%M:%S")


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _ms(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"
