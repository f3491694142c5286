"""What a PATCH of xp can do, and what it cannot, against the sandbox's own merging."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.access.xp import left_over, members, merge_xp, same_json, xp_patch
from tui.sandbox.fields import merge
from tui.tokens.token import JSON

leaves = st.none() | st.booleans() | st.integers(0, 2) | st.text("ab", max_size=2)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
)
xps = st.none() | st.dictionaries(st.sampled_from("abc"), values, max_size=3)


def without(value: JSON, paths: tuple[str, ...]) -> JSON:
    if not isinstance(value, dict):
        return value
    inner = {name: tuple(path[len(name) + 1 :] for path in paths if path.startswith(f"{name}.")) for name in value}
    return {name: without(each, inner[name]) for name, each in value.items() if name not in paths}


def patched(now: JSON, wanted: JSON) -> JSON:
    """Return what the sandbox makes of the patch."""
    sent: JSON = json.loads(json.dumps(xp_patch(now, wanted)))
    return merge(now, sent)


@given(xps, xps)
def test_a_patch_comes_to_what_is_wanted_but_for_the_members_told(now: JSON, wanted: JSON) -> None:
    got = patched(now, wanted)
    over = left_over(got, wanted)
    assert same_json(without(got, over), wanted)


@given(xps, xps)
def test_nothing_that_is_left_over_keeps_a_value(now: JSON, wanted: JSON) -> None:
    got = patched(now, wanted)
    for path in left_over(got, wanted):
        value: JSON = got
        for name in path.split("."):
            assert isinstance(value, dict)
            value = value[name]
        assert value is None


@pytest.mark.parametrize(
    ("now", "wanted", "sent"),
    [
        ({"a": 1}, {"a": 1}, {}),
        ({"a": 1}, {"a": True}, {"a": True}),
        ({"a": 1, "b": 2}, {"a": 1}, {"b": None}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"c": 3}}, {"a": {"c": 3, "b": None}}),
        ({"a": 1}, None, None),
        (None, {"a": 1}, {"a": 1}),
        ({"a": {"b": 1}}, {"a": 5}, {"a": 5}),
    ],
)
def test_only_what_differs_is_sent(now: JSON, wanted: JSON, sent: JSON) -> None:
    assert same_json(xp_patch(now, wanted), sent)


# -- three ways --------------------------------------------------------------------------------------------------------


@given(xps, xps)
def test_what_one_side_alone_changed_is_taken(base: JSON, other: JSON) -> None:
    assert same_json(merge_xp(base, base, other), other)
    assert same_json(merge_xp(base, other, base), other)
    assert same_json(merge_xp(base, other, other), other)
    assert not any(each.conflicts for each in members(base, base, other) + members(base, other, other))


@given(xps, xps, xps)
def test_conflicts_are_the_same_seen_from_either_side_and_all_that_choosing_decides(
    base: JSON, theirs: JSON, mine: JSON
) -> None:
    here = {each.path for each in members(base, theirs, mine) if each.conflicts}
    assert here == {each.path for each in members(base, mine, theirs) if each.conflicts}
    assert same_json(merge_xp(base, theirs, mine, here), merge_xp(base, mine, theirs))
    assert not any(each.conflicts for each in members(base, theirs, merge_xp(base, theirs, mine, here)))


def test_members_are_merged_as_deep_as_they_go() -> None:
    base: JSON = {"a": {"x": 1, "y": 1, "gone": 1}, "b": 1}
    theirs: JSON = {"a": {"x": 2, "y": 1, "gone": 1}, "b": 1, "new": 0}
    mine: JSON = {"a": {"x": 3, "y": 3}, "b": 1}
    assert [each.path for each in members(base, theirs, mine) if each.conflicts] == [("a", "x")]
    assert merge_xp(base, theirs, mine) == {"a": {"x": 3, "y": 3}, "b": 1, "new": 0}
    assert merge_xp(base, theirs, mine, [("a", "x")]) == {"a": {"x": 2, "y": 3}, "b": 1, "new": 0}
    deep: JSON = 0
    for _ in range(900):
        deep = {"a": deep}
    assert len(members({}, {"a": deep}, {"a": {"a": 1}})) == 1, "as a whole, not to the bottom"
