"""The whole demo matrix, live: every API client, user and grant, within the time a person waits for it."""

from __future__ import annotations

import time

from tests.bench.matrix import LIMIT, try_matrix
from tui.session.scenarios.document import Scenario
from tui.session.scenarios.stage import made_for


async def test_the_demo_matrix_takes_less_than_it_may() -> None:
    """Counted is the processors' time: what else the machine does is no matter of the sandbox."""
    async with made_for(Scenario("matrix", (), demo=True), {}) as stage:
        begun = time.process_time()
        tried, allowed = await try_matrix(stage)
        spent = time.process_time() - begun
    clients, users = len(stage.opened.marketplace.api_clients), len(await stage.opened.marketplace.people())
    assert tried > clients * users
    assert 90 < allowed < tried
    assert spent < LIMIT
