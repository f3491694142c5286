"""All refusals of an API client, tried: on a copy in a sandbox, or those that harm nobody where it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from tui.session.scenarios.copying import world_around
from tui.session.scenarios.refusals import harmless_refusals, refusals
from tui.session.scenarios.runner import run
from tui.session.scenarios.stage import Stage, made_for

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient
    from tui.session.opening import Opened
    from tui.session.scenarios.report import Outcome, Report


async def try_refusals(
    opened: Opened,
    api_client: ApiClient,
    now: datetime,
    *,
    here: bool = False,
    told: Callable[[Outcome], None] | None = None,
) -> Report:
    """Try every refusal of an API client in a sandbox that is made of its facts.

    `here` tries it in the marketplace itself: only what changes nothing and locks nobody out. Raises the errors of the
    typed client when the facts cannot be read.
    """
    world = await world_around(opened, [api_client])
    registered = world.clients[0]
    if here:
        stage = Stage(opened, real_time=lambda: now)
        return await run(harmless_refusals(world, registered, now), stage, told)
    scenario = refusals(world, registered, now)
    async with made_for(scenario, {}) as stage:
        report = await run(scenario, stage, told)
    return replace(report, marketplace=f"a copy of {opened.identity.marketplace} in a sandbox")
