"""How a change is told: what comes and what goes can be seen, however long the rest is."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.access.api_roles import API_ROLES
from tui.access.xp import JSON
from tui.session.declared.telling import told, told_change

LONG = "One sentence that is long enough to be cut before the other one that comes after it begins. "
ROLES: list[JSON] = [*sorted(API_ROLES)[:20]]


@pytest.mark.parametrize(
    ("name", "before", "after", "said"),
    [
        ("AccessTokenDuration", 120, 90, "AccessTokenDuration: 120 → 90"),
        ("Active", True, False, "Active: on → off"),
        ("DefaultContextUserName", "", "erp", "DefaultContextUserName: none → erp"),
        ("MaximumGrantedRoles", [], ["MeAdmin", "Shopper"], "MaximumGrantedRoles: none → MeAdmin, Shopper"),
        ("MaximumGrantedRoles", ROLES, [*ROLES, "FullAccess"], "MaximumGrantedRoles: + FullAccess"),
        ("MaximumGrantedRoles", ["MeAdmin", "Shopper"], ["OrderAdmin", "Shopper"], None),
        ("xp", {}, {"owner": "web"}, 'xp.owner: none → "web"'),
        ("xp", {"a": {"b": 1, "c": 2}}, {"a": {"b": 1}, "d": [1]}, "xp.a.c: 2 → none; xp.d: none → [1]"),
    ],
)
def test_a_change_is_told_in_a_line(name: str, before: JSON, after: JSON, said: str | None) -> None:
    assert told_change(name, before, after) == (said or f"{name}: + OrderAdmin, - MeAdmin")


def test_of_long_texts_the_place_is_told_where_they_part() -> None:
    assert told_change("xp", {"note": f"{LONG}Any."}, {"note": f"{LONG}None."}) == (
        'xp.note: …es after it begins. Any." → …es after it begins. None."'
    )
    assert told_change("xp", {"note": f"{LONG}Any."}, {"note": f"{LONG}None."}, whole=True) == (
        f'xp.note: "{LONG}Any." → "{LONG}None."'
    )
    assert told("xp", {"note": LONG}).endswith("…")
    assert told("MaximumGrantedRoles", ROLES) == ", ".join(map(str, ROLES))


@given(st.lists(st.text("ab .", max_size=90), min_size=2, max_size=2, unique=True))
def test_two_texts_that_differ_never_look_the_same(texts: list[str]) -> None:
    for before, after in pairwise(texts):
        first, _, last = told_change("xp", {"note": LONG + before}, {"note": LONG + after})[9:].partition(" → ")
        assert first != last


def test_that_a_secret_changed_is_told_and_not_which() -> None:
    said = told_change("xp", {"ERP": {"Password": "one-of-old"}}, {"ERP": {"Password": "one-of-new"}}, whole=True)
    assert said == "xp.ERP.Password: •••••• → ••••••"
    assert "one-of-new" not in told("xp", {"Password": "one-of-new"}, whole=True)
