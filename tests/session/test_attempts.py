"""The token tester against the sandbox: what is expected of an attempt is what comes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from tui.access.decision import Check
from tui.config.credentials import MemoryStore
from tui.config.paths import find_paths
from tui.config.request import ConsoleRequest
from tui.config.settings import Settings
from tui.config.state import StateFile
from tui.session.attempts import Attempts, Form, Kind, Result
from tui.session.session import Session
from tui.tokens.verify import Status

DEMO_PASSWORD = "Harbor-Supply-1"


class StandingClock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 9, 14, 3, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


def request() -> ConsoleRequest:
    paths = find_paths()
    return ConsoleRequest(
        connection=None,
        sandbox_db=None,
        sandbox_memory=True,
        settings=Settings(),
        state=StateFile(paths.state_file),
        credentials=MemoryStore(),
        keyring=MemoryStore(),
        paths=paths,
    )


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
async def session(clock: StandingClock) -> AsyncIterator[Session]:
    session = Session(request(), clock=clock)
    await session.open()
    assert session.ready, session.problem
    async for _ in session.marketplace.read_api_clients():
        pass
    yield session
    await session.close()


@pytest.fixture
def attempts(session: Session) -> Attempts:
    return Attempts(session)


def id_of(session: Session, name: str) -> str:
    return next(each.id for each in session.marketplace.api_clients.values() if each.app_name == name)


def password(session: Session, client: str, username: str, **more: str) -> Form:
    kind = Kind.ELEVATED if "secret" in more else Kind.PASSWORD
    fields = {"password": DEMO_PASSWORD, **more}
    return Form(kind, id_of(session, client), username, **fields)  # type: ignore[arg-type]  # names of text fields


def told(result: Result) -> str:
    return f"{result.app_name} {result.form.kind} {result.who}: {result.error} {result.comparison}"


async def test_every_answer_is_as_expected_over_all_clients_users_and_grants(
    session: Session, attempts: Attempts
) -> None:
    people = [each.user.username for each in await session.marketplace.people()]
    for api_client in list(session.marketplace.api_clients.values()):
        for username in (*people, "nobody"):
            await attempts.run(Form(Kind.PASSWORD, api_client.id, username, DEMO_PASSWORD))
            await attempts.run(Form(Kind.ELEVATED, api_client.id, username, DEMO_PASSWORD, DEMO_PASSWORD))
        for secret in ("", DEMO_PASSWORD, "wrong"):
            await attempts.run(Form(Kind.CLIENT_CREDENTIALS, api_client.id, secret=secret))
            await attempts.run(Form(Kind.ANONYMOUS, api_client.id, secret=secret, anon_user_id="visitor"))
    for result in [each for each in attempts.results if each.refresh_token]:
        await attempts.run(attempts.refresh_form(result))
    assert [told(each) for each in attempts.results if not each.agreed] == []
    surprising = [each for each in attempts.results if each.comparison.note]
    assert {each.comparison.note.split(" ", 2)[1] for each in surprising} <= {"client", "a", "password"}
    checks = Counter(each.expected.check for each in attempts.results if each.expected)
    print(checks, len(attempts.results), Counter(each.comparison.note for each in surprising))
