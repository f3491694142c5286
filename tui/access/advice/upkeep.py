"""Advice on keeping API clients in order: which are switched off, named badly, or shared."""

from __future__ import annotations

from datetime import timedelta

from tui.access.advice.advice import Advice, Patch, Severity
from tui.access.advice.seen import Seen
from tui.access.names import folded, said_nothing, suggest
from tui.access.times import utc
from tui.access.words import count, list_some, shorten

LATELY = timedelta(days=1)
LEGACY = "legacy"
"""What stands for the legacy secret in a `WayUsed`."""


def inactive_referenced(seen: Seen) -> Advice | None:
    """It is switched off, and something still relies on it."""
    if seen.client.active or not seen.more.references:
        return None
    names = list_some([f"{each.kind} {each.id}" for each in seen.more.references])
    verb = "names" if len(seen.more.references) == 1 else "name"
    reason = f"Active is off, and still the {names} {verb} it: whoever comes that way is refused."
    title = "It is not active, and still in use"
    return Advice("inactive-referenced", Severity.WARNING, title, reason, ("Active",), "switching-off")


def inactive(seen: Seen) -> Advice | None:
    """It is switched off."""
    if seen.client.active:
        return None
    reason = "Active is off: every grant is refused, and its live tokens no longer work."
    fix = Patch({"Active": True})
    return Advice("inactive", Severity.INFO, "It is not active", reason, ("Active",), "switching-off", fix)


def name_says_nothing(seen: Seen) -> Advice | None:
    """Its name does not tell what it is for."""
    told = said_nothing(seen.client.app_name)
    if told is None:
        return None
    could_be = suggest(seen.client, has_secret=seen.has_secret)
    reason = f"{told} By its settings it could be the {could_be}."
    return Advice("name-says-nothing", Severity.INFO, "Its name says nothing", reason, ("AppName",), "api-client")


def name_taken(seen: Seen) -> Advice | None:
    """Another API client has its name."""
    others = (seen.more.names or {}).get(folded(seen.client.app_name), 1) - 1
    if others < 1:
        return None
    have, name = "has" if others == 1 else "have", shorten(seen.client.app_name)
    reason = (
        f"{count(others, 'other API client')} {have} the name {name}, or one that reads alike: "
        "sooner or later somebody changes the wrong one."
    )
    return Advice("name-taken", Severity.INFO, "Its name is taken", reason, ("AppName",), "api-client")


def several_systems(seen: Seen) -> Advice | None:
    """By the log, more than one system gets tokens through it. Guests and members of one storefront are one."""
    if seen.client.is_anon_buyer:
        return None
    lately = [way for way in seen.more.used or () if utc(seen.now) - utc(way.last) <= LATELY]
    systems = {f"client credentials with {_secret(seen, way.secret)}" for way in lately if way.grant == _PROGRAM}
    systems |= {"people with a password" for way in lately if way.grant == _PEOPLE}
    if len(systems) < 2:
        return None
    reason = (
        f"Within a day, the log has tokens for {list_some(systems)}. Unless a secret is just being exchanged, an API "
        "client for each can be limited, and closed, without the others."
    )
    fields, title = ("AppName",), "Several systems use it"
    return Advice("several-systems", Severity.INFO, title, reason, fields, "api-client")


_PROGRAM, _PEOPLE = "client_credentials", "password"


def _secret(seen: Seen, secret_id: str | None) -> str:
    if secret_id is None:
        return "no secret"
    if secret_id == LEGACY:
        return "the legacy secret"
    name = next((each.name for each in seen.secrets if each.id == secret_id), "")
    return shorten(name or secret_id)


RULES = {
    "inactive-referenced": inactive_referenced,
    "name-says-nothing": name_says_nothing,
    "name-taken": name_taken,
    "several-systems": several_systems,
    "inactive": inactive,
}
