"""The matrix of who gets in as a file, each cell with its reason: for people, for programs, for a page.

What each writer gives comes piece by piece: a million cells are never one text in memory.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tui.access.facts import ApiClientFacts, Party
from tui.access.matrix import KIND_LETTERS, AccessMatrix, Standing, why
from tui.access.words import count
from tui.session.escaping import csv_text, html_text, markdown_text
from tui.session.matrix_svg import svg
from tui.visible import visible


@dataclass(frozen=True)
class Sheet:
    """What is written: some parties by some API clients of a marketplace, as they were at one moment."""

    marketplace: str
    read_at: datetime
    matrix: AccessMatrix
    rows: Sequence[int]
    columns: Sequence[int]

    @property
    def title(self) -> str:
        """What it is called."""
        return f"{self.marketplace}: who gets in"

    @property
    def told(self) -> str:
        """How much there is, and as of when."""
        parties = "1 party" if len(self.rows) == 1 else f"{len(self.rows):,} parties"
        return f"{parties} by {count(len(self.columns), 'API client')}, {self.read_at:%Y-%m-%d %H:%M %Z}"

    def party(self, row: int) -> Party:
        """Return the party of a row of the matrix."""
        return self.matrix.parties[row]

    def api_client(self, column: int) -> ApiClientFacts:
        """Return the API client of a column of the matrix."""
        return self.matrix.api_clients[column]

    def cells(self) -> Iterator[tuple[Party, ApiClientFacts, Standing, str]]:
        """Return every cell with its reason, API client by API client."""
        for column in self.columns:
            standings = self.matrix.column(column)
            for row in self.rows:
                yield self.party(row), self.api_client(column), standings[row], why(self.matrix, row, column)


LEGEND = " \u00b7 ".join(f"{each.sign} {each.value}" for each in Standing if each is not Standing.REFUSED)
LEGEND = f"{LEGEND} \u00b7 ({Standing.REFUSED.sign}) refused"


def as_text(sheet: Sheet) -> Iterator[str]:
    """Write it for a terminal: API clients by number, and no reasons."""
    yield f"{visible(sheet.title)}\n{visible(sheet.told)}\n\n"
    for number, column in enumerate(sheet.columns, 1):
        yield f"{number:4}  {visible(sheet.api_client(column).app_name)}\n"
    width = min(max((len(visible(sheet.party(row).label)) for row in sheet.rows), default=0), 30)
    heads = "".join(f"{number:>4}" for number in range(1, len(sheet.columns) + 1))
    yield f"\n{'':{width + 2}}{heads}\n"
    standings = [sheet.matrix.column(column) for column in sheet.columns]
    for row in sheet.rows:
        party = sheet.party(row)
        cells = "".join(f"{each[row].sign:>4}" for each in standings)
        yield f"{KIND_LETTERS[party.kind]} {visible(party.label)[:width]:{width}}{cells}\n"
    yield f"\n{LEGEND}\n"


def as_markdown(sheet: Sheet) -> Iterator[str]:
    """Write it as Markdown: the matrix, and then each API client with the reasons."""
    yield f"# {markdown_text(sheet.title)}\n\n{markdown_text(sheet.told)}\n\n"
    names = [markdown_text(sheet.api_client(column).app_name) for column in sheet.columns]
    yield f"| | {' | '.join(names)} |\n|---|{'---|' * len(names)}\n"
    standings = [sheet.matrix.column(column) for column in sheet.columns]
    for row in sheet.rows:
        party = sheet.party(row)
        signs = " | ".join(markdown_text(each[row].sign) for each in standings)
        yield f"| {KIND_LETTERS[party.kind]} {markdown_text(party.label)} | {signs} |\n"
    yield f"\n{markdown_text(LEGEND)}\n"
    for place, column in enumerate(sheet.columns):
        yield f"\n## {names[place]}\n\n| Party | | Why |\n|---|---|---|\n"
        for row in sheet.rows:
            party, standing = sheet.party(row), standings[place][row]
            label = f"{KIND_LETTERS[party.kind]} {markdown_text(party.label)}"
            yield f"| {label} | {standing.value} | {markdown_text(why(sheet.matrix, row, column))} |\n"


_STYLE = """\
body { font: 14px/1.45 system-ui, sans-serif; margin: 1.5rem; color: #1c2430; background: #fff; }
table { border-collapse: collapse; } th, td { padding: .3rem .55rem; text-align: left; vertical-align: bottom; }
thead th { position: sticky; top: 0; background: #fff; font-weight: 600; max-width: 8rem; }
tbody th { position: sticky; left: 0; background: #fff; font-weight: 400; white-space: nowrap; }
td { border-top: 1px solid #d8dee6; cursor: help; } tbody th { border-top: 1px solid #d8dee6; }
.in { color: #14713d; } .out { color: #5b6675; } .stopped { color: #b3261e; } .nullified { color: #7a3fb0; }
details { margin: .6rem 0; } summary { cursor: pointer; font-weight: 600; } .told { color: #5b6675; }
@media (prefers-color-scheme: dark) {
  body, thead th, tbody th { color: #d9e0e8; background: #14181e; } td, tbody th { border-color: #2b323c; }
  .in { color: #6fd39a; } .out, .told { color: #93a0b0; } .stopped { color: #ff9c94; } .nullified { color: #cba6f0; }
}
"""
CLASSES: Mapping[Standing, str] = {
    Standing.FLAG: "in",
    Standing.ASSIGNMENT: "in",
    Standing.NULLIFIED: "nullified",
    Standing.REFUSED: "out",
    Standing.INACTIVE: "stopped",
    Standing.INACTIVE_NULLIFIED: "stopped",
}
"""How a page colours a cell; its sign says the same."""


def as_html(sheet: Sheet) -> Iterator[str]:
    """Write it as a page that needs nothing else: the matrix, each cell with its reason, and the reasons as lists."""
    title = html_text(sheet.title)
    yield f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>\n'
    yield f"<style>\n{_STYLE}</style></head><body>\n<h1>{title}</h1>\n"
    yield f'<p class="told">{html_text(sheet.told)}<br>{html_text(LEGEND)}</p>\n<table><thead><tr><th></th>'
    for column in sheet.columns:
        yield f"<th>{html_text(sheet.api_client(column).app_name)}</th>"
    yield "</tr></thead><tbody>\n"
    standings = [sheet.matrix.column(column) for column in sheet.columns]
    for row in sheet.rows:
        party = sheet.party(row)
        yield f"<tr><th>{KIND_LETTERS[party.kind]} {html_text(party.label)}</th>"
        for place, column in enumerate(sheet.columns):
            standing = standings[place][row]
            reason = html_text(f"{standing.value}: {why(sheet.matrix, row, column)}")
            yield f'<td class="{CLASSES[standing]}" title="{reason}">{standing.sign}</td>'
        yield "</tr>\n"
    yield "</tbody></table>\n<h2>Why</h2>\n"
    for place, column in enumerate(sheet.columns):
        inside = sum(standings[place][row].gets_in for row in sheet.rows)
        name = html_text(sheet.api_client(column).app_name)
        yield f"<details><summary>{name}: {inside} of {len(sheet.rows)} get in</summary><table>\n"
        for row in sheet.rows:
            party, standing = sheet.party(row), standings[place][row]
            reason = html_text(why(sheet.matrix, row, column))
            label = f"{KIND_LETTERS[party.kind]} {html_text(party.label)}"
            yield f'<tr><th>{label}</th><td class="{CLASSES[standing]}">{standing.value}</td><td>{reason}</td></tr>\n'
        yield "</table></details>\n"
    yield "</body></html>\n"


def as_csv(sheet: Sheet) -> Iterator[str]:
    """Write it as a table of one cell a line, for a spreadsheet. No text from outside is a formula there."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")

    def line(*values: str) -> str:
        writer.writerow(values)
        written = buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
        return written

    yield line(
        "PartyKind", "PartyID", "Party", "PartyActive", "ApiClientID", "ApiClient", "ApiClientActive", "GetsIn",
        "Standing", "Reason",
    )  # fmt: skip
    for party, client, standing, reason in sheet.cells():
        yield line(
            party.kind.value,
            csv_text(party.id),
            csv_text(party.label),
            _yes(party.active),
            csv_text(client.id),
            csv_text(client.app_name),
            _yes(client.active),
            _yes(standing.gets_in),
            standing.value,
            csv_text(reason),
        )


def _yes(flag: bool) -> str:
    return "true" if flag else "false"


def as_json(sheet: Sheet) -> Iterator[str]:
    """Write it as one JSON object: the parties, the API clients, and each cell with how it stands and why."""

    def listed(items: Iterator[Mapping[str, object]]) -> Iterator[str]:
        for number, each in enumerate(items):
            yield f"{',' if number else ''}\n    {json.dumps(each, ensure_ascii=False)}"

    yield f'{{\n  "Marketplace": {json.dumps(sheet.marketplace, ensure_ascii=False)},\n'
    yield f'  "ReadAt": "{sheet.read_at.isoformat()}",\n  "Parties": ['
    yield from listed(_party(sheet.party(row)) for row in sheet.rows)
    yield '\n  ],\n  "ApiClients": ['
    yield from listed(_api_client(sheet.api_client(column)) for column in sheet.columns)
    yield '\n  ],\n  "Cells": ['
    yield from listed(
        {
            "PartyKind": party.kind.value,
            "PartyID": party.id,
            "ApiClientID": client.id,
            "GetsIn": standing.gets_in,
            "Standing": standing.value,
            "Reason": reason,
        }
        for party, client, standing, reason in sheet.cells()
    )
    yield "\n  ]\n}\n"


def _party(party: Party) -> Mapping[str, object]:
    return {"Kind": party.kind.value, "ID": party.id, "Name": party.label, "Active": party.active}


def _api_client(client: ApiClientFacts) -> Mapping[str, object]:
    return {"ID": client.id, "AppName": client.app_name, "Active": client.active}


def as_svg(sheet: Sheet) -> Iterator[str]:
    """Write it as a picture that any page can show; the reasons are the cells' tooltips."""
    return svg(
        sheet.title,
        (sheet.told, LEGEND),
        [f"{KIND_LETTERS[sheet.party(row).kind]} {sheet.party(row).label}" for row in sheet.rows],
        [sheet.api_client(column).app_name for column in sheet.columns],
        lambda line, place: (
            (standing := sheet.matrix.standing(sheet.rows[line], sheet.columns[place])).sign,
            CLASSES[standing],
            f"{standing.value}: {why(sheet.matrix, sheet.rows[line], sheet.columns[place])}",
        ),
    )


FORMATS: Mapping[str, Callable[[Sheet], Iterator[str]]] = {
    "text": as_text,
    "markdown": as_markdown,
    "html": as_html,
    "csv": as_csv,
    "json": as_json,
    "svg": as_svg,
}
"""Every form it can have, by its name on the command line."""
SUFFIXES: Mapping[str, str] = {
    ".txt": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".csv": "csv",
    ".json": "json",
    ".svg": "svg",
}
"""The form that the end of a file's name asks for."""


def form_of(file: Path) -> str | None:
    """Return the form that a file's name asks for; None when it asks for none of them."""
    return SUFFIXES.get(file.suffix.lower())


def write_sheet(sheet: Sheet, form: str, file: Path) -> None:
    """Write a file. Raises OSError."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        stream.writelines(FORMATS[form](sheet))
