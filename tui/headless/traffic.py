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
    from tui.session.traffic_files import Load, Recorded

_SHOWN = 4


def traffic(request: ConsoleRequest | None, file: Path, *, as_json: bool) -> int:
    """Group the requests of a file. With a request the API clients are called by their names in that marketplace."""
    from tui.session.traffic_files import NotTraffic, group, read_traffic

    try:
        with _lines(file) as lines:
            recorded = read_traffic(lines)
    except NotTraffic as error:
        say(f"{file}: {error}.")
        return Exit.USAGE
    except OSError as error:
        say(f"{file} could not be read: {error.strerror or error}.")
        return Exit.USAGE
    loads = group(recorded.seen)
    if recorded.skipped:
        some = ", ".join(map(str, recorded.skipped[:_SHOWN]))
        say(f"{file}: {len(recorded.skipped)} entries are no requests and were left out (the first: {some}).")
    if request is None:
        _write(recorded, loads, {}, as_json=as_json)
        return Exit.OK

    async def work() -> int:
        async with opened_session(request) as session:
            every = await every_api_client(session)
        _write(recorded, loads, {each.id.casefold(): each.app_name for each in every}, as_json=as_json)
        return Exit.OK

    return run(work)


@contextlib.contextmanager
def _lines(file: Path) -> Iterator[TextIO]:
    if file == Path("-"):
        yield io.TextIOWrapper(sys.stdin.buffer, "utf-8-sig", "replace")
        return
    with file.open(encoding="utf-8-sig", errors="replace") as stream:
        yield stream


def _write(recorded: Recorded, loads: Sequence[Load], names: Mapping[str, str], *, as_json: bool) -> None:
    if as_json:
        document = {"Requests": len(recorded.seen), "ApiClients": [_json(each, names) for each in loads]}
        write(json.dumps(document, indent=2) + "\n")
        return
    rows: list[tuple[str, ...]] = [("API client", "requests", "refused", "p50", "p95", "users", "systems")]
    for each in loads:
        named = names.get(each.cid, "")
        label = f"{named} ({each.cid})" if named else each.cid or "(no token tells)"
        times = [_milliseconds(each.p50), _milliseconds(each.p95)]
        rows.append(
            (label, str(each.requests), str(each.refused), *times, str(len(each.users)), str(len(each.systems)))
        )
    widths = [max(len(visible(row[column])) for row in rows) for column in range(len(rows[0]))]
    for label, *numbers in rows:
        cells = [f"{number:>{width}}" for number, width in zip(numbers, widths[1:], strict=True)]
        write(f"{visible(label):{widths[0]}}  {'  '.join(cells)}\n")
    for each in loads:
        if len(each.systems) > 1:
            systems = "; ".join(each.systems[:_SHOWN])
            write(f"{visible(names.get(each.cid, each.cid) or '(no token tells)')} is used by: {visible(systems)}\n")


def _milliseconds(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f} ms"


def _json(load: Load, names: Mapping[str, str]) -> Mapping[str, object]:
    return {
        "ID": load.cid or None,
        "AppName": names.get(load.cid),
        "Requests": load.requests,
        "Refused": load.refused,
        "P50Milliseconds": load.p50,
        "P95Milliseconds": load.p95,
        "Slowest": load.slowest or None,
        "Users": [*load.users],
        "Systems": [*load.systems],
        "First": None if load.first is None else load.first.isoformat(),
        "Last": None if load.last is None else load.last.isoformat(),
    }
