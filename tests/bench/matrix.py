"""How long the whole demo matrix takes live: `python -m tests.bench.matrix`.

Every API client, every user and every grant of the demo marketplace is tried through the sandbox in process: password
and, where a token came with a refresh token, refresh; client credentials once for each API client. Passwords are hashed
as the sandbox hashes them there: the demo's own are public, so they have the cheap hash. The last line tells what one
comparison costs with it, and with the hash that a secret password gets.
"""

from __future__ import annotations

import asyncio
import time

from tui.ordercloud.errors import OAuthRefused
from tui.ordercloud.models import AccessToken
from tui.sandbox.demo import PASSWORD
from tui.sandbox.passwords import DEFAULT, FAST, Hashing, hash_password, password_matches
from tui.session.few_at_once import AT_ONCE
from tui.session.scenarios.document import Ask, Grant, Scenario
from tui.session.scenarios.stage import Stage, made_for

LIMIT = 5.0
"""What it may take, in seconds on two processors."""


async def try_matrix(stage: Stage) -> tuple[int, int]:
    """Try the matrix; return how many attempts there were, and how many brought a token."""
    oauth, marketplace = stage.opened.tester.oauth, stage.opened.marketplace
    async for _ in marketplace.read_api_clients():
        pass
    people = await marketplace.people()
    limit = asyncio.Semaphore(AT_ONCE)
    tried = allowed = 0

    async def ask(
        grant: Grant, client_id: str, secret: str | None, username: str = "", token: str = ""
    ) -> AccessToken | None:
        nonlocal tried, allowed
        tried += 1
        try:
            if grant is Grant.PASSWORD:
                answer = await oauth.password(client_id, username, PASSWORD, secret=secret)
            elif grant is Grant.REFRESH:
                answer = await oauth.refresh(client_id, token, secret=secret)
            else:
                answer = await oauth.client_credentials(client_id, secret or "")
        except OAuthRefused:
            return None
        allowed += 1
        return answer

    async def cell(client_id: str, secret: str | None, username: str) -> None:
        async with limit:
            answer = await ask(Grant.PASSWORD, client_id, secret, username)
            if answer is not None and answer.refresh_token:
                await ask(Grant.REFRESH, client_id, secret, token=answer.refresh_token)

    for api_client in marketplace.api_clients.values():
        secret = await stage.secret(Ask(Grant.ANONYMOUS, api_client.id))
        await ask(Grant.CLIENT_CREDENTIALS, api_client.id, secret)
        await asyncio.gather(*(cell(api_client.id, secret, each.user.username) for each in people))
    return tried, allowed


async def measure() -> tuple[float, int, int]:
    """Return the seconds, the attempts and the tokens."""
    async with made_for(Scenario("matrix", (), demo=True), {}) as stage:
        begun = time.perf_counter()
        tried, allowed = await try_matrix(stage)
        return time.perf_counter() - begun, tried, allowed


def cost(hashing: Hashing) -> float:
    """Return the milliseconds of one comparison."""
    record = hash_password(PASSWORD, hashing)
    begun = time.perf_counter()
    for _ in range(5):
        password_matches(PASSWORD, record, hashing)
    return (time.perf_counter() - begun) / 5 * 1000


def main() -> None:
    """Measure, and write it down."""
    asyncio.run(measure())  # the first one loads what there is to load
    seconds, tried, allowed = asyncio.run(measure())
    each = seconds / tried * 1000
    fast, slow = cost(FAST), cost(DEFAULT)
    print(f"{tried} attempts, {allowed} tokens: {seconds:.2f} s, {each:.1f} ms each; allowed {LIMIT:.0f} s")  # noqa: T201
    print(f"one comparison: {fast:.1f} ms cheap, {slow:.0f} ms for a secret password")  # noqa: T201


if __name__ == "__main__":
    main()
