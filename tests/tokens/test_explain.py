from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tokens.makers import AT, BUYER, NOW, claim_sets, make, with_claims
from tui.tokens.decode import decode
from tui.tokens.explain import explain, explain_header
from tui.tokens.times import moment_of, tell_moment, until


def told(compact: str, **names: str) -> dict[str, tuple[str, str, bool]]:
    known = {(claim, str(BUYER[claim])): name for claim, name in names.items()}
    return {each.name: (each.value, each.meaning, each.known) for each in explain(decode(compact), NOW, known)}


def test_every_claim_is_explained_in_a_fixed_order() -> None:
    names = [each.name for each in explain(decode(with_claims(zzz=1, orderid="x1Y2")), NOW)]
    assert names == ["usr", "cid", "u", "usrtype", "role", "iss", "aud", "iat", "nbf", "exp", "orderid", "zzz"]


def test_values_are_told_for_people() -> None:
    claims = told(with_claims(role=["Shopper", "MeAdmin"]), cid="Buyer Storefront")
    assert claims["role"][0] == "Shopper, MeAdmin"
    assert claims["exp"] == ("2026-11-23 18:14:03 UTC · in 9m 12s", "good until this moment", True)
    assert claims["iat"][0] == "2026-11-23 18:03:51 UTC · 1m ago"
    assert claims["cid"][1] == "the API client it came through: Buyer Storefront"
    assert claims["usrtype"][1] == "the kind of user: a buyer user"


def test_the_client_id_is_looked_up_without_its_capitals() -> None:
    assert told(with_claims(cid=str(BUYER["cid"]).upper()), cid="Buyer Storefront")["cid"][1].endswith(
        "Buyer Storefront"
    )


def test_an_unknown_claim_is_shown_and_said_to_be_one() -> None:
    value, _, known = told(with_claims(tier={"a": [1, None]}))["tier"]
    assert (value, known) == ('{"a": [1, null]}', False)


@given(claim_sets, st.datetimes())
def test_whatever_the_claims_hold_they_are_explained(claims: Mapping[str, object], now: datetime) -> None:
    token = decode(make(claims))
    explained = explain(token, now, {}, timezone(timedelta(hours=14)))
    assert sorted(each.name for each in explained) == sorted(claims)
    assert all(each.meaning for each in explained)
    "".join(each.value for each in explained).encode()


def test_the_header_is_explained() -> None:
    explained = {each.name: each for each in explain_header(decode(make(header={"alg": "RS256", "odd": 1})))}
    assert explained["alg"].known
    assert not explained["odd"].known


def test_local_time_shows_its_day_when_that_differs() -> None:
    zone = timezone(timedelta(hours=1))
    assert tell_moment(AT + 552, NOW, zone) == "2026-11-23 18:14:03 UTC · 19:14 here · in 9m 12s"
    late = int(datetime(2026, 11, 23, 23, 30, tzinfo=UTC).timestamp())
    assert "11-24 00:30 here" in tell_moment(late, NOW, zone)


@pytest.mark.parametrize(
    "seconds", [10**400, -(10**400), 10**15, 253402300799, -62135596800], ids=lambda seconds: f"{seconds!s:.8}"
)
def test_the_calendar_has_edges_and_nothing_falls_off(seconds: int) -> None:
    assert tell_moment(seconds, NOW, timezone(timedelta(hours=14)))
    assert tell_moment(seconds, NOW, timezone(timedelta(hours=-14)))
    assert abs(until(seconds, NOW)) <= timedelta(days=36525)
    moment = moment_of(seconds)
    assert moment is None or moment.tzinfo is UTC
