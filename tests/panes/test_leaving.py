"""Leaving: what is typed while the console closes is typed at nobody."""

from __future__ import annotations

import pytest
from textual import events

from tests.console import open_console


@pytest.mark.parametrize("keys", ["qn", "qso", "qF?", "q5s"])
async def test_keys_that_come_while_it_closes_open_nothing(keys: str) -> None:
    async with open_console() as console:
        for key in keys:
            console.app.post_message(events.Key(key, key))
        for _ in range(20):
            await console.pilot.pause()
    assert console.app._exception is None
    assert console.app.return_value == 0
