"""Filters made by chance, from words that mean something and texts that try to break something."""

from __future__ import annotations

from random import Random

from tui.session.filtering.conditions import wrong_with
from tui.session.filtering.fields import FIELDS, Field, FieldKind, field_named
from tui.session.filtering.filter import AnyTerm, FieldTerm, Filter, SavedTerm, Term
from tui.session.filtering.values import Condition, Minutes, Text, Value, Word

TEXTS = (
    "Buyer",
    "store",
    "e",
    "front Gu",
    "O'Brien",
    "100%",
    "x_y",
    "a*b",
    'say "hi"',
    "a|b",
    "a\\b",
    "!no",
    "-x",
    ">5",
    "Über",
    "ü",
    "\u212aelvin",
    "k",
    "  lead",
    "shopper01",
    "harbor-admin",
    "who:buyer",
    "=1",
    "@x",
    "none",
    "buyer",
    "yes",
)
"""Parts of names, and names of the marketplace's API clients, too."""
COMPANIES = ("anchor-boats", "breakwater", "Anchor Boats", "ropeworks", "nobody-there")
ADVICE = ("error", "warning", "info", "none", "nullified-buyer", "no-such-rule")
MINUTES = (0, 10, 60, 90, 600, 1440, 10080, 20160, 524160)


def make_filter(draw: Random) -> Filter:
    """Make a filter of a few terms."""
    return Filter(tuple(_term(draw) for _ in range(draw.choice((0, 1, 1, 1, 2, 2, 3)))))


def _term(draw: Random) -> AnyTerm:
    negated = draw.random() < 0.3
    what = draw.random()
    if what < 0.05:
        return SavedTerm("guests", Filter((Term("guest", (Word("yes"),)),)), negated)
    if what < 0.4:
        return _field_term(draw, negated=negated)
    key = draw.choice(("who", "active", "access", "refresh", "guest", "secret", "grant", "advice"))
    if draw.random() < 0.5:
        key = draw.choice(("", "name", "name", "id", "user"))
    values = dict.fromkeys(_value(draw, key) for _ in range(draw.choice((1, 1, 1, 2, 3))))
    return Term(key, tuple(values), negated)


def _text(draw: Random, key: str) -> Text:
    text = draw.choice(TEXTS) if draw.random() < 0.6 else draw.choice(("a*b", "!no", ">5", "  lead", "ü"))
    pattern = key in ("name", "id", "user") and draw.random() < 0.4
    if not pattern:
        return Text(text)
    pattern_text = draw.choice(("*{}", "{}*", "{}*", "*{}*", "{}*e")).format(text)
    return Text(pattern_text, pattern=True)


def _value(draw: Random, key: str) -> Value:
    if key in ("access", "refresh") or (key == "guest" and draw.random() < 0.7):
        return Minutes(draw.choice(("=", ">", "<", ">=", "<=")), draw.choice(MINUTES))
    if key in ("active", "guest"):
        return Word(draw.choice(("yes", "no")))
    if key == "who":
        if draw.random() < 0.6:
            return Word(draw.choice(("buyer", "seller", "supplier", "nobody")))
        return Text(draw.choice(COMPANIES))
    if key == "secret":
        return Word(draw.choice(("yes", "no", "expired", "legacy")))
    if key == "grant":
        return Word(draw.choice(("password", "client_credentials", "anonymous", "refresh")))
    if key == "advice":
        return Word(draw.choice(ADVICE))
    return Word("none") if key == "user" and draw.random() < 0.2 else _text(draw, key)


def _field_term(draw: Random, *, negated: bool) -> FieldTerm:
    known = draw.choice(FIELDS)
    if draw.random() < 0.2:
        found = field_named(draw.choice(("xp.Team", "xp.Deep.Er", "xp.Tags", "xp.N")))
        assert found is not None
        known = found
    conditions: dict[Condition, None] = {}
    while not conditions:
        for _ in range(draw.choice((1, 1, 2))):
            condition = _condition(draw, known)
            if wrong_with(known, condition) is None:
                conditions[condition] = None
    return FieldTerm(known.name, tuple(conditions), negated)


def _condition(draw: Random, known: Field) -> Condition:
    operator = draw.choice(("=", "=", "!", ">", "<", ">=", "<="))
    if draw.random() < 0.15:
        return Condition(draw.choice(("=", "!")), "*")
    if known.kind is FieldKind.BOOL:
        return Condition(draw.choice(("=", "!")), draw.choice(("true", "false")))
    if known.kind is FieldKind.NUMBER:
        return Condition(operator, str(draw.choice((*MINUTES, 2, 1.5, -1))))
    if known.kind in (FieldKind.TEXTS, FieldKind.XP) and draw.random() < 0.7:
        return Condition(operator, draw.choice(("Shopper", "FullAccess", "web", "5", "true", "we*")))
    text = draw.choice(TEXTS).strip().replace("|", "/")
    if operator == "=" and text[0] in "!<>":
        operator = "!"
    return Condition(operator, draw.choice(("{}", "{}", "*{}*", "{}*")).format(text))
