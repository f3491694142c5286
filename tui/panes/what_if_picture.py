"""The matrix as a draft would make it: each cell as it would be, and what it would be for whom beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from textual.content import Content

from tui.access.what_if import Draft, Outlook, Tally
from tui.panes.access_picture import Picture
from tui.session.facts import assignment_of
from tui.widgets.matrix import Sign
from tui.widgets.plain import literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tui.access.facts import Party
    from tui.access.world import World
    from tui.ordercloud.models import ApiClient, ApiClientAssignment

MOST_COUNTED = 1_000
"""From here on users are counted in thousands, to fit a cell."""


@dataclass(frozen=True)
class DraftedPicture:
    """The picture as it is, and as the draft would make it."""

    now: Picture
    then: Picture
    outlook: Outlook

    @classmethod
    def of(cls, now: Picture, world: World, draft: Draft, outlook: Outlook) -> DraftedPicture:
        """Draw a draft."""
        by_id = {each.client.id.casefold(): each for each in world.clients}
        assignments = dict(now.assignments)
        api_clients = []
        for each in now.api_clients:
            registered = by_id.get(each.id.casefold())
            if registered is None or each.id.casefold() not in draft.touches:
                api_clients.append(each)
                continue
            api_clients.append(_patched(each, draft))
            companies = draft.companies_of(each.id, registered.companies)
            assignments[each.id] = tuple(assignment_of(each.id, party) for party in companies)
        parties = tuple(draft.party(each) for each in now.parties)
        return cls(now, replace(now, parties=parties, api_clients=tuple(api_clients), assignments=assignments), outlook)

    @cached_property
    def changed(self) -> int:
        """How many cells let somebody in who was refused, or the other way round."""
        now, then = self.now, self.then
        all_rows, all_columns = range(len(now.parties)), range(len(now.api_clients))
        rows = {row for row in all_rows if now.parties[row] is not then.parties[row]}
        columns = {column for column in all_columns if now.api_clients[column] is not then.api_clients[column]}
        # Of very many cells most are not touched, and need not be asked about.
        cells = {(row, column) for row in rows for column in all_columns}
        cells |= {(row, column) for column in columns for row in all_rows}
        return sum(self.lets_in(now, *cell) is not self.lets_in(then, *cell) for cell in cells)

    @staticmethod
    def lets_in(picture: Picture, row: int, column: int) -> bool:
        """Whether a party gets in through an API client: it may, and both are active."""
        return picture.matrix.standing(row, column).gets_in

    def tally(self, row: int, column: int) -> Tally:
        """Count who gains and who loses in a cell."""
        party, api_client = self.now.parties[row], self.now.api_clients[column]
        return self.outlook.cells.get((party.kind, party.id, api_client.id), Tally())

    def sign(self, row: int, column: int) -> Sign:
        """Return what one cell shows: as it would be, `+` and `-` with users who gain and lose, `~` for the rest."""
        was, will = self.now.sign(row, column), self.then.sign(row, column)
        tally = self.tally(row, column)
        before, after = self.lets_in(self.now, row, column), self.lets_in(self.then, row, column)
        if tally:
            gain = f"+{_short(tally.gaining)}" if tally.gaining else ""
            loss = f"-{_short(tally.losing)}" if tally.losing else ""
            tone = "mixed" if gain and loss else "gain" if gain else "loss"
            return Sign(f"{will.text} {gain}{loss}", tone)
        if before is not after:
            return Sign(f"{will.text} {'+' if after else '-'}", "gain" if after else "loss")
        return Sign(f"{will.text} ~", "mixed") if was != will else will

    def content(self, row: int, column: int) -> Content:
        """Return what there is to say of one cell: who gains and loses, what it was, and why it would be so."""
        was, will = self.now.reason(row, column), self.then.reason(row, column)
        head: list[Content] = []
        if was.verdict != will.verdict:
            head.append(Content.assemble(("Now ", "$muted"), was.verdict, (", then ", "$muted"), will.verdict))
        if tally := self.tally(row, column):
            head.append(literal(tally.told, "bold $warning" if tally.losing else "bold $allowed"))
        if not head:
            return will.content()
        return Content("\n").join([Content(" \u00b7 ").join(head), will.content()])


def renewed(
    picture: Picture,
    parties: Sequence[Party],
    api_clients: Mapping[str, ApiClient],
    assignments: Mapping[str, Sequence[ApiClientAssignment]],
) -> Picture:
    """Return the same rows and columns as they are by now; what is gone is left out."""
    by_key = {(each.kind, each.id): each for each in parties}
    rows = [by_key[each.kind, each.id] for each in picture.parties if (each.kind, each.id) in by_key]
    columns = [api_clients[each.id] for each in picture.api_clients if each.id in api_clients]
    return replace(picture, parties=tuple(rows), api_clients=tuple(columns), assignments=assignments)


def _patched(api_client: ApiClient, draft: Draft) -> ApiClient:
    from tui.ordercloud.models import ApiClient

    fields = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in draft.fields_of(api_client.id).items()
    }
    return ApiClient.from_wire({**api_client.to_wire(), **fields})


def _short(number: int) -> str:
    return str(number) if number < MOST_COUNTED else f"{number // MOST_COUNTED}k"
