"""What the list of API clients knows: the marketplace's own answer, or until it comes, what was seen last time.

A marketplace with up to `READ_AHEAD` API clients is read whole behind the first page, and sorted and filtered here from
then on. Until then, and in a larger one, the marketplace sorts and searches, and only the pages looked at are read;
what it cannot do (sorting by who may use it) is done here with what is known, while the rest is read.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tui.panes.client_columns import Befell, Sorting
from tui.session.heap import keep_for_good
from tui.session.paging import PAGE_SIZE, Pages, Part
from tui.session.session import Phase, Session
from tui.tokens.durations import format_remaining

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient
    from tui.ordercloud.query import ListQuery
    from tui.panes.client_judge import ClientJudge
    from tui.session.client_row import ClientRow
    from tui.session.filtering import Filter, Known
    from tui.session.last_seen import Seen

READ_AHEAD = 12_000
"""Up to so many API clients are read without being asked for: some hundred requests, one after the other."""
BETWEEN_PAGES = 0.01
"""Seconds between two pages read ahead, in which keys are answered and the screen is drawn."""
KEPT_AT_ONCE = 1_000
"""After so many API clients read, they are kept out of garbage collection; of fewer that is not worth it."""
FADING = timedelta(seconds=6)
"""How long a row says that it was changed or deleted elsewhere."""


@dataclass(frozen=True, slots=True)
class View:
    """What the list shows of what it knows.

    Attributes:
        rows: The rows in their order; None stands for one that has not been read.
        pages: Where those come from that have not been read; None when all are here.
        count: How many there are, in a few words.
        done_by: Who sorts and searches, where that is not plain: the marketplace, or the console.
        judged: Whether every row was held against the filter; `judge` goes on where not.
    """

    rows: Sequence[ClientRow | None]
    pages: Pages[ClientRow] | None
    count: str
    done_by: str = ""
    judged: bool = True


class ClientRows:
    """The rows of the list. `loading` and `loaded` tell how far the marketplace's answer is.

    Args:
        session: Where they are read.
        arrived: Called when a page came that somebody looks at.
    """

    def __init__(self, session: Session, arrived: Callable[[], None]) -> None:
        self._session = session
        self._arrived = arrived
        self.loading = False
        self.loaded = False
        self._whole = False
        self._needs_all = False
        self._seen: Seen | None = None
        self._made: dict[str, tuple[ApiClient, ClientRow]] = {}
        self._pages: tuple[ListQuery, Pages[ClientRow]] | None = None
        self._first: Part[ClientRow] | None = None
        self._sorted: tuple[object, list[ClientRow]] | None = None
        self._befell: dict[str, Befell] = {}
        self._gone: dict[str, ClientRow] = {}
        self._judge: ClientJudge | None = None

    def begin(self) -> None:
        """Begin anew with what was seen last time, unless the marketplace turned the console away since."""
        self.loaded = self._whole = self._needs_all = False
        self._made.clear()
        self._pages = self._first = self._sorted = None
        self.forget_changes()
        last_seen = None if self._session.phase is Phase.SIGN_IN_NEEDED else self._session.last_seen
        self._seen = None if last_seen is None else last_seen.read()

    # -- reading -------------------------------------------------------------------------------------------------

    async def read(self) -> AsyncIterator[None]:
        """Read the marketplace, page by page, as far as is worth it; what others changed is marked at the end."""
        marketplace = self._session.marketplace
        before = {row.id: row for row in self._rows()} if self._whole else {}
        self.loading, self._pages, self._first, unkept = True, None, None, 0
        try:
            async for page in marketplace.read_api_clients():
                total = marketplace.api_client_count
                rows = [self._row_of(each) for each in page]
                if self._first is None and not self._whole:
                    self._first = Part(rows, total)
                yield
                unkept += len(rows)
                if unkept >= KEPT_AT_ONCE:
                    keep_for_good()
                    unkept = 0
                await asyncio.sleep(BETWEEN_PAGES)
                if total > READ_AHEAD and not self._needs_all:
                    break
            else:
                self._whole = True
        finally:
            self.loading = False
        self.loaded = True
        if before:
            self._mark(before)

    async def load(self, view: View, first: int, last: int) -> None:
        """Read the rows of a view from `first` to `last`."""
        if view.pages is not None:
            await view.pages.load(first, last)

    async def keep(self) -> None:
        """Keep the list for the next start; the file is written on a thread."""
        last_seen = self._session.last_seen
        if self.loaded and last_seen is not None:
            await asyncio.to_thread(last_seen.write, self._session.clock(), self._rows())

    # -- showing -------------------------------------------------------------------------------------------------

    def view(self, understood: Filter | None, sorting: Sorting) -> View:
        """Return what there is to show for a filter, or without one."""
        if (seen := self._as_seen()) is not None:
            rows, _ = self._chosen(understood, _sorted(list(seen.rows), sorting))
            return View(rows, None, self._count(len(rows), len(seen.rows), understood) + self._age(seen))
        count = self._session.marketplace.api_client_count if self._session.ready else 0
        if not self._whole and self._first is not None and count > len(self._first.rows):
            if (query := self._query(understood, sorting)) is not None:
                pages = self._pages_of(query)
                return View(
                    pages, pages, self._count(len(pages), count, understood) + self._more(), "by the marketplace"
                )
            self._needs_all = True
        known = self._in_order(sorting)
        rows, judged = self._chosen(understood, known)
        done_by = "" if self._whole or not count else f"here, {len(known):,} of {count:,} read"
        total = len(known) - len(self._gone)
        return View(rows, None, self._count(len(rows), total, understood) + self._more(), done_by, judged)

    async def judge(self, sorting: Sorting) -> AsyncIterator[tuple[int, int]]:
        """Hold the rest of the rows against the filter; give how many are judged, of how many."""
        if self._judge is not None:
            now = self._session.clock()
            async for judged in self._judge.go_on(self._in_order(sorting), self._session.marketplace, now):
                yield judged

    def _chosen(self, understood: Filter | None, rows: list[ClientRow]) -> tuple[list[ClientRow], bool]:
        """Return the rows that a filter finds so far, and whether all were judged."""
        if not understood:
            return rows, True
        judge = self._judge_here()
        judge.begin(understood)
        marketplace = self._session.marketplace if self._session.ready else None
        return judge.chosen(rows, marketplace, self._session.clock())

    def _judge_here(self) -> ClientJudge:
        from tui.panes.client_judge import ClientJudge
        from tui.session.advising import Advisor

        self._judge = self._judge or ClientJudge(Advisor(self._session))
        return self._judge

    @property
    def lacks_rows(self) -> bool:
        """Whether what is shown needs rows that nobody is reading."""
        return self._needs_all and not self._whole and not self.loading

    @property
    def some(self) -> bool:
        """Whether there is any API client at all."""
        seen = self._as_seen()
        return bool(seen.rows if seen is not None else self._session.ready and self._session.marketplace.api_clients)

    def befell(self, row: ClientRow) -> Befell | None:
        """Return what somebody else did to a row since it was read before; None for most."""
        return self._befell.get(row.id)

    def completions(self) -> Known:
        """Return what a filter can be completed with, as far as it is known without asking."""
        from tui.access.advice import meanings
        from tui.session.filtering import Known
        from tui.session.filtering.saved import list_saved

        users = sorted({row.user for row in self._rows() if row.user}, key=str.casefold)
        companies = self._session.marketplace.companies_known if self._session.ready else ()
        return Known(users, companies, meanings(), list_saved(self._session.request.state))

    def doubt(self) -> None:
        """Hold against the filter anew what had to be read for it: something of it was changed."""
        if self._judge is not None:
            self._judge.doubt()

    def forget_changes(self) -> None:
        """Show what is there, and no longer what was changed or deleted elsewhere."""
        self._befell.clear()
        self._gone.clear()
        self._sorted = None

    @property
    def elsewhere(self) -> str:
        """Say how many rows were changed, made and deleted elsewhere; empty when none was."""
        counts = [(sign, sum(each is sign for each in self._befell.values())) for sign in Befell]
        told = ", ".join(f"{number:,} {sign.name.lower()} {sign}" for sign, number in counts if number)
        return f"elsewhere: {told}" if told else ""

    def _mark(self, before: dict[str, ClientRow]) -> None:
        now = {row.id: row for row in self._rows()}
        self._gone = {each: row for each, row in before.items() if each not in now}
        self._befell = {
            **dict.fromkeys(self._gone, Befell.DELETED),
            **{each: Befell.CHANGED for each, row in now.items() if each in before and before[each] != row},
            **{each: Befell.NEW for each in now if each not in before},
        }
        self._sorted = None

    # -- inside --------------------------------------------------------------------------------------------------

    def _as_seen(self) -> Seen | None:
        """Return what was seen last time, while there is nothing newer."""
        here = self._session.ready and bool(self._session.marketplace.api_clients)
        return None if here or self.loaded else self._seen

    def _age(self, seen: Seen) -> str:
        age = format_remaining(min(seen.at - self._session.clock(), timedelta(0))).removeprefix("expired ")
        return f" · seen {age}"

    def _more(self) -> str:
        return " …" if self.loading else ""

    def _count(self, shown: int, total: int, understood: Filter | None) -> str:
        if understood:
            return f"{shown:,} of {total:,}"
        return f"{total:,}" if total or self.loaded else ""

    def _query(self, understood: Filter | None, sorting: Sorting) -> ListQuery | None:
        """Return the query by which the marketplace finds and sorts the same; None where it cannot."""
        from tui.ordercloud.query import ListQuery

        if not sorting.sort_by or (understood and understood.rest):
            return None
        if not understood:
            return ListQuery(sort_by=sorting.sort_by, page_size=PAGE_SIZE)
        asked = understood.server()
        return ListQuery(
            search=asked.search or None, filters=asked.filters, sort_by=sorting.sort_by, page_size=PAGE_SIZE
        )

    def _pages_of(self, query: ListQuery) -> Pages[ClientRow]:
        if self._pages is not None and self._pages[0] == query:
            return self._pages[1]
        marketplace = self._session.marketplace

        async def read(number: int) -> Part[ClientRow]:
            page = await marketplace.api_client_page(query.on_page(number))
            return Part([self._row_of(each) for each in page.items], page.meta.total_count)

        pages = Pages(read, arrived=self._arrived)
        if (
            not (query.search or query.filters)
            and tuple(query.sort_by) == Sorting().sort_by
            and self._first is not None
        ):
            pages.put(1, self._first)
        self._pages = (query, pages)
        return pages

    def _rows(self) -> list[ClientRow]:
        if (seen := self._as_seen()) is not None:
            return list(seen.rows)
        api_clients = self._session.marketplace.api_clients if self._session.ready else {}
        return [self._row_of(each) for each in api_clients.values()]

    @property
    def _version(self) -> tuple[int, int]:
        """Another value whenever a row is not what it was."""
        known = self._session.marketplace.api_clients_version if self._session.ready else 0
        return known, len(self._gone)

    def _in_order(self, sorting: Sorting) -> list[ClientRow]:
        """Return every row known, sorted; sorted anew only when a row or the sorting changed."""
        if self._sorted is None or self._sorted[0] != (self._version, sorting):
            rows = _sorted([*self._rows(), *self._gone.values()], sorting)
            self._sorted = ((self._version, sorting), rows)
        return self._sorted[1]

    def _row_of(self, api_client: ApiClient) -> ClientRow:
        """Return the row of an API client, made once."""
        from tui.session.client_row import ClientRow

        made = self._made.get(api_client.id)
        if made is None or made[0] is not api_client:
            made = self._made[api_client.id] = (api_client, ClientRow.of(api_client))
        return made[1]


def _sorted(rows: list[ClientRow], sorting: Sorting) -> list[ClientRow]:
    rows.sort(key=sorting.column.rank, reverse=sorting.descending)
    return rows
