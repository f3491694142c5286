"""Field limits of an API client and its neighbours, by wire names: for the sandbox's answers and the form's hints."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from tui.access.facts import PartyKind
from tui.access.roles import is_api_role

NAME_LENGTH = 100
ID_LENGTH = 100
XP_LENGTH = 8000
"""Characters of the JSON text of `xp`, written without blanks."""
SECRETS_PER_API_CLIENT = 10
REQUIRED_NOT_ANON_BUYER = "ApiClient.RequiredNotAnonBuyer"
"""The error code of `anonymous_needs_buyer`."""

_ID = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Range:
    """A range of whole numbers, both ends included."""

    minimum: int
    maximum: int


DURATIONS: Mapping[str, Range] = MappingProxyType(
    {
        "AccessTokenDuration": Range(10, 600),
        "RefreshTokenDuration": Range(0, 524160),
        "AnonymousTokenDuration": Range(10080, 86400),
    }
)
"""The durations of an API client in minutes."""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one field. `data` is the `Data` of the error on the wire: Property, Value and the limit.

    A ClientSecret's value is never part of it.
    """

    property: str
    value: object
    message: str
    data: Mapping[str, object]


FieldCheck: TypeAlias = Callable[[str, object], FieldProblem | None]


def _problem(name: str, value: object, message: str, **limit: object) -> FieldProblem:
    return FieldProblem(name, value, f"{name} {message}.", {"Property": name, "Value": value, **limit})


def check_id(name: str, value: object) -> FieldProblem | None:
    """IDs are letters, digits, `-` and `_`, at most 100 of them."""
    if not isinstance(value, str):
        return _problem(name, value, "must be text", Expected="string")
    if not value or len(value) > ID_LENGTH:
        return _problem(name, value, f"must have 1 to {ID_LENGTH} characters", MinimumLength=1, MaximumLength=ID_LENGTH)
    if not _ID.fullmatch(value):
        allowed = "letters, digits, hyphens and underscores"
        return _problem(name, value, f"may have {allowed} only", AllowedCharacters="A-Z a-z 0-9 - _")
    return None


def check_name(name: str, value: object) -> FieldProblem | None:
    """Names are text of at most 100 characters, and not blank."""
    if not isinstance(value, str):
        return _problem(name, value, "must be text", Expected="string")
    if not value.strip():
        return _problem(name, value, "is required", Required=True)
    if len(value) > NAME_LENGTH:
        return _problem(name, value, f"may have at most {NAME_LENGTH} characters", MaximumLength=NAME_LENGTH)
    return None


def check_flag(name: str, value: object) -> FieldProblem | None:
    """Flags are true or false; null is neither."""
    return None if isinstance(value, bool) else _problem(name, value, "must be true or false", Expected="boolean")


def check_optional_text(name: str, value: object) -> FieldProblem | None:
    """Text or null."""
    return None if value is None or isinstance(value, str) else _problem(name, value, "must be text", Expected="string")


def check_xp(name: str, value: object) -> FieldProblem | None:
    """Extended properties are a JSON object or null, at most 8000 characters of JSON."""
    if value is None:
        return None
    if not isinstance(value, Mapping):
        return _problem(name, value, "must be a JSON object", Expected="object")
    try:
        length = len(json.dumps(dict(value), separators=(",", ":"), ensure_ascii=False))
    except (TypeError, ValueError, RecursionError):
        return _problem(name, None, "must be a JSON object", Expected="object")
    if length > XP_LENGTH:
        message = f"may have at most {XP_LENGTH} characters of JSON and has {length}"
        return _problem(name, None, message, MaximumLength=XP_LENGTH, Length=length)
    return None


def _check_secret(name: str, value: object) -> FieldProblem | None:
    return None if value is None or isinstance(value, str) else _problem(name, None, "must be text", Expected="string")


def _check_duration(name: str, value: object) -> FieldProblem | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return _problem(name, value, "must be a whole number of minutes", Expected="integer")
    limit = DURATIONS[name]
    if limit.minimum <= value <= limit.maximum:
        return None
    message = f"must be {limit.minimum} to {limit.maximum} minutes"
    return _problem(name, value, message, Minimum=limit.minimum, Maximum=limit.maximum)


def _check_optional_duration(name: str, value: object) -> FieldProblem | None:
    return None if value is None else _check_duration(name, value)


def _check_custom_roles(name: str, value: object) -> FieldProblem | None:
    if value is None:
        return None
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
        return _problem(name, value, "must be a list of texts", Expected="array of strings")
    if any(not each or len(each.split()) != 1 for each in value):
        return _problem(name, value, "holds a name that is blank or has a blank in it", Expected="role names")
    return None


def _check_api_roles(name: str, value: object) -> FieldProblem | None:
    if (problem := _check_custom_roles(name, value)) is not None or not isinstance(value, list | tuple):
        return problem
    unknown = [each for each in value if not is_api_role(each)]
    if unknown:
        return _problem(name, value, "holds a name that is no API role", UnknownRoles=unknown)
    return None


_API_CLIENT: Mapping[str, FieldCheck] = {
    "ClientSecret": _check_secret,
    "AccessTokenDuration": _check_duration,
    "Active": check_flag,
    "AppName": check_name,
    "RefreshTokenDuration": _check_duration,
    "AnonymousTokenDuration": _check_optional_duration,
    "DefaultContextUserName": check_optional_text,
    "xp": check_xp,
    "AllowAnyBuyer": check_flag,
    "AllowAnySupplier": check_flag,
    "AllowSeller": check_flag,
    "IsAnonBuyer": check_flag,
    "OrderCheckoutIntegrationEventID": check_optional_text,
    "OrderReturnIntegrationEventID": check_optional_text,
    "AddToCartIntegrationEventID": check_optional_text,
    "MinimumRequiredRoles": _check_api_roles,
    "MinimumRequiredCustomRoles": _check_custom_roles,
    "MaximumGrantedRoles": _check_api_roles,
    "MaximumGrantedCustomRoles": _check_custom_roles,
}

_SECRET: Mapping[str, FieldCheck] = {"ID": check_id, "Name": check_name, "Expiration": check_optional_text}

REQUIRED = ("AccessTokenDuration", "AppName")
"""The fields which a whole API client must have."""


def validate_api_client(wire: Mapping[str, object], *, whole: bool = True) -> tuple[FieldProblem, ...]:
    """Check the body of a POST or PUT (`whole`) or of a PATCH: one problem a field at most, in OrderCloud's order.

    Unknown and read-only members are ignored. Whether the users and integration events named exist is not known here.
    """
    return _validate(wire, _API_CLIENT, REQUIRED if whole else ())


def validate_secret(wire: Mapping[str, object], *, whole: bool = True) -> tuple[FieldProblem, ...]:
    """Check the body of a named client secret; an ID may be left out or null, and is then made by the server."""
    given = {name: value for name, value in wire.items() if name != "ID" or value is not None}
    return _validate(given, _SECRET, ("Name",) if whole else ())


def _validate(
    wire: Mapping[str, object], checks: Mapping[str, FieldCheck], required: tuple[str, ...]
) -> tuple[FieldProblem, ...]:
    problems = []
    for name, check in checks.items():
        if name in wire:
            problem = check(name, wire[name])
        else:
            problem = _problem(name, None, "is required", Required=True) if name in required else None
        if problem is not None:
            problems.append(problem)
    return tuple(problems)


def anonymous_needs_buyer(*, is_anon_buyer: bool, context_user_kind: PartyKind | None) -> FieldProblem | None:
    """Refuse IsAnonBuyer with a seller or supplier user as default context user; with none named yet it saves."""
    if not is_anon_buyer or context_user_kind is None or context_user_kind is PartyKind.BUYER:
        return None
    message = f"needs a buyer user as DefaultContextUserName, not a {context_user_kind} user"
    return _problem("IsAnonBuyer", True, message, ContextUser=str(context_user_kind))
