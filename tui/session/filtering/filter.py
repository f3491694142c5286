"""A filter of the list of API clients: its terms, and what it finds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from tui.access.words import shorten
from tui.session.filtering.conditions import holds
from tui.session.filtering.facts import OF_ROW, UNKNOWN, Need, RowFacts, all_of, any_of, turned
from tui.session.filtering.fields import FieldKind, field_named
from tui.session.filtering.keys import KEYS, WORDS, Key, quoted_text
from tui.session.filtering.problems import Problem
from tui.session.filtering.quoting import quote_value, quote_word
from tui.session.filtering.serving import Query, serve_field, serve_key, serve_words
from tui.session.filtering.values import Condition, Text, Value, Word
from tui.session.filtering.wording import OPERATOR_WORDS, one_of


@dataclass(frozen=True, slots=True)
class Term:
    """`key:value|value`, or without a key a word; one of the values is enough."""

    key: str
    values: tuple[Value, ...]
    negated: bool = False

    @property
    def _key(self) -> Key:
        return KEYS.get(self.key, WORDS)

    def matches(self, facts: RowFacts) -> bool | None:
        """Return whether it finds a row; None while that is not known."""
        return turned(any_of(self._key.judge(facts, value) for value in self.values), negated=self.negated)

    @property
    def needs(self) -> frozenset[Need]:
        """What must be known of a row."""
        return frozenset[Need]().union(*map(self._key.needs, self.values))

    def served(self) -> tuple[Query, bool]:
        """Return what the API can be asked for, and whether that is all there is to it."""
        return serve_key(self.key, self.values, negated=self.negated)

    def explain(self) -> str:
        """Say it in a few words."""
        value, key = self.values[0], self._key
        if self.negated and len(self.values) == 1 and isinstance(value, Word) and value.word in ("yes", "no"):
            return key.say(Word("no" if value.word == "yes" else "yes"))
        said = one_of([key.say(each) for each in self.values])
        return f"not ({said})" if self.negated else said

    def __str__(self) -> str:
        values = "|".join(quote_value(value, self.key) for value in self.values)
        return f"{'-' if self.negated else ''}{f'{self.key}:' if self.key else ''}{values}"


@dataclass(frozen=True, slots=True)
class FieldTerm:
    """`Field=condition|condition`, in OrderCloud's own language."""

    name: str
    conditions: tuple[Condition, ...]
    negated: bool = False

    def matches(self, facts: RowFacts) -> bool | None:
        """Return whether it finds a row; None while that is not known."""
        known = field_named(self.name)
        value = UNKNOWN if known is None else facts.field(known)
        if known is None or value is UNKNOWN:
            return None
        return any(holds(known, condition, value) for condition in self.conditions) is not self.negated

    @property
    def needs(self) -> frozenset[Need]:
        """What must be known of a row."""
        return frozenset() if self.name in OF_ROW else frozenset({Need.API_CLIENT})

    def served(self) -> tuple[Query, bool]:
        """Return what the API can be asked for, and whether that is all there is to it."""
        known = field_named(self.name)
        return (Query(), False) if known is None else serve_field(known, self.conditions, negated=self.negated)

    def explain(self) -> str:
        """Say it in a few words."""
        known = field_named(self.name)
        numeric = known is not None and known.kind is FieldKind.NUMBER
        said = f"{self.name} {' or '.join(_say(each, numeric=numeric) for each in self.conditions)}"
        return f"not ({said})" if self.negated else said

    def __str__(self) -> str:
        return f"{'-' if self.negated else ''}{self.name}={quote_word('|'.join(map(str, self.conditions)), bare=True)}"


def _say(condition: Condition, *, numeric: bool) -> str:
    operator, operand = condition.operator, condition.operand
    if operand == "*" and operator in ("=", "!"):
        return "is there" if operator == "=" else "is missing"
    if operator in ("=", "!") and "*" in operand:
        return f"is {'not ' if operator == '!' else ''}like {quoted_text(operand)}"
    return f"{OPERATOR_WORDS[operator]} {operand if numeric else shorten(operand)}"


@dataclass(frozen=True, slots=True)
class SavedTerm:
    """`@name`: a filter saved before, as it is now."""

    name: str
    saved: Filter
    negated: bool = False

    def matches(self, facts: RowFacts) -> bool | None:
        """Return whether it finds a row; None while that is not known."""
        return turned(self.saved.matches(facts), negated=self.negated)

    @property
    def needs(self) -> frozenset[Need]:
        """What must be known of a row."""
        return self.saved.needs

    def served(self) -> tuple[Query, bool]:
        """Return what the API can be asked for, and whether that is all there is to it."""
        return (Query(), False) if self.negated else (self.saved.server(), not self.saved.rest.terms)

    def explain(self) -> str:
        """Say it in a few words."""
        said = f"@{self.name} ({self.saved.explain()})"
        return f"not {said}" if self.negated else said

    def __str__(self) -> str:
        return f"{'-' if self.negated else ''}@{self.name}"


AnyTerm: TypeAlias = Term | FieldTerm | SavedTerm


@dataclass(frozen=True, slots=True)
class Filter:
    """Terms that must all hold. `problems` tell what of the text was not understood; the rest filters all the same."""

    terms: tuple[AnyTerm, ...] = ()
    problems: tuple[Problem, ...] = field(default=(), compare=False)

    def __bool__(self) -> bool:
        """Whether it leaves anything out."""
        return bool(self.terms)

    def matches(self, facts: RowFacts) -> bool | None:
        """Return whether it finds a row; None while that is not known."""
        return all_of(term.matches(facts) for term in self.terms)

    @property
    def needs(self) -> frozenset[Need]:
        """What must be known of the rows, besides what the list shows; empty when that is enough."""
        return frozenset[Need]().union(*(term.needs for term in self.terms))

    def server(self) -> Query:
        """Return what the API can be asked for: nothing is left out by it that this filter finds."""
        return _joined(self.terms)[0]

    @property
    def rest(self) -> Filter:
        """What must be judged here among the rows that the API gives for `server()`."""
        return Filter(_joined(self.terms)[1])

    def explain(self) -> str:
        """Say what was understood, in a sentence without its end."""
        return ", ".join(term.explain() for term in self.terms) or "every API client"

    def __str__(self) -> str:
        """Write it so that it reads back as the same filter."""
        return " ".join(map(str, self.terms))


def _joined(terms: Iterable[AnyTerm]) -> tuple[Query, tuple[AnyTerm, ...]]:
    """Join what the terms ask of the API; the terms that it does not settle are left."""
    search = ""
    filters: dict[str, tuple[str, ...]] = {}
    room = LONGEST_QUERY
    rest: list[AnyTerm] = []
    for term in terms:
        query, whole = serve_words(term.values) if _is_word(term) and isinstance(term, Term) else term.served()
        cost = query.cost
        if cost > room or (query.search and search):  # the API has one search: what it leaves is judged here
            rest.append(term)
            continue
        room -= cost
        search = query.search or search
        for name, conditions in query.filters.items():
            filters[name] = (*filters.get(name, ()), *conditions)
        if not whole:
            rest.append(term)
    return Query(search, filters), tuple(rest)


def _is_word(term: AnyTerm) -> bool:
    return isinstance(term, Term) and not term.key and not term.negated and isinstance(term.values[0], Text)


LONGEST_QUERY = 1500
"""Characters of search and filters: OrderCloud's own helpers take 2,086 for the longest address."""
