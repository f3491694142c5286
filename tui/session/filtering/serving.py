"""What of a filter the API does itself: words it searches, and fields it filters by.

Whatever is asked of it never leaves out a row that the filter finds. Only what is sure to mean the same on both sides
counts as settled; all else is judged here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tui.session.filtering.fields import Field, FieldKind
from tui.session.filtering.values import Condition, Minutes, Text, Value, Word

_SAFE = re.compile(r"[!-)+-~]([ -)+-~]*[!-)+-~])?")
"""Printable ASCII without `*`, no blank at the ends: what the API's search takes as it is."""
_SAFE_OPERAND = re.compile(r"[ -{}~]+")
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Query:
    """A search word ("" for none), and conditions by field, all of which must hold: the parts of a `ListQuery`."""

    search: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether anything is asked of the API."""
        return bool(self.search or self.filters)

    @property
    def cost(self) -> int:
        """About how long it makes the address of the request; every sign may take three characters there."""
        pairs = ((name, each) for name, every in self.filters.items() for each in every)
        return 3 * len(self.search) + sum(2 + len(name) + 3 * len(each) for name, each in pairs)


NOTHING = (Query(), False)


def serve_words(values: Sequence[Value]) -> tuple[Query, bool]:
    """Serve a word in the name, ID or context user: that is where the API searches, too."""
    if len(values) != 1:
        return NOTHING
    text = values[0].text if isinstance(values[0], Text) else ""
    return (Query(text), True) if _is_safe(text) else NOTHING


def _is_safe(text: str) -> bool:
    return len(text) <= _LONGEST and _SAFE.fullmatch(text) is not None


def serve_field(known: Field, conditions: Sequence[Condition], *, negated: bool) -> tuple[Query, bool]:
    """Serve OrderCloud's own conditions on a field."""
    if not known.served or not all(_can_be_sent(each) for each in conditions):
        return NOTHING
    if not negated:
        return Query("", {known.name: ("|".join(map(str, conditions)),)}), True
    opposites = [each.negated() for each in conditions]
    if None in opposites:
        return NOTHING
    return Query("", {known.name: tuple(map(str, opposites))}), True


def _can_be_sent(condition: Condition) -> bool:
    operand = condition.operand
    if condition.operator == "!" and operand[:1] in ("<", ">"):
        return False  # sent without its blank it would be at least, or at most
    return len(operand) <= _LONGEST and _SAFE_OPERAND.fullmatch(operand) is not None


def serve_key(key: str, values: Sequence[Value], *, negated: bool) -> tuple[Query, bool]:
    """Serve a key that says the same as one field, or as several together."""
    if key in _TEXT_FIELDS:
        return _serve_texts(_TEXT_FIELDS[key], values, negated=negated)
    if key in _MINUTE_FIELDS and not negated:
        minutes = "|".join(each.ordercloud for each in values if isinstance(each, Minutes))
        return Query("", {_MINUTE_FIELDS[key]: (minutes,)}), True
    if len(values) != 1:
        return NOTHING
    word = values[0].word if isinstance(values[0], Word) else ""
    if key in _FLAGS and word in ("yes", "no"):
        return Query("", {_FLAGS[key]: ("true" if (word == "yes") is not negated else "false",)}), True
    if key == "guest" and isinstance(values[0], Minutes) and not negated:
        return Query("", {"IsAnonBuyer": ("true",), "AnonymousTokenDuration": (values[0].ordercloud,)}), True
    if key == "who" and word == "seller":
        return Query("", {"AllowSeller": ("false" if negated else "true",)}), True
    if key == "who" and word == "nobody" and not negated:
        # Nor may any company be assigned, which is counted here.
        return Query("", dict.fromkeys(("AllowSeller", "AllowAnyBuyer", "AllowAnySupplier"), ("false",))), False
    return NOTHING


_TEXT_FIELDS = {"name": "AppName", "id": "ID", "user": "DefaultContextUserName"}
_MINUTE_FIELDS = {"access": "AccessTokenDuration", "refresh": "RefreshTokenDuration"}
_FLAGS = {"active": "Active", "guest": "IsAnonBuyer"}


def _serve_texts(name: str, values: Sequence[Value], *, negated: bool) -> tuple[Query, bool]:
    conditions: list[Condition] = []
    for value in values:
        if not isinstance(value, Text):
            return NOTHING
        pattern = value.text if value.pattern else f"*{value.text}*"
        if not value.pattern and "*" in value.text:
            return NOTHING
        # OrderCloud takes an operator at the beginning, and drops blanks at the ends.
        if pattern != pattern.strip() or pattern[0] in "!<>" or set(pattern) == {"*"}:
            return NOTHING
        conditions.append(Condition("=", pattern))
    return serve_field(Field(name, "", FieldKind.TEXT, served=True), conditions, negated=negated)
