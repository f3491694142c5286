"""Which companies the IDs of a list are, and which ones somebody may have meant by those that are none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.access.exact import ExactPlan, near_misses, plan_exactly
from tui.access.facts import Party, PartyKind
from tui.session.company_pages import slices
from tui.session.few_at_once import few_at_once
from tui.session.paging import ALL_AT_ONCE, PAGE_SIZE

if TYPE_CHECKING:
    from tui.session.marketplace import Marketplace

MOST_LOOKED_FOR = 20
"""For so many unknown IDs near misses are looked for."""
SHORTEST_SEARCH = 3


@dataclass(frozen=True, slots=True)
class ExactCompanies:
    """A plan with the companies it is about; `near` are those that may be meant by an unknown ID."""

    plan: ExactPlan
    parties: Mapping[str, Party]
    near: Mapping[str, tuple[tuple[str, str], ...]]


async def plan_companies(
    marketplace: Marketplace,
    kind: PartyKind,
    wanted: Sequence[str],
    assigned: frozenset[str],
    told: Callable[[int, int], None],
) -> ExactCompanies:
    """Look the IDs of a list up, and plan that exactly those are assigned.

    Args:
        marketplace: Where.
        kind: Buyers or suppliers.
        wanted: The IDs.
        assigned: What is assigned now.
        told: Hears how many IDs are looked up of how many.
    """
    every = list(dict.fromkeys((*wanted, *sorted(assigned))))
    found = await _look_up(marketplace, kind, every, told)
    plan = plan_exactly(wanted, found.keys() & set(wanted), assigned)
    parties = {each: found.get(each) or Party(kind, each) for each in (*plan.add, *plan.keep, *plan.remove)}
    near = {}
    for unknown in plan.unknown[:MOST_LOOKED_FOR]:
        candidates = [(each.id, each.name) for each in await _like(marketplace, kind, unknown)]
        near[unknown] = near_misses(unknown, candidates)
    return ExactCompanies(plan, parties, near)


async def _look_up(
    marketplace: Marketplace, kind: PartyKind, ids: Sequence[str], told: Callable[[int, int], None]
) -> dict[str, Party]:
    looked = 0

    async def some(mine: Sequence[str]) -> Sequence[Party]:
        nonlocal looked
        part = await marketplace.company_page(kind, 1, ids=mine)
        looked += len(mine)
        told(looked, len(ids))
        return part.rows

    return {each.id: each for rows in await few_at_once(some, slices(ids), ALL_AT_ONCE) for each in rows}


async def _like(marketplace: Marketplace, kind: PartyKind, unknown: str) -> Sequence[Party]:
    """Return companies that look like an ID: all of a small marketplace, else what it or a half of it finds."""
    every = await marketplace.company_page(kind, 1)
    if every.total <= PAGE_SIZE:
        return every.rows
    half = len(unknown) // 2
    cases = tuple(dict.fromkeys((unknown.lower(), unknown.upper())))
    found = {each.id: each for each in (await marketplace.company_page(kind, 1, ids=cases)).rows}
    for words in dict.fromkeys((unknown, unknown[: max(SHORTEST_SEARCH, half)], unknown[half:])):
        if len(words) >= SHORTEST_SEARCH:
            found |= {each.id: each for each in (await marketplace.company_page(kind, 1, words=words)).rows}
    return tuple(found.values())
