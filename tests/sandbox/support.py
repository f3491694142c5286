from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tui.ordercloud._httpx import AsyncClient, Response
from tui.sandbox import Sandbox
from tui.sandbox.demo import HARBOR_SUPPLY, PASSWORD
from tui.sandbox.seeds import client_id

START = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **amount: float) -> None:
        self.now += timedelta(**amount)


@dataclass
class Http:
    """A sandbox over its wire protocol, with as little as possible between the test and the wire."""

    sandbox: Sandbox
    client: AsyncClient
    clock: Clock
    headers: dict[str, str] = field(default_factory=dict)

    async def token(self, **form: str) -> Response:
        return await self.client.post("/oauth/token", data=form)

    async def password(self, client: str, username: str, password: str = PASSWORD, **more: str) -> Response:
        return await self.token(
            grant_type="password", client_id=named(client), username=username, password=password, **more
        )

    async def sign_in(self, client: str, username: str, **more: str) -> Http:
        """Give the same sandbox as seen by that user."""
        answer = await self.password(client, username, **more)
        assert answer.status_code == 200, answer.text
        return self.bearer(answer.json()["access_token"])

    def bearer(self, token: str) -> Http:
        return Http(self.sandbox, self.client, self.clock, {"Authorization": f"Bearer {token}"})

    async def send(self, method: str, path: str, json: object = None, **more: Any) -> Response:
        body: dict[str, Any] = {} if json is None else {"json": json}
        return await self.client.request(method, f"/v1/{path}", headers=self.headers, **body, **more)

    async def get(self, path: str, **query: str) -> Response:
        return await self.send("GET", path, params=query or None)

    async def ok(self, method: str, path: str, json: object = None, status: int = 200) -> Any:
        answer = await self.send(method, path, json)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def items(self, path: str, **query: str) -> list[dict[str, Any]]:
        answer = await self.get(path, **{"pageSize": "100", **query})
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["Items"]
        return found


def named(client: str) -> str:
    """Give the ID of a demo API client by its name."""
    return client_id(HARBOR_SUPPLY, client)


def error_of(answer: Response) -> tuple[int, str]:
    """Give status and first error code."""
    return answer.status_code, answer.json()["Errors"][0]["ErrorCode"]
