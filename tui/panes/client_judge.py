"""Which rows a filter finds, judged here: at once where the list knows enough, else row by row as it is read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from tui.session.advising import situation_of
from tui.session.few_at_once import few_at_once
from tui.session.filtering import Filter, Need, RowFacts
from tui.session.filtering.facts import CompanyIndex
from tui.session.filtering.filter import SavedTerm, Term
from tui.session.filtering.values import Text, fold

if TYPE_CHECKING:
    from tui.access.facts import AssignmentFacts
    from tui.session.advising import Advisor
    from tui.session.client_row import ClientRow
    from tui.session.marketplace import Marketplace

AT_ONCE = 500
"""So many rows are judged in one go: a few milliseconds."""
READ_AT_ONCE = 4
"""So many rows are read about at the same time."""


class ClientJudge:
    """The verdicts of one filter. Each holds for its row as it was: one that was read again is judged again.

    `advisor` gives the advice that a filter asks for, as it is given wherever else it is shown.
    """

    def __init__(self, advisor: Advisor) -> None:
        self._advisor = advisor
        self._filter = Filter()
        self._words: tuple[str, ...] | None = ()
        self._texts: tuple[Sequence[ClientRow], Sequence[str]] = ((), ())
        self._verdicts: dict[str, tuple[ClientRow, bool]] = {}
        self._doubted: set[str] = set()

    def begin(self, understood: Filter) -> None:
        """Judge by a filter; another one than before starts afresh."""
        if understood != self._filter:
            self._verdicts = {}
            self._doubted = set()
        self._filter = understood
        self._words = plain_words(understood)

    def doubt(self) -> None:
        """Judge anew what had to be read for it; until then the verdicts there are stand, so that no row jumps."""
        if self._filter.needs - {Need.API_CLIENT}:
            self._doubted = set(self._verdicts)

    def chosen(
        self, rows: Sequence[ClientRow], marketplace: Marketplace | None, now: datetime
    ) -> tuple[list[ClientRow], bool]:
        """Return the rows found so far, and whether that is all; `go_on` judges the others."""
        if self._words is not None:
            left: Iterable[tuple[ClientRow, str]] = zip(rows, self._texts_of(rows), strict=True)
            for word in self._words:
                left = [each for each in left if word in each[1]]
            return [row for row, _ in left], True
        found, unknown = [], 0
        for row in rows:
            verdict = self._verdict_of(row)
            if verdict is None:
                unknown += 1
                if unknown > AT_ONCE or (verdict := self._judge(row, marketplace, now)) is None:
                    continue
                unknown -= 1
            if verdict:
                found.append(row)
        return found, not unknown and not any(row.id in self._doubted for row in rows)

    async def go_on(
        self, rows: Sequence[ClientRow], marketplace: Marketplace, now: datetime
    ) -> AsyncIterator[tuple[int, int]]:
        """Judge the rows that are left, reading what has to be known of them; give how far it is, now and then.

        Raises the typed errors of `tui.ordercloud.errors`.
        """
        needs = self._filter.needs
        companies: CompanyIndex | None = None
        assigned: Mapping[str, Sequence[AssignmentFacts]] | None = None
        if Need.COMPANIES in needs:
            companies, assigned = await _companies_named(self._filter, marketplace)
        if Need.ADVICE in needs:
            yield 0, len(rows)
            await self._advisor.look_further()
        open_rows = [row for row in rows if self._verdict_of(row) is None or row.id in self._doubted]
        by_reading = []
        for place, row in enumerate(open_rows, 1):
            if self._judge(row, marketplace, now, companies, assigned) is None:
                by_reading.append(row)
            if place % AT_ONCE == 0 or place == len(open_rows):
                yield place - len(by_reading), len(open_rows)
                await asyncio.sleep(0)

        async def read(row: ClientRow) -> bool:
            return await self._read(row, marketplace, now, companies, assigned)

        for first in range(0, len(by_reading), READ_AT_ONCE):
            part = by_reading[first : first + READ_AT_ONCE]
            for row, verdict in zip(part, await few_at_once(read, part, READ_AT_ONCE), strict=True):
                self._settle(row, verdict)
            yield len(open_rows) - len(by_reading) + first + len(part), len(open_rows)

    # -- inside --------------------------------------------------------------------------------------------------

    def _verdict_of(self, row: ClientRow) -> bool | None:
        kept = self._verdicts.get(row.id)
        return None if kept is None or kept[0] is not row else kept[1]

    def _texts_of(self, rows: Sequence[ClientRow]) -> Sequence[str]:
        """Return the text of each row that words are looked for in; those of the same list are made once."""
        if self._texts[0] is not rows:
            self._texts = (rows, [fold(f"{row.name}\n{row.id}\n{row.user}") for row in rows])
        return self._texts[1]

    def _facts(
        self,
        row: ClientRow,
        marketplace: Marketplace | None,
        now: datetime,
        companies: CompanyIndex | None = None,
        assigned: Mapping[str, Sequence[AssignmentFacts]] | None = None,
    ) -> RowFacts:
        api_client = None if marketplace is None else marketplace.api_clients.get(row.id)
        pairs = None if assigned is None else assigned.get(row.id.casefold(), ())
        return RowFacts(row, api_client, companies, pairs, now=now)

    def _judge(
        self,
        row: ClientRow,
        marketplace: Marketplace | None,
        now: datetime,
        companies: CompanyIndex | None = None,
        assigned: Mapping[str, Sequence[AssignmentFacts]] | None = None,
    ) -> bool | None:
        verdict = self._filter.matches(self._facts(row, marketplace, now, companies, assigned))
        if verdict is not None:
            self._settle(row, verdict)
        return verdict

    def _settle(self, row: ClientRow, verdict: bool) -> None:
        self._verdicts[row.id] = (row, verdict)
        self._doubted.discard(row.id)

    async def _read(
        self,
        row: ClientRow,
        marketplace: Marketplace,
        now: datetime,
        companies: CompanyIndex | None,
        assigned: Mapping[str, Sequence[AssignmentFacts]] | None,
    ) -> bool:
        facts = self._facts(row, marketplace, now, companies, assigned)
        if Need.SECRETS in self._filter.needs:
            facts = replace(facts, secrets=await marketplace.secrets(row.id))
        if Need.ADVICE in self._filter.needs and facts.api_client is not None:
            given = self._advisor.advice(await situation_of(marketplace, facts.api_client))
            facts = replace(facts, advice=given.advice)
        return bool(self._filter.matches(facts))


def plain_words(understood: Filter) -> tuple[str, ...] | None:
    """Return the words of a filter that is nothing but words to be found, folded; None for any other."""
    words = []
    for term in understood.terms:
        if not isinstance(term, Term) or term.key or term.negated or len(term.values) != 1:
            return None
        value = term.values[0]
        if not isinstance(value, Text) or value.pattern:
            return None
        words.append(fold(value.text))
    return tuple(words)


async def _companies_named(
    understood: Filter, marketplace: Marketplace
) -> tuple[CompanyIndex, Mapping[str, Sequence[AssignmentFacts]]]:
    """Return the companies that a filter names, and what is assigned to them, by API client."""
    lookups = marketplace.lookups
    parties = [party for text in set(_company_texts(understood)) for party in await lookups.companies_called(text)]
    assigned: dict[str, list[AssignmentFacts]] = {}
    for party in parties:
        for pair in await lookups.assignments_of(party):
            assigned.setdefault(pair.api_client_id.casefold(), []).append(pair)
    return CompanyIndex(parties), assigned


def _company_texts(understood: Filter) -> Iterator[str]:
    for term in understood.terms:
        if isinstance(term, SavedTerm):
            yield from _company_texts(term.saved)
        elif isinstance(term, Term) and term.key == "who":
            yield from (value.text for value in term.values if isinstance(value, Text))
