"""`ocgate traffic`: recorded requests by the API client that caused them."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from tui.exits import Exit
from tui.headless.finding import every_api_client
from tui.headless.opening import opened_session, run, say, write
from tui.visible import visible

if TYPE_CHECKING:
    from tui.config.request import ConsoleRequest
    from tui.session.traffic_files import Recorded
    from tui.session.traffic_groups import Group

_SHOWN = 4


def traffic(request: ConsoleRequest | None, file: Path, *, as_json: bool) -> int:
    """Group the requests of a file. With a request the API clients are called by their names in that marketplace."""
    from tui.session.traffic_files import NotTraffic, read_traffic
    from tui.session.traffic_groups import grouped
    from tui.session.traffic_requests import of_seen

    try:
        with _lines(file) as lines:
            recorded = read_traffic(lines)
    except NotTraffic as error:
        say(f"{file}: {error}.")
        return Exit.USAGE
    except OSError as error:
        say(f"{file} could not be read: {error.strerror or error}.")
        return Exit.USAGE
    groups = grouped([of_seen(each, number) for number, each in enumerate(recorded.seen, 1)])
    if recorded.skipped:
        some = ", ".join(map(str, recorded.skipped[:_SHOWN]))
        more = ", …" if len(recorded.skipped) > _SHOWN else ""
        say(f"{file}: {len(recorded.skipped)} of its entries left out: no request (number {some}{more}).")
    if request is None:
        _write(recorded, groups, {}, as_json=as_json)
        return Exit.OK

    async def work() -> int:
        async with opened_session(request) as session:
            every = await every_api_client(session)
        _write(recorded, groups, {each.id.casefold(): each.app_name for each in every}, as_json=as_json)
        return Exit.OK

    return run(work)


@contextlib.contextmanager
def _lines(file: Path) -> Iterator[TextIO]:
    if file == Path("-"):
        yield io.TextIOWrapper(sys.stdin.buffer, "utf-8-sig", "replace")
        return
    with file.open(encoding="utf-8-sig", errors="replace") as stream:
        yield stream


def _write(recorded: Recorded, groups: Sequence[Group], names: Mapping[str, str], *, as_json: bool) -> None:
    if as_json:
        document = {"Requests": len(recorded.seen), "ApiClients": [_json(each, names) for each in groups]}
        write(json.dumps(document, indent=2) + "\n")
        return
    rows: list[tuple[str, ...]] = [("API client", "requests", "refused", "p50", "p95", "users", "systems")]
    for each in groups:
        named = names.get(each.cid, "")
        label = f"{named} ({each.cid})" if named else each.cid or "(no token tells)"
        times = [_milliseconds(each.p50), _milliseconds(each.p95)]
        rows.append(
            (label, str(each.requests), str(each.refusals), *times, str(len(each.users)), str(len(each.systems)))
        )
    widths = [max(len(visible(row[column])) for row in rows) for column in range(len(rows[0]))]
    for label, *numbers in rows:
        cells = [f"{number:>{width}}" for number, width in zip(numbers, widths[1:], strict=True)]
        write(f"{visible(label):{widths[0]}}  {'  '.join(cells)}\n")
    for each in groups:
        if len(each.systems) > 1:
            systems = "; ".join(each.systems[:_SHOWN])
            write(f"{visible(names.get(each.cid, each.cid) or '(no token tells)')} is used by: {visible(systems)}\n")


def _milliseconds(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f} ms"


def _json(group: Group, names: Mapping[str, str]) -> Mapping[str, object]:
    slowest = group.slowest
    return {
        "ID": group.cid or None,
        "AppName": names.get(group.cid),
        "Requests": group.requests,
        "Refused": group.refusals,
        "P50Milliseconds": group.p50,
        "P95Milliseconds": group.p95,
        "Slowest": None if slowest is None else f"{slowest.method} {slowest.path}",
        "Users": [*group.users],
        "Systems": [*group.systems],
        "First": None if group.first is None else group.first.isoformat(),
        "Last": None if group.last is None else group.last.isoformat(),
    }
