"""What a password must be, how old it may get, and which one may follow it: the strictest of a user's policies.

A policy is the `PasswordConfig` of a security profile, by its wire names. OrderCloud's own minimum holds beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from tui.access.limits import FieldProblem, Range
from tui.access.switches import DEFAULT, Switches
from tui.access.times import utc

KINDS: Mapping[str, str] = {
    "UpperCaseRequired": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "LowerCaseRequired": "abcdefghijklmnopqrstuvwxyz",
    "NumericRequired": "0123456789",
}
"""The kinds of characters by the flag that requires one; every other character is special."""
_SPECIAL = "SpecialCharacterRequired"
_FLAGS = (*KINDS, _SPECIAL)

BASELINE_LENGTH = 10
BASELINE_KINDS = 3
"""OrderCloud's own minimum: ten characters, of three of the four kinds."""

REMEMBERED = 24
"""How many passwords of a user are remembered at most, the present one among them."""

RANGES: Mapping[str, Range] = {
    "LimitPasswordReuse": Range(0, REMEMBERED),
    "MaxConsecutiveDupeChars": Range(0, 24),
    "MaximumPasswordAge": Range(1, 365),
    "MinimumPasswordAge": Range(0, 60),
    "AllowedFailedAttempts": Range(1, 9),
    "LockoutDuration": Range(10, 1440),
    "MinimumCharacterCount": Range(0, 100),
}
"""The numbers of a `PasswordConfig`: counts, days (maximum age) and minutes. A `LockoutDuration` may be 0 as well."""


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """What holds for one user. `required` are the flags that are on; `repeats` is how often a character may repeat."""

    length: int = BASELINE_LENGTH
    kinds: int = BASELINE_KINDS
    required: frozenset[str] = frozenset()
    repeats: int | None = None
    maximum_age: timedelta | None = None
    minimum_age: timedelta = timedelta()
    reuse: int = 0


@dataclass(frozen=True, slots=True)
class PasswordRefusal:
    """Why a password may not be set, as the wire tells it."""

    code: str
    message: str
    data: Mapping[str, object] | None = None


def combine(configs: Iterable[Mapping[str, object]], switches: Switches = DEFAULT) -> PasswordPolicy:
    """Give the strictest of several policies; members that are missing, null or no sensible value ask for nothing."""
    given = tuple(configs)
    base = PasswordPolicy() if switches.password_baseline else PasswordPolicy(length=0, kinds=0)
    ages = [age for age in _numbers(given, "MaximumPasswordAge") if age > 0]
    return PasswordPolicy(
        length=max([base.length, *_numbers(given, "MinimumCharacterCount")]),
        kinds=base.kinds,
        required=frozenset(flag for flag in _FLAGS for each in given if each.get(flag) is True),
        repeats=min((most for most in _numbers(given, "MaxConsecutiveDupeChars") if most > 0), default=None),
        maximum_age=timedelta(days=min(ages)) if ages else None,
        minimum_age=timedelta(minutes=max(_numbers(given, "MinimumPasswordAge"), default=0)),
        reuse=min(max(_numbers(given, "LimitPasswordReuse"), default=0), REMEMBERED),
    )


def _numbers(configs: Iterable[Mapping[str, object]], name: str) -> list[int]:
    found = (each.get(name) for each in configs)
    return [each for each in found if isinstance(each, int) and not isinstance(each, bool) and 0 <= each <= 100_000]


def shortcomings(password: str, policy: PasswordPolicy) -> dict[str, int | bool]:
    """Give the members of the policy which a password does not meet, with their values; empty when it is good."""
    found: dict[str, int | bool] = {}
    if len(password) < policy.length:
        found["MinimumCharacterCount"] = policy.length
    missing = [flag for flag in _FLAGS if not _has(password, flag)]
    too_few = len(_FLAGS) - len(missing) < policy.kinds
    found |= {flag: True for flag in missing if too_few or flag in policy.required}
    longest = max((len(list(run)) for _, run in groupby(password)), default=0)
    if policy.repeats is not None and longest > policy.repeats:
        found["MaxConsecutiveDupeChars"] = policy.repeats
    return found


def _has(password: str, flag: str) -> bool:
    if flag == _SPECIAL:
        return any(all(char not in kind for kind in KINDS.values()) for char in password)
    return any(char in KINDS[flag] for char in password)


def expires(last_set: datetime | None, policy: PasswordPolicy) -> datetime | None:
    """Tell when a password expires: None for never. One set at an unknown time never does."""
    if last_set is None or policy.maximum_age is None:
        return None
    try:
        return utc(last_set) + policy.maximum_age
    except OverflowError:
        return None


def refuse_new(
    password: str,
    policy: PasswordPolicy,
    now: datetime,
    *,
    last_set: datetime | None = None,
    used: int | None = None,
    by_owner: bool = False,
    switches: Switches = DEFAULT,
) -> PasswordRefusal | None:
    """Judge a password that is to be set, None when it may be.

    `used` tells which of the user's passwords it was, counted back from 1 for the present one; None for none. The
    minimum age binds owners, not administrators.
    """
    bound = by_owner or switches.minimum_age_binds_administrators
    if bound and last_set is not None and utc(now) - utc(last_set) < policy.minimum_age:
        minutes = int(policy.minimum_age.total_seconds() // 60)
        message = "The password was changed too recently to be changed again."
        return PasswordRefusal("PasswordReset.TooSoonToChange", message, {"MinimumPasswordAge": minutes})
    if lacks := shortcomings(password, policy):
        message = "Password does not meet security requirements."
        return PasswordRefusal("PasswordReset.InsecurePassword", message, lacks)
    if used is not None and used <= policy.reuse:
        message = "A password that was used before cannot be used again."
        return PasswordRefusal("PasswordReset.CannotReusePassword", message, {"LimitPasswordReuse": policy.reuse})
    return None


def validate_password_config(value: object) -> tuple[FieldProblem, ...]:
    """Check the `PasswordConfig` of a security profile, one problem a member at most. Unknown members are ignored."""
    if not isinstance(value, Mapping):
        return ()
    problems = [_bad_number(name, value.get(name), limit) for name, limit in RANGES.items()]
    problems += [_bad_flag(name, value.get(name)) for name in _FLAGS]
    return tuple(each for each in problems if each is not None)


def _bad_number(name: str, value: object, limit: Range) -> FieldProblem | None:
    if value is None or (name == "LockoutDuration" and value == 0 and not isinstance(value, bool)):
        return None
    member = f"PasswordConfig.{name}"
    if isinstance(value, bool) or not isinstance(value, int):
        data: dict[str, object] = {"Property": member, "Value": value, "Expected": "integer"}
        return FieldProblem(member, value, f"{member} must be a whole number.", data)
    if limit.minimum <= value <= limit.maximum:
        return None
    data = {"Property": member, "Value": value, "Minimum": limit.minimum, "Maximum": limit.maximum}
    return FieldProblem(member, value, f"{member} must be {limit.minimum} to {limit.maximum}.", data)


def _bad_flag(name: str, value: object) -> FieldProblem | None:
    if value is None or isinstance(value, bool):
        return None
    member = f"PasswordConfig.{name}"
    data = {"Property": member, "Value": value, "Expected": "boolean"}
    return FieldProblem(member, value, f"{member} must be true or false.", data)
