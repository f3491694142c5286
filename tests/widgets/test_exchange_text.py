from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.parse import urlencode

from tui.ordercloud.body import Body
from tui.ordercloud.exchange import Exchange, Timings
from tui.widgets.exchange_text import exchange_text, status_text

AT = datetime(2026, 11, 23, 19, 4, tzinfo=UTC)
FORM = "application/x-www-form-urlencoded"


def exchange(answer: object, *, status: int | None = 200, failure: str = "", **form: str) -> Exchange:
    return Exchange(
        number=7,
        started_at=AT,
        method="POST",
        url="http://sandbox.ocgate/oauth/token",
        request_headers=(("content-type", FORM), ("authorization", "Bearer secret-token-value")),
        request_body=Body.of(urlencode(form).encode(), FORM),
        status=status,
        reason="OK" if status == 200 else "",
        response_headers=(("content-type", "application/json"),),
        response_body=Body.of(json.dumps(answer).encode(), "application/json"),
        timings=Timings(total=41.4, first_byte=40.0),
        failure=failure,
    )


def test_it_shows_the_request_and_the_answer_whole() -> None:
    shown = exchange_text(exchange({"expires_in": 599}, grant_type="password", username="shopper01")).plain
    for part in (
        "POST http://sandbox.ocgate/oauth/token",
        "grant_type",
        "shopper01",
        "✓ 200 OK",
        '"expires_in": 599',
        "41 ms",
        "#7",
    ):
        assert part in shown


def test_no_credential_gets_through() -> None:
    shown = exchange_text(
        exchange(
            {"access_token": "the-access-token", "echo": "you sent the-password-1"},
            username="u",
            password="the-password-1",
            client_secret="the-client-secret",
        )
    ).plain
    for secret in ("the-access-token", "the-password-1", "the-client-secret", "secret-token-value"):
        assert secret not in shown


def test_a_redacted_exchange_looks_the_same() -> None:
    one = exchange({"access_token": "the-access-token"}, password="the-password-1")
    assert exchange_text(one.redacted()).plain == exchange_text(one).plain


def test_hostile_text_stays_text() -> None:
    shown = exchange_text(exchange({"a": "[/nope]"}, username="[bold]\x1b]0;x\x07\u202e")).plain
    assert "[bold]" in shown
    assert "[/nope]" in shown
    assert not any(each in shown for each in "\x1b\x07\u202e")


def test_a_status_is_told_by_its_sign() -> None:
    assert status_text(exchange({}, status=200)).plain == "✓ 200 OK"
    assert status_text(exchange({}, status=400)).plain.startswith("✗ 400")
    assert status_text(exchange({}, status=None, failure="refused")).plain == "✗ refused"
