"""The draft of a form: what is typed, what would be sent, what is wrong with it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.ordercloud.models.base import JSON
from tui.panes.client_draft import FIELDS, NEW_API_CLIENT, Draft

BASE: dict[str, JSON] = {
    "ID": "A",
    "AppName": "Buyer Storefront",
    "Active": True,
    "AccessTokenDuration": 600,
    "RefreshTokenDuration": 0,
    "AnonymousTokenDuration": 10080,
    "AllowAnyBuyer": True,
    "AllowAnySupplier": False,
    "AllowSeller": False,
    "IsAnonBuyer": False,
    "MinimumRequiredRoles": [],
    "MaximumGrantedRoles": ["Shopper", "MeAdmin"],
    "MinimumRequiredCustomRoles": [],
    "MaximumGrantedCustomRoles": [],
    "ClientSecret": None,
    "DefaultContextUserName": None,
    "xp": {"owner": "web", "note": "n"},
}


def test_nothing_typed_is_nothing_to_send() -> None:
    draft = Draft(BASE)
    assert not draft.dirty
    assert draft.changes() == {}


@pytest.mark.parametrize("name", FIELDS)
def test_typing_what_is_shown_changes_nothing(name: str) -> None:
    draft = Draft(BASE)
    shown = draft.flag(name) if FIELDS[name].kind == "flag" else draft.text(name)
    draft.put(name, shown)
    assert draft.changes() == {}
    assert draft.problems() == {}


def test_only_the_changed_field_is_sent() -> None:
    draft = Draft(BASE)
    draft.put("AccessTokenDuration", "1h30")
    assert draft.changes() == {"AccessTokenDuration": 90}


def test_members_of_xp_are_merged_one_by_one() -> None:
    draft = Draft(BASE)
    draft.put("xp", '{"owner": "shop", "note": "n", "mine": {"a": 1}}')
    now: dict[str, JSON] = {**BASE, "xp": {"owner": "ops", "theirs": 2}}
    assert [(each.label, each.base, each.theirs, each.mine) for each in draft.conflicts(now)] == [
        ("xp.owner", '"web"', '"ops"', '"shop"')
    ]
    assert draft.moved(now) == ("xp.owner", "xp.note", "xp.theirs")
    names = [each.name for each in draft.conflicts(now)]
    both = Draft(BASE)
    both.take(draft.kept())
    both.rebase(now, names)
    assert both.value("xp") == {"owner": "ops", "mine": {"a": 1}, "theirs": 2}
    draft.rebase(now)
    assert draft.value("xp") == {"owner": "shop", "mine": {"a": 1}, "theirs": 2}
    assert draft.conflicts(now) == ()


def test_what_is_no_object_conflicts_as_a_whole() -> None:
    draft = Draft(BASE)
    draft.put("xp", "[1]")
    now: dict[str, JSON] = {**BASE, "xp": {"owner": "ops"}}
    assert [(each.name, each.label, each.theirs) for each in draft.conflicts(now)] == [("xp", "xp", '{"owner": "ops"}')]
    draft.put("xp", "{")
    assert [each.mine for each in draft.conflicts(now)] == ["{"]
    draft.rebase(now, ["xp"])
    assert draft.value("xp") == {"owner": "ops"}
    assert not draft.dirty


def test_a_reverted_field_is_as_saved() -> None:
    draft = Draft(BASE)
    draft.put("AppName", "X")
    draft.put("RefreshTokenDuration", "no duration")
    draft.revert("AppName")
    draft.revert("RefreshTokenDuration")
    assert not draft.dirty


def test_a_changed_xp_is_given_whole_as_it_is_to_be() -> None:
    draft = Draft(BASE)
    draft.put("xp", '{"owner": "shop"}')
    assert draft.changes() == {"xp": {"owner": "shop"}}
    draft.put("xp", "")
    assert draft.changes() == {"xp": None}


def test_true_in_xp_is_another_value_than_one() -> None:
    draft = Draft({**BASE, "xp": {"a": 1}})
    draft.put("xp", '{"a": true}')
    assert draft.dirty
    assert draft.changes() == {"xp": {"a": True}}


def test_another_base_leaves_what_was_typed() -> None:
    draft = Draft(BASE)
    draft.put("AppName", "Typed")
    draft.put("AccessTokenDuration", "soon")
    draft.rebase({**BASE, "AppName": "Elsewhere", "Active": False, "AccessTokenDuration": 60})
    assert draft.value("AppName") == "Typed"
    assert not draft.flag("Active")
    assert draft.changes()["AppName"] == "Typed"
    assert "no duration" in draft.problems()["AccessTokenDuration"]
    draft.revert("AppName")
    assert draft.value("AppName") == "Elsewhere"


@pytest.mark.parametrize(
    ("name", "typed", "told"),
    [
        ("AppName", "  ", "required"),
        ("AccessTokenDuration", "9", "10 to 600"),
        ("AccessTokenDuration", "soon", "no duration"),
        ("AnonymousTokenDuration", "1h", "10080 to 86400"),
        ("MaximumGrantedRoles", "Shoper", "no API role"),
        ("xp", "[1]", "JSON object"),
        ("xp", "{", "Not JSON"),
        ("xp", "[" * 100_000, "nested too deeply"),
        ("xp", '{"a": NaN}', "no JSON number"),
        ("xp", '{"a": 1e999}', "too large"),
        ("xp", '{"a": "\\ud800"}', "surrogate"),
    ],
)
def test_what_is_wrong_is_said_and_kept(name: str, typed: str, told: str) -> None:
    draft = Draft(BASE)
    draft.put(name, typed)
    assert told in draft.problems()[name]
    assert draft.dirty


def test_a_secret_is_never_told() -> None:
    draft = Draft(BASE)
    draft.put("ClientSecret", "s3cr3t")
    assert draft.changes() == {"ClientSecret": "s3cr3t"}
    assert all("s3cr3t" not in part for line in draft.told() for part in line)


def test_a_user_is_known_whatever_the_case() -> None:
    draft = Draft(BASE)
    draft.put("DefaultContextUserName", "Shopper01")
    assert draft.problems({"shopper01"}) == {}
    assert "DefaultContextUserName" in draft.problems({"somebody"})
    assert draft.problems(None) == {}


def test_a_new_api_client_sends_all_that_is_set() -> None:
    draft = Draft(NEW_API_CLIENT, new=True)
    draft.put("AppName", "Harbour Kiosk")
    assert draft.changes() == {**NEW_API_CLIENT, "AppName": "Harbour Kiosk"}


@given(st.sampled_from(list(FIELDS)), st.text(max_size=60))
def test_no_text_typed_anywhere_breaks_the_draft(name: str, typed: str) -> None:
    draft = Draft(BASE)
    draft.put(name, typed)
    draft.problems(set())
    list(draft.told())
    draft.revert(name)
    assert not draft.dirty
