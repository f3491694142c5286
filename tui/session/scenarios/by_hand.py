"""A step of a tour done by the person: what there is to fill in, what comes of it, and what is still missing. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias

from tui.session.scenarios.document import Advance, Ask, Call, Deed, Grant
from tui.session.scenarios.toml import format_duration, parse_duration

if TYPE_CHECKING:
    from tui.ordercloud.models.base import JSON

Filled: TypeAlias = "Mapping[str, str | bool]"
_FLAGS: Final = ("Active", "AllowSeller", "AllowAnySupplier", "AllowAnyBuyer")
_BY: Final = "Go on by"
_CLIENT, _USER, _SCOPE = "API client", "Username", "Roles to ask for"


@dataclass(frozen=True, slots=True)
class HandField:
    """One thing to fill in: text, or a flag; `label` says what is wanted."""

    name: str
    value: str | bool
    label: str = ""


class NotFilled(ValueError):
    """What was filled in cannot be sent; the message says why."""


def fields_of(deed: Deed, now: JSON = None) -> tuple[HandField, ...]:
    """Return what is filled in for a deed; `now` is what a PATCH would change, as it is.

    Who has to turn a flag on finds the others beside it. None for what has nothing to fill in, or what no line holds.
    """
    match deed:
        case Ask() as ask:
            fields = [HandField(_CLIENT, "")]
            fields += [HandField(_USER, "")] if ask.grant is Grant.PASSWORD else []
            return (*fields, HandField(_SCOPE, "")) if ask.scope else tuple(fields)
        case Advance():
            return (HandField(_BY, ""),)
        case Call() as call if call.body is not None:
            names = list(call.body)
            if call.method == "PATCH" and set(names) <= set(_FLAGS):
                names = [*_FLAGS]
            known: Mapping[str, JSON] = now if isinstance(now, Mapping) else {}
            return tuple(_field(name, call.body.get(name), known.get(name)) for name in names)
    return ()


def _field(name: str, wanted: JSON, now: JSON) -> HandField:
    if isinstance(wanted, bool) or (wanted is None and isinstance(now, bool)):
        return HandField(name, now is True)
    if isinstance(now, list):
        return HandField(name, " ".join(str(each) for each in now))
    label = f"{name}, by name" if isinstance(wanted, str) and wanted.startswith("{") else name
    return HandField(name, "" if now is None or isinstance(now, Mapping) else str(now), label)


def can_be_done(deed: Deed) -> bool:
    """Whether a person can do it by filling something in."""
    if isinstance(deed, Call):
        return deed.body is not None and not any(isinstance(each, Mapping) for each in deed.body.values())
    return isinstance(deed, Ask | Advance)


def deed_of(deed: Deed, filled: Filled, before: tuple[HandField, ...]) -> Deed:
    """Return the deed with what was filled in; of a PATCH only what was changed is sent. Raises NotFilled."""
    match deed:
        case Ask() as ask:
            client, user = str(filled[_CLIENT]).strip(), str(filled.get(_USER, "")).strip()
            if not client or (ask.grant is Grant.PASSWORD and not user):
                raise NotFilled("Fill everything in first.")
            if client.casefold() == ask.api_client.casefold():
                client = ask.api_client
            scope = tuple(str(filled.get(_SCOPE, "")).replace(",", " ").split())
            return replace(ask, api_client=client, user=user or ask.user, scope=scope)
        case Advance():
            by = parse_duration(str(filled[_BY]))
            if by is None or not by:
                raise NotFilled("Write how long: 2h, 90m, 1h 59m, 30d.")
            return Advance(by)
        case Call() as call if call.body is not None:
            was = {each.name: each.value for each in before}
            changed = {name: value for name, value in filled.items() if call.method == "POST" or value != was[name]}
            if not changed:
                raise NotFilled("Nothing was changed yet.")
            return replace(call, body={name: _value(call.body.get(name), value) for name, value in changed.items()})
    raise NotFilled("There is nothing to fill in.")


def _value(wanted: JSON, given: str | bool) -> JSON:
    """Read what was typed as the kind of value that is wanted. A name stands for the ID of its API client."""
    if isinstance(given, bool):
        return given
    text = given.strip()
    if isinstance(wanted, list | tuple):
        return text.replace(",", " ").split()
    if isinstance(wanted, int) and text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    if isinstance(wanted, str) and wanted.startswith("{") and wanted[1:-1].casefold() == text.casefold():
        return wanted
    return text


def missed(wanted: Deed, did: Deed) -> list[str]:
    """Say what a deed of a person's left out of what the step's own does, and what it does besides."""
    if isinstance(wanted, Call) and isinstance(did, Call) and wanted.body is not None:
        given: Mapping[str, JSON] = did.body or {}
        wrong = [
            f"{name} is not {_told(value)} yet." for name, value in wanted.body.items() if given.get(name) != value
        ]
        more = [name for name in given if name not in wanted.body]
        return wrong + [f"{name} was changed, too; this step leaves it alone." for name in more]
    if isinstance(wanted, Ask) and isinstance(did, Ask):
        wrong = []
        if wanted.api_client.casefold() != did.api_client.casefold():
            wrong.append(f"This step is about {wanted.api_client}.")
        if wanted.user.casefold() != did.user.casefold():
            wrong.append(f"This step is about the user {wanted.user}.")
        if set(wanted.scope) != set(did.scope):
            wrong.append(f"The roles to ask for are {', '.join(wanted.scope)}.")
        return wrong
    if isinstance(wanted, Advance) and wanted != did:
        return [f"This step goes on by {format_duration(wanted.by)}."]
    return []


def _told(value: JSON) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list | tuple):
        return " ".join(str(each) for each in value)
    text = "empty" if value is None else str(value)
    return text[1:-1] if text.startswith("{") else text
