"""What of Access's picture is in sight: the parties and API clients that the filters leave, one by one or by kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from textual.content import Content

from tui.access.facts import Party, PartyKind, SecretFacts
from tui.access.matrix import KIND_LETTERS, Standing, Tally, narrowed
from tui.access.words import count, list_some, shorten
from tui.panes.access_picture import Picture, Reason
from tui.widgets.matrix import Sign
from tui.widgets.plain import literal

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient

ALL_IN, SOME_IN, NONE_IN = "\u2713", "\u25d0", "\u00b7"
GROUP_LEGEND: tuple[tuple[Sign, str], ...] = (
    (Sign(ALL_IN, "good"), "all get in"),
    (Sign(SOME_IN, "special"), "some"),
    (Sign(NONE_IN, "quiet"), "none"),
)
_WIDEST = 8
"""Characters of a count in a cell; a longer one becomes a share."""
_NAMED = 3


@dataclass(frozen=True)
class View:
    """Some rows and columns of a picture. `grouped`: one line for each kind of party."""

    picture: Picture
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    grouped: bool = False

    @classmethod
    def of(cls, picture: Picture, parties: str = "", api_clients: str = "", *, grouped: bool = False) -> View:
        """Leave what contains every word that was typed for the parties, and for the API clients."""
        return cls(
            picture,
            narrowed(picture.party_texts, parties),
            narrowed(picture.client_texts, api_clients),
            grouped,
        )

    @cached_property
    def groups(self) -> tuple[tuple[PartyKind, tuple[int, ...]], ...]:
        """The kinds of the parties in sight, each with its rows."""
        found: dict[PartyKind, list[int]] = {}
        for row in self.rows:
            found.setdefault(self.picture.parties[row].kind, []).append(row)
        return tuple((kind, tuple(rows)) for kind, rows in found.items())

    @cached_property
    def row_names(self) -> Sequence[str]:
        """What stands before each line."""
        if self.grouped:
            return [f"{KIND_LETTERS[kind]} {_group_name(kind, len(rows))}" for kind, rows in self.groups]
        parties = self.picture.parties
        return [f"{KIND_LETTERS[parties[row].kind]} {parties[row].label}" for row in self.rows]

    @cached_property
    def column_names(self) -> Sequence[str]:
        """What stands above each column."""
        return [self.picture.api_clients[column].app_name for column in self.columns]

    def has(self, row: int, column: int) -> bool:
        """Whether there is such a cell."""
        return 0 <= row < len(self.row_names) and 0 <= column < len(self.columns)

    def party(self, row: int) -> Party | None:
        """Return the party of a line; None for a line of many."""
        if self.grouped:
            rows = self.groups[row][1]
            return self.picture.parties[rows[0]] if len(rows) == 1 else None
        return self.picture.parties[self.rows[row]]

    def api_client(self, column: int) -> ApiClient:
        """Return the API client of a column."""
        return self.picture.api_clients[self.columns[column]]

    def sign(self, row: int, column: int) -> Sign:
        """Return what one cell shows."""
        if not self.grouped:
            return self.picture.sign(self.rows[row], self.columns[column])
        tally = self._tally(row, column)
        number, total = tally.gets_in, tally.total
        sign, tone = (ALL_IN, "good") if number == total else (SOME_IN, "special") if number else (NONE_IN, "quiet")
        shown = f"{number}/{total}"
        return Sign(f"{sign} {shown}" if len(shown) <= _WIDEST else f"{sign} {number * 100 // total}%", tone)

    def reason(self, row: int, column: int) -> Reason | GroupReason:
        """Return everything there is to say about one cell."""
        if not self.grouped:
            return self.picture.reason(self.rows[row], self.columns[column])
        kind, rows = self.groups[row]
        if len(rows) == 1:
            return self.picture.reason(rows[0], self.columns[column])
        standings = self.picture.matrix.column(self.columns[column])
        split: Mapping[bool, list[str]] = {True: [], False: []}
        for each in rows:
            split[standings[each].gets_in].append(self.picture.parties[each].label)
        return GroupReason(
            kind, self.api_client(column), self._tally(row, column), tuple(split[True]), tuple(split[False])
        )

    def find(self, party: Party | None, api_client_id: str) -> tuple[int, int] | None:
        """Return the cell of a party and an API client, by line and column; None when one is out of sight."""
        if (place := self.picture.find((party, api_client_id))) is None or place[1] not in self.columns:
            return None
        column = self.columns.index(place[1])
        if self.grouped:
            lines = (line for line, (_, rows) in enumerate(self.groups) if place[0] in rows)
            line = next(lines, None)
            return None if line is None else (line, column)
        return (self.rows.index(place[0]), column) if place[0] in self.rows else None

    def _tally(self, line: int, column: int) -> Tally:
        return self.picture.matrix.tally(self.groups[line][1], self.columns[column])


def _group_name(kind: PartyKind, number: int) -> str:
    return "Seller" if kind is PartyKind.SELLER else count(number, kind.value)


@dataclass(frozen=True, slots=True)
class GroupReason:
    """How many parties of a kind get in at an API client, and which."""

    kind: PartyKind
    api_client: ApiClient
    tally: Tally
    inside: tuple[str, ...]
    outside: tuple[str, ...]

    def content(self, secrets: Sequence[SecretFacts] | None = None) -> Content:
        """Return the panel's text."""
        tally = self.tally
        colour = "$allowed" if tally.gets_in else "$refused"
        lines = [
            Content.assemble(
                literal(_group_name(self.kind, tally.total), "bold"),
                " \u2192 ",
                literal(shorten(self.api_client.app_name), "bold"),
            ),
            Content.styled(f"{tally.gets_in} OF {tally.total} GET IN", f"bold {colour}"),
            Content(" \u00b7 ").join(
                Content.assemble((f"{standing.value} ", "$muted"), str(tally.of(standing)))
                for standing in Standing
                if tally.of(standing)
            ),
        ]
        for word, names in (("In", self.inside), ("Out", self.outside)):
            if names:
                lines.append(Content.assemble((f"{word}: ", "$muted"), literal(_some(names))))
        lines.append(Content.styled("enter shows them one by one.", "$text-accent"))
        return Content("\n").join(lines)


def _some(names: Sequence[str]) -> str:
    """Name a few in the order of the matrix, without looking at all of very many."""
    more = len(names) - _NAMED
    return f"{', '.join(map(shorten, names[:_NAMED]))} and {more:,} more" if more > 0 else list_some(names)
