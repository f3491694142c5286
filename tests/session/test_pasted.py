"""Mistakes in what was typed or pasted are recognised and said, without a word of any secret."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.tokens.makers import make
from tui.session.pasted import Typed, remarks

CLIENT = "5f0c9a1e-0000-4000-8000-00000000beef"
LONG = "Zk3vQ9xT7mB2nL5pR8sW1yC4dF6gH0jK"
GOOD = Typed(CLIENT, "shopper01", "Correct-Horse-7", LONG, "Shopper MeAdmin", "visitor-1", LONG, "https://api.example")
HERE = make({"aud": "https://api.example", "iss": "https://api.example"})


def test_what_is_right_is_left_alone() -> None:
    assert remarks(GOOD) == ()
    assert remarks(Typed()) == ()


@pytest.mark.parametrize(
    ("fields", "row", "part", "mended"),
    [
        ({"api_client_id": f" {CLIENT}\n"}, "client", "blanks or line breaks around the client ID", CLIENT),
        ({"username": "\tshopper01"}, "user", "blanks", "shopper01"),
        ({"username": "“shopper01”"}, "user", "quotes", "shopper01"),
        ({"password": "Correct-Horse-7 "}, "password", "blanks", "Correct-Horse-7"),
        ({"password": "   "}, "password", "blank", ""),
        ({"password": LONG}, "password", "client secret of this API client", None),
        ({"password": LONG[::-1]}, "password", "form of a client secret", None),
        ({"password": CLIENT.upper()}, "password", "client ID", None),
        ({"password": CLIENT.replace("beef", "cafe")}, "password", "form of an ID", None),
        ({"password": HERE}, "password", "access token, and no password", None),
        ({"secret": f"Bearer {make()}"}, "secret", "another environment: it is good at sandboxapi.example", None),
        ({"secret": f" {LONG}"}, "secret", "blanks", LONG),
        ({"secret": "Correct-Horse-7"}, "secret", "same as the password", None),
        ({"secret": CLIENT}, "secret", "client ID", None),
        ({"username": LONG}, "user", "client secret", None),
        ({"username": "AllowAnySeller"}, "user", "called AllowSeller", None),
        ({"anon_user_id": " v "}, "visitor", "blanks", "v"),
        ({"scope": "undefined Shopper"}, "scope", "word undefined", "Shopper"),
        ({"scope": "Shopper,MeAdmin"}, "scope", "not by commas", "Shopper MeAdmin"),
        ({"scope": "Shopper%20MeAdmin"}, "scope", "URL-encoded", "Shopper MeAdmin"),
        ({"scope": "Shopper AllowAnySeller"}, "scope", "called AllowSeller", "Shopper"),
        ({"scope": "AllowAnyBuyer"}, "scope", "no role, but a flag", ""),
        ({"scope": "shopper Loyalty"}, "scope", "spelled Shopper", "Shopper Loyalty"),
        ({"scope": '"Shopper"'}, "scope", "quotes", "Shopper"),
        ({"scope": make()}, "scope", "access token", None),
    ],
)
def test_each_mistake_is_said_with_its_row_and_what_was_meant(
    fields: dict[str, str], row: str, part: str, mended: str | None
) -> None:
    typed = replace(GOOD, **fields)  # type: ignore[arg-type]  # names of text fields
    found = remarks(typed)
    assert [each.row for each in found] == [row]
    assert part in found[0].text
    assert found[0].mended == mended
    told = f"{found[0]!r} {typed!r}"
    assert not any(secret in told for secret in (LONG, LONG[::-1], "Correct-Horse-7", make(), HERE))
    if mended is not None:
        names = {"client": "api_client_id", "user": "username", "visitor": "anon_user_id"}
        again = replace(typed, **{names.get(row, row): mended})  # type: ignore[arg-type]  # names of text fields
        assert remarks(again) == ()
