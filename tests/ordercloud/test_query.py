"""The list language as query parameters."""

from __future__ import annotations

import pytest

from tui.ordercloud import ListQuery


def test_nothing_asked_nothing_sent() -> None:
    assert ListQuery().to_pairs() == ()


def test_everything() -> None:
    query = ListQuery(
        search="store front",
        search_on=("AppName", "ID"),
        sort_by=("AppName", "!ID"),
        filters={"Active": "true", "AppName": ["A*", "!*z"], "xp.a.b": ">5"},
        page=2,
        page_size=50,
    )
    assert query.to_pairs() == (
        ("search", "store front"),
        ("searchOn", "AppName,ID"),
        ("sortBy", "AppName,!ID"),
        ("page", "2"),
        ("pageSize", "50"),
        ("Active", "true"),
        ("AppName", "A*"),
        ("AppName", "!*z"),
        ("xp.a.b", ">5"),
    )


@pytest.mark.parametrize("name", ["page", "pageSize", "SEARCH", "sortBy", "searchOn"])
def test_a_filter_cannot_pose_as_a_parameter(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        ListQuery(filters={name: "1"}).to_pairs()


def test_what_comes_after_an_id() -> None:
    query = ListQuery(sort_by=("ID",), filters={"ID": "a*", "Active": "true"}, page=31)

    assert query.after("abc").filters == {"ID": ("a*", ">abc"), "Active": "true"}
    assert query.after("abc").page == 1
    assert ListQuery(sort_by=("!ID",)).after("abc").filters == {"ID": ("<abc",)}
