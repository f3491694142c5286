"""Password policies: what is combined, what is refused, and an independent reading of both."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.access.world import NOW
from tui.access.passwords import (
    RANGES,
    PasswordPolicy,
    combine,
    expires,
    refuse_new,
    shortcomings,
    validate_password_config,
)

GOOD = "Harbor-Supply-1"
FLAGS = ("UpperCaseRequired", "LowerCaseRequired", "NumericRequired", "SpecialCharacterRequired")

configs = st.fixed_dictionaries(
    {},
    optional={
        **{name: st.one_of(st.none(), st.integers(limit.minimum, limit.maximum)) for name, limit in RANGES.items()},
        **{flag: st.sampled_from([None, True, False]) for flag in FLAGS},
    },
)
passwords = st.text(st.sampled_from("aaaBBB112-_ éÄ"), max_size=20)


@given(st.lists(configs, max_size=3), st.lists(configs, max_size=3), passwords)
def test_a_further_policy_is_never_more_lenient(some: list[Any], more: list[Any], password: str) -> None:
    few, all_ = combine(some), combine([*some, *more])
    assert set(shortcomings(password, few)) <= set(shortcomings(password, all_))
    assert all_.minimum_age >= few.minimum_age
    assert all_.reuse >= few.reuse
    assert (all_.maximum_age or timedelta.max) <= (few.maximum_age or timedelta.max)


@given(st.lists(configs, max_size=4))
def test_the_order_of_the_profiles_does_not_matter(some: list[Any]) -> None:
    assert combine(some) == combine(reversed(some))


@given(passwords, configs)
def test_a_password_is_measured_as_the_documentation_says(password: str, config: dict[str, Any]) -> None:
    lacks = shortcomings(password, combine([config]))
    least = max(10, config.get("MinimumCharacterCount") or 0)
    assert ("MinimumCharacterCount" in lacks) == (len(password) < least)
    has = {
        "UpperCaseRequired": any("A" <= each <= "Z" for each in password),
        "LowerCaseRequired": any("a" <= each <= "z" for each in password),
        "NumericRequired": any("0" <= each <= "9" for each in password),
        "SpecialCharacterRequired": any(not (each.isascii() and each.isalnum()) for each in password),
    }
    for flag in FLAGS:
        wanted = config.get(flag) is True or sum(has.values()) < 3
        assert (flag in lacks) == (wanted and not has[flag])
    most = config.get("MaxConsecutiveDupeChars") or 0
    runs = most > 0 and any(each * (most + 1) in password for each in set(password))
    assert ("MaxConsecutiveDupeChars" in lacks) == runs


def test_the_documentation_own_examples() -> None:
    both = combine(
        [
            {"MinimumCharacterCount": 10, "MaxConsecutiveDupeChars": 1},
            {"MinimumCharacterCount": 12, "MaxConsecutiveDupeChars": 3},
        ]
    )
    assert (both.length, both.repeats) == (12, 1)
    assert shortcomings("sk8jyyy1!-Abc", PasswordPolicy(repeats=2)) == {"MaxConsecutiveDupeChars": 2}
    weaker = combine([{"MinimumCharacterCount": 4}])
    assert shortcomings("Short-1", weaker) == {"MinimumCharacterCount": 10}, "OrderCloud's minimum supersedes"


@pytest.mark.parametrize("password", ["abcdefghij1-", "ABCDEFGHIJ1a", "Abcdefghij-", "ABCDEFGHI-1"])
def test_three_of_the_four_kinds_do(password: str) -> None:
    assert shortcomings(password, combine(())) == {}


def test_nothing_in_a_policy_can_break_it() -> None:
    strange = dict(zip(RANGES, ("x", -1, True, 1.5, [], {}, 10**30), strict=True))
    assert combine([strange, dict.fromkeys(FLAGS, "true")]) == PasswordPolicy()


def test_a_password_expires_to_the_day() -> None:
    policy = combine([{"MaximumPasswordAge": 90}, {"MaximumPasswordAge": 30}])
    assert expires(NOW, policy) == NOW + timedelta(days=30)
    assert expires(None, policy) is None
    assert expires(NOW, PasswordPolicy()) is None
    assert expires(datetime.max.replace(tzinfo=UTC), policy) is None


def test_what_may_follow_a_password() -> None:
    policy = combine([{"LimitPasswordReuse": 2, "MinimumPasswordAge": 30}])

    def code(password: str = GOOD, *, minutes: float = 60, used: int | None = None, by_owner: bool = True) -> str:
        last_set = NOW - timedelta(minutes=minutes)
        refusal = refuse_new(password, policy, NOW, last_set=last_set, used=used, by_owner=by_owner)
        return "" if refusal is None else refusal.code

    assert code() == ""
    assert code(minutes=29.9) == "PasswordReset.TooSoonToChange"
    assert code(minutes=30) == ""
    assert code(minutes=0, by_owner=False) == ""
    assert code("weak") == "PasswordReset.InsecurePassword"
    assert [code(used=n) for n in (1, 2, 3)] == [*["PasswordReset.CannotReusePassword"] * 2, ""]
    assert refuse_new(GOOD, PasswordPolicy(), NOW, used=1) is None


def test_a_policy_is_checked_before_it_is_saved() -> None:
    assert validate_password_config(None) == ()
    assert validate_password_config({"LockoutDuration": 0, "AllowedFailedAttempts": 9, "Unknown": []}) == ()
    wrong = {"LockoutDuration": 9, "AllowedFailedAttempts": 10, "MaximumPasswordAge": 0, "NumericRequired": "yes"}
    found = validate_password_config(wrong)
    assert {each.property for each in found} == {f"PasswordConfig.{name}" for name in wrong}
    assert next(each for each in found if each.property.endswith("Attempts")).data["Maximum"] == 9
