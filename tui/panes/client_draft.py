"""An API client being edited: what was, what is typed, what would be sent, and what is wrong with it. No widgets."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from tui.access.limits import DURATIONS, REQUIRED, validate_api_client
from tui.access.xp import Member, members, merge_xp, same_json
from tui.session.drafts import Typed
from tui.tokens.durations import format_minutes, parse_minutes

if TYPE_CHECKING:
    from tui.ordercloud.models.base import JSON


class FieldKind(StrEnum):
    """How a field is typed and shown."""

    TEXT = "text"
    FLAG = "flag"
    MINUTES = "minutes"
    NAMES = "names"
    USER = "user"
    SECRET = "secret"  # noqa: S105 - a kind of field
    JSON = "json"


@dataclass(frozen=True, slots=True)
class DraftField:
    """One field of the form: its wire name, its label, how it is typed, and what it means in a few words."""

    name: str
    label: str
    kind: FieldKind
    hint: str = ""


def _minutes(name: str, label: str) -> DraftField:
    limit = DURATIONS[name]
    least = format_minutes(limit.minimum) if limit.minimum else "0 (none)"
    hint = f"{least} to {format_minutes(limit.maximum)}; write 90, 1h30, 10h or 30d"
    return DraftField(name, label, FieldKind.MINUTES, hint)


GROUPS: Mapping[str, tuple[DraftField, ...]] = {
    "Name": (
        DraftField("AppName", "Name", FieldKind.TEXT, "Say what it is for: Buyer Storefront, ERP Middleware"),
        DraftField("Active", "Active", FieldKind.FLAG, "Off: nobody can sign in, and live tokens stop at once"),
    ),
    "Who may use it": (
        DraftField("AllowSeller", "The seller", FieldKind.FLAG, "Every seller user"),
        DraftField("AllowAnyBuyer", "Any buyer", FieldKind.FLAG, "Every buyer; nullifies assignments of single buyers"),
        DraftField("AllowAnySupplier", "Any supplier", FieldKind.FLAG, "Every supplier; nullifies their assignments"),
    ),
    "How they get in": (
        DraftField("ClientSecret", "Legacy secret", FieldKind.SECRET, "Once there is one, every grant needs it"),
        DraftField("DefaultContextUserName", "Context user", FieldKind.USER, "Acts for client credentials and guests"),
        DraftField("IsAnonBuyer", "Guest shopping", FieldKind.FLAG, "Guests get a copy of the context user"),
    ),
    "For how long": (
        _minutes("AccessTokenDuration", "Access token"),
        _minutes("RefreshTokenDuration", "Refresh token"),
        _minutes("AnonymousTokenDuration", "Guest token"),
    ),
    "Roles": (
        DraftField("MinimumRequiredRoles", "Floor", FieldKind.NAMES, "Whoever lacks one of these is refused"),
        DraftField("MinimumRequiredCustomRoles", "Floor, custom", FieldKind.NAMES, "Custom roles one must have"),
        DraftField("MaximumGrantedRoles", "Ceiling", FieldKind.NAMES, "No token carries more; empty: no ceiling"),
        DraftField("MaximumGrantedCustomRoles", "Ceiling, custom", FieldKind.NAMES, "Custom roles a token may carry"),
    ),
    "Integration events and xp": (
        DraftField("OrderCheckoutIntegrationEventID", "Checkout event", FieldKind.TEXT, "ID of an integration event"),
        DraftField("OrderReturnIntegrationEventID", "Return event", FieldKind.TEXT, "ID of an integration event"),
        DraftField("AddToCartIntegrationEventID", "Cart event", FieldKind.TEXT, "ID of an integration event"),
        DraftField("xp", "xp", FieldKind.JSON, "A JSON object of your own, at most 8,000 characters"),
    ),
}
"""The form's fields under its headings, in order."""

FIELDS: Mapping[str, DraftField] = {each.name: each for group in GROUPS.values() for each in group}

NEW_API_CLIENT: Mapping[str, JSON] = {
    "AppName": "",
    "Active": True,
    "AllowSeller": False,
    "AllowAnyBuyer": False,
    "AllowAnySupplier": False,
    "IsAnonBuyer": False,
    "AccessTokenDuration": 600,
    "RefreshTokenDuration": 0,
    "AnonymousTokenDuration": 10080,
}
"""What the form of a new API client starts from."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field changed here and elsewhere: its names on the wire and here, and in words what it was, is and would be."""

    name: str
    label: str
    base: str
    theirs: str
    mine: str


class Draft:
    """The typed state of one form.

    Args:
        base: The wire form of the API client as last read; for a new one, what to start from.
        new: Whether saving creates an API client; then every field is sent.
    """

    def __init__(self, base: Mapping[str, JSON], *, new: bool = False) -> None:
        self.base = {name: base.get(name) for name in FIELDS}
        self.new = new
        self._values: dict[str, JSON] = dict(self.base)
        self._unread: dict[str, str] = {}
        self._unread_text: dict[str, str] = {}

    def text(self, name: str) -> str:
        """Return what an input shows for a field: its value, or what was typed and is none."""
        return self._unread_text.get(name) or _shown(FIELDS[name].kind, self._values[name])

    def value(self, name: str) -> JSON:
        """Return a field's value as it would be sent."""
        return self._values[name]

    def flag(self, name: str) -> bool:
        """Return a flag's state."""
        return bool(self._values[name])

    def put(self, name: str, typed: str | bool) -> None:
        """Take what was typed; what cannot be read is kept as a problem of the field."""
        self._unread.pop(name, None)
        self._unread_text.pop(name, None)
        if isinstance(typed, bool):
            self._values[name] = typed
            return
        try:
            value = _read(FIELDS[name].kind, typed)
        except ValueError as problem:
            self._unread[name] = str(problem)
            self._unread_text[name] = typed
            return
        if value == "" and name not in REQUIRED:
            value = None
        # Blank, empty and absent mean the same to a person; going between them is no change.
        nothing: tuple[object, ...] = (None, "", [], ())
        same = value in nothing and (self.base[name] in nothing or self.base[name] == {})
        self._values[name] = self.base[name] if same else value

    def revert(self, name: str) -> None:
        """Put a field's saved value back."""
        self._unread.pop(name, None)
        self._unread_text.pop(name, None)
        self._values[name] = self.base[name]

    def rebase(self, base: Mapping[str, JSON], theirs: Collection[str] = ()) -> None:
        """Start from what is saved by now; what was typed stays typed, but for the conflicts named in `theirs`.

        Of `xp` each member stays that was typed, and what was changed elsewhere comes in.
        """
        for name in theirs:
            if name in FIELDS:
                self.revert(name)
        typed = [name for name in FIELDS if self.changed(name)]
        mine, saved = self._values["xp"], base.get("xp")
        if "xp" in typed and "xp" not in self._unread and not same_json(saved, self.base["xp"]):
            take = [each.path for each in self._members(base) if _member_name(each) in theirs]
            merged = merge_xp(self.base["xp"] or {}, saved or {}, mine or {}, take)
            self._values["xp"] = merged or mine
        self.base = {name: base.get(name) for name in FIELDS}
        self._values = {name: self._values[name] if name in typed else self.base[name] for name in FIELDS}

    def typed(self) -> dict[str, str | bool]:
        """Return what stands in each field."""
        return {
            name: self.flag(name) if each.kind is FieldKind.FLAG else self.text(name) for name, each in FIELDS.items()
        }

    def go_on_from(self, saved: Mapping[str, JSON]) -> None:
        """Start from what has just been saved; what stands in the fields, typed while it was being saved, stays."""
        typed, self.new = self.typed(), False
        self.rebase(saved, FIELDS)
        for name, each in typed.items():
            self.put(name, each)

    def _members(self, now: Mapping[str, JSON]) -> tuple[Member, ...]:
        """Return the members of `xp` that differ; nothing counts as an empty object."""
        return members(self.base["xp"] or {}, now.get("xp") or {}, self._values["xp"] or {})

    def conflicts(self, now: Mapping[str, JSON]) -> tuple[Conflict, ...]:
        """Return the fields typed in that were changed elsewhere as well, to something else.

        Args:
            now: The wire form of the API client as it is saved by now.
        """
        found = []
        for name in FIELDS:
            theirs = now.get(name)
            elsewhere = not same_json(theirs, self.base[name])
            if name == "xp" and name not in self._unread:
                found += [_told(each) for each in self._members(now) if each.conflicts]
                continue
            if self.changed(name) and elsewhere and (name in self._unread or not same_json(theirs, self._values[name])):
                kind = FIELDS[name].kind
                mine = self._unread_text.get(name) or said(kind, self._values[name])
                told = [said(kind, value) for value in (self.base[name], theirs)]
                if kind is FieldKind.SECRET:
                    told[1], mine = (
                        ("another one" if theirs else "none"),
                        "the one you typed" if mine != "none" else mine,
                    )
                found.append(Conflict(name, FIELDS[name].label, told[0], told[1], mine))
        return tuple(found)

    def moved(self, now: Mapping[str, JSON]) -> tuple[str, ...]:
        """Return the labels of the fields that were changed elsewhere, of `xp` of each member."""
        found = [name for name in FIELDS if not same_json(now.get(name), self.base[name])]
        in_xp = [_member_label(each) for each in self._members(now) if each.moved] if "xp" in found else []
        return tuple(
            label
            for name in found
            for label in (in_xp if name == "xp" and name not in self._unread and in_xp else [FIELDS[name].label])
        )

    def kept(self) -> Mapping[str, Typed]:
        """Return what is typed, by field, as it may be kept in a file: never a secret."""
        return {
            name: Typed(self._unread_text[name], None) if name in self._unread else Typed(None, self._values[name])
            for name in FIELDS
            if self.changed(name) and FIELDS[name].kind is not FieldKind.SECRET
        }

    def take(self, kept: Mapping[str, Typed]) -> None:
        """Take what was typed another time, as far as the form has such fields."""
        for name, typed in kept.items():
            if name not in FIELDS or FIELDS[name].kind is FieldKind.SECRET:
                continue
            if typed.text is not None:
                self.put(name, typed.text)
            else:
                self._values[name] = typed.value

    @property
    def has_secret(self) -> bool:
        """Whether a secret was typed, which is kept nowhere."""
        return any(self.changed(name) for name, each in FIELDS.items() if each.kind is FieldKind.SECRET)

    def changed(self, name: str) -> bool:
        """Return whether a field differs from what is saved."""
        return name in self._unread or self._differs(name)

    def _differs(self, name: str) -> bool:
        return not same_json(self._values[name], self.base[name])

    @property
    def dirty(self) -> bool:
        """Whether anything would be lost by leaving."""
        return any(self.changed(name) for name in FIELDS)

    def changes(self) -> dict[str, JSON]:
        """Return the fields to send, by wire name: the changed ones, or all that are set of a new API client."""
        if self.new:
            return {name: value for name, value in self._values.items() if value is not None}
        return {name: self._values[name] for name in FIELDS if self._differs(name)}

    def problems(self, usernames: Collection[str] | None = None) -> dict[str, str]:
        """Return what is wrong, a sentence a field; nothing is sent while there is any.

        Args:
            usernames: Every username there is, folded; None while they are not known.
        """
        found = {problem.property: problem.message for problem in validate_api_client(self._values, whole=True)}
        user = self._values["DefaultContextUserName"]
        if usernames is not None and isinstance(user, str) and user and user.casefold() not in usernames:
            found["DefaultContextUserName"] = f"No user of this marketplace is called {user}."
        found.update(self._unread)
        return found

    def told(self, *, typed_only: bool = False) -> Iterator[tuple[str, str, str]]:
        """Return (label, before, after) of each field to send, or only of those typed in; a secret is never told."""
        for name in [each for each in FIELDS if self.changed(each)] if typed_only else self.changes():
            field = FIELDS[name]
            if self.new and not typed_only and self._values[name] in ("", [], ()):
                continue  # sent, and nothing to tell
            before = "" if self.new else said(field.kind, self.base[name])
            yield field.label, before, self._unread_text.get(name) or said(field.kind, self._values[name])


def _member_name(member: Member) -> str:
    """Return what a conflict of a member is called; JSON, as any sign may be part of a member's name."""
    return f"xp {json.dumps(member.path)}" if member.path else "xp"


def _member_label(member: Member) -> str:
    return ".".join(("xp", *member.path))


def _told(member: Member) -> Conflict:
    words = [
        json.dumps(each[0], ensure_ascii=False) if each else "not there"
        for each in (member.base, member.theirs, member.mine)
    ]
    return Conflict(_member_name(member), _member_label(member), *words)


def said(kind: FieldKind, value: object) -> str:
    """Return a value in words, for lists of changes."""
    if kind is FieldKind.SECRET:
        return "(a secret)" if value else "none"
    if kind is FieldKind.FLAG:
        return "on" if value else "off"
    if kind is FieldKind.MINUTES and isinstance(value, int):
        return f"{format_minutes(value)} ({value} min)" if value else "none (0)"
    if kind is FieldKind.JSON and value:
        return json.dumps(value, ensure_ascii=False)
    return _shown(kind, value) or "none"


def _shown(kind: FieldKind, value: object) -> str:
    if value is None:
        return ""
    if kind is FieldKind.NAMES and isinstance(value, list | tuple):
        return " ".join(str(each) for each in value)
    if kind is FieldKind.JSON:
        return json.dumps(value, ensure_ascii=False, indent=2) if value else ""
    return str(value)


def _no_json(constant: str) -> JSON:
    raise ValueError(f"Not JSON: {constant} is no JSON number.")


def _read(kind: FieldKind, typed: str) -> JSON:
    """Return the value typed.

    Raises:
        ValueError: It cannot be read; the message is for people.
    """
    text = typed.strip()
    if kind is FieldKind.MINUTES:
        return parse_minutes(text) if text else None
    if kind is FieldKind.NAMES:
        return list(dict.fromkeys(text.replace(",", " ").split()))
    if kind is FieldKind.JSON:
        if not text:
            return None
        try:
            return read_json(text)
        except json.JSONDecodeError as error:
            raise ValueError(f"Not JSON: {error.msg}, line {error.lineno}, column {error.colno}.") from None
    return text


def read_json(text: str) -> JSON:
    """Return the value that a text is in JSON.

    Raises:
        json.JSONDecodeError: It is no JSON.
        ValueError: It cannot be sent; the message is for people.
    """
    try:
        value: JSON = json.loads(text, parse_constant=_no_json)
        json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("Not usable: nested too deeply.") from None
    except UnicodeEncodeError:
        raise ValueError("Not usable: half of a surrogate pair stands alone.") from None
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        raise ValueError("Not usable: a number is too large.") from None
    return value
