"""Which API clients the IDs of a list are, and which ones somebody may have meant by those that are none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.access.exact import ExactPlan, near_misses, plan_exactly
from tui.session.company_clients import clients_among, every_client, everything
from tui.session.exact_companies import MOST_LOOKED_FOR
from tui.session.paging import PAGE_SIZE

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient
    from tui.session.marketplace import Marketplace


@dataclass(frozen=True, slots=True)
class ExactClients:
    """A plan with the API clients it is about, by their IDs in lower case; `near` may be meant by an unknown ID."""

    plan: ExactPlan
    api_clients: Mapping[str, ApiClient]
    near: Mapping[str, tuple[tuple[str, str], ...]]


async def plan_clients(marketplace: Marketplace, wanted: Sequence[str], assigned: frozenset[str]) -> ExactClients:
    """Look the IDs of a list up, and plan that a company is assigned to exactly those API clients.

    Args:
        marketplace: Where.
        wanted: The IDs; OrderCloud compares them without case.
        assigned: The IDs of those that the company is assigned to now, in lower case.
    """
    ids = [each.lower() for each in wanted]
    looked_for = list(dict.fromkeys((*wanted, *ids, *sorted(assigned))))
    every = await everything(await clients_among(marketplace, "", looked_for), lambda _, __: None)
    found = {each.id.lower(): each for each in every}
    plan = plan_exactly(ids, found.keys(), assigned & found.keys())
    near = {}
    for unknown in plan.unknown[:MOST_LOOKED_FOR]:
        near[unknown] = near_misses(unknown, [(each.id, each.app_name) for each in await _like(marketplace, unknown)])
    return ExactClients(plan, found, near)


async def _like(marketplace: Marketplace, unknown: str) -> Sequence[ApiClient]:
    """Return API clients that look like an ID: all of a small marketplace, else what the server finds by it."""
    every = every_client(marketplace, "", lambda: None)
    first = await every.read(1)
    return (
        first.rows
        if first.total <= PAGE_SIZE
        else (await every_client(marketplace, unknown, lambda: None).read(1)).rows
    )
