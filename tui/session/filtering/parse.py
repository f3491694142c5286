"""Reading a filter. It never fails: what cannot be understood is told as a problem, and the rest filters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches

from tui.access.words import shorten
from tui.session.filtering.conditions import read_condition, wrong_with
from tui.session.filtering.fields import FIELDS, SECRET_FIELD, Field, FieldKind, field_named
from tui.session.filtering.filter import AnyTerm, FieldTerm, Filter, SavedTerm, Term
from tui.session.filtering.keys import KEYS, Unreadable
from tui.session.filtering.lexing import Part, Piece, pieces
from tui.session.filtering.problems import Problem
from tui.session.filtering.saved import NAME
from tui.session.filtering.values import Condition, Text, Value

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
MOST_TERMS = 200


def parse(text: str, saved: Mapping[str, str] | None = None) -> Filter:
    """Read a filter. `saved` are the filters saved before, by name, of which `@name` uses one."""
    return _Reader(saved or {}, ()).read(text)


class _Reader:
    """Reads one text; `within` are the names of the saved filters that it is part of."""

    def __init__(self, saved: Mapping[str, str], within: tuple[str, ...]) -> None:
        self._saved = saved
        self._within = within
        self._problems: list[Problem] = []

    def read(self, text: str) -> Filter:
        found = pieces(text)
        terms = [term for piece in found[:MOST_TERMS] if (term := self._term(piece)) is not None]
        if len(found) > MOST_TERMS:
            start, end = found[MOST_TERMS].start, found[-1].end
            self._problems.append(Problem(start, end, f"a filter has at most {MOST_TERMS} terms", "leave some out"))
        return Filter(tuple(terms), tuple(self._problems))

    def _say(self, span: tuple[int, int], what: str, instead: str) -> None:
        self._problems.append(Problem(*span, what, instead))

    def _term(self, piece: Piece) -> AnyTerm | None:
        if piece.open_quote is not None:
            self._say((piece.open_quote, piece.end), "this quote is not closed", 'write " at its end')
        signs = piece.signs
        negated = bool(signs) and signs[0].char in "-!" and not signs[0].quoted and piece.quotes[:1] != (piece.start,)
        begin = 1 if negated else 0
        body = piece.part(begin)
        if not body.signs:
            what = f"there is nothing after {signs[0].char}" if negated else "there is nothing between the quotes"
            self._say((piece.start, piece.end), what, "write a word")
            return None
        if body.signs[0].char == "@" and not body.signs[0].quoted:
            return self._saved_term(body, negated=negated)
        at = piece.find(":=", begin)
        name = piece.part(begin, at).text if at >= 0 else ""
        if at < 0 or (not _KEY.fullmatch(name) and name):
            return self._word(body, negated=negated)
        span = (body.span[0], signs[at].at + 1)
        value = piece.part(at + 1)
        if signs[at].char == ":":
            return self._keyed(name, span, value, negated=negated)
        return self._field(name, span, value, negated=negated)

    def _word(self, body: Part, *, negated: bool) -> Term | None:
        values = tuple(Text(part.text) for part in body.split("|") if part.text)
        if values:
            return Term("", values, negated)
        self._say(body.span, "there is nothing beside |", "write a word on each side")
        return None

    def _saved_term(self, body: Part, *, negated: bool) -> SavedTerm | None:
        name = body.text[1:].lower()
        if not NAME.fullmatch(name):
            self._say(body.span, "a saved filter has a name", "write @name")
        elif name not in self._saved:
            self._say(body.span, f"no filter is saved as @{shorten(name)}", _perhaps(name, self._saved, "@{}"))
        elif name in self._within:
            self._say(body.span, f"@{shorten(name)} uses itself", "change one of them")
        else:
            inner = _Reader(self._saved, (*self._within, name)).read(self._saved[name])
            for problem in inner.problems[:1]:
                self._say(body.span, f"in @{shorten(name)}: {problem.what}", problem.instead)
            return SavedTerm(name, Filter(inner.terms), negated)
        return None

    def _keyed(self, name: str, span: tuple[int, int], value: Part, *, negated: bool) -> AnyTerm | None:
        key = KEYS.get(name.lower())
        if key is None:
            if field_named(name) is not None:
                self._say(span, f"{shorten(name)} is a field", f"write {shorten(name)}=…")
            else:
                self._say(
                    span,
                    f"{shorten(name)}: is no key",
                    f'{_perhaps(name.lower(), KEYS, "{}:…")}, or "…" around the word',
                )
            return None
        values: list[Value] = []
        for part in value.split("|"):
            text = part.text
            if not text:
                where = part.span if part.signs else (span[0], max(part.span[1], span[1]))
                self._say(where, f"there is no value after {key.name}:", f"write {key.name}:{key.example}")
                continue
            try:
                values.append(key.read(text, part.quoted))
            except Unreadable as unread:
                self._say(part.span, str(unread), unread.instead)
        return Term(key.name, tuple(dict.fromkeys(values)), negated) if values else None

    def _field(self, name: str, span: tuple[int, int], value: Part, *, negated: bool) -> AnyTerm | None:
        if name.lower() == SECRET_FIELD.lower():
            self._say(
                (span[0], value.span[1]), "secrets are not searched by their value", "write secret:yes or secret:legacy"
            )
            return None
        known = field_named(name)
        if known is None:
            names = {each.name.lower(): each.name for each in FIELDS}
            close = get_close_matches(name.lower(), names, 1, 0.6)
            instead = f"write {names[close[0]]}=…" if close else 'write xp.name=… for xp, or "…" around the word'
            self._say(
                span, f"{shorten(name)} is no field of an API client" if name else "there is no field before =", instead
            )
            return None
        conditions: list[Condition] = []
        for part in _alternatives(value):
            condition = read_condition(part.text.strip())
            wrong = wrong_with(known, condition)
            if wrong is not None:
                self._say(part.span if part.signs else span, *wrong)
                continue
            conditions.append(_plainly(known, condition))
        return FieldTerm(known.name, tuple(dict.fromkeys(conditions)), negated) if conditions else None


def _alternatives(value: Part) -> list[Part]:
    """Split OrderCloud's alternatives: there, quotes only hold blanks together, and every `|` splits."""
    parts: list[Part] = []
    begin = 0
    for index, sign in enumerate(value.signs):
        if sign.char == "|":
            parts.append(Part(value.piece, value.signs[begin:index]))
            begin = index + 1
    return [*parts, Part(value.piece, value.signs[begin:])]


def _plainly(known: Field, condition: Condition) -> Condition:
    """Write true and false in one way."""
    if known.kind is FieldKind.BOOL:
        return Condition(condition.operator, condition.operand.lower())
    return condition


def _perhaps(name: str, known: Mapping[str, object], form: str) -> str:
    """Say which of the known names may be meant, or which there are."""
    close = get_close_matches(name, known, 1, 0.5)
    if close:
        return f"write {form.format(close[0])}"
    if not known:
        return "there is none yet"
    shown = [form.format(each).removesuffix("…") for each in known]
    return f"there {'is' if len(shown) == 1 else 'are'} {' '.join(shown[:12])}{' …' if len(shown) > 12 else ''}"
