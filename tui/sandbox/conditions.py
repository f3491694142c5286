"""One filter of a list as a condition in SQL.

A value is alternatives with `|` between them; each may begin with an operator: `!` not, `>` `<` greater and less,
`!<` at least, `!>` at most. `*` stands for any characters; alone it means present, and `!*` missing or null. A missing
member is unlike every value, so `!` lets it pass; it is neither greater nor less than any.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from tui.sandbox.fields import Column, Field, Kind, format_time, parse_time

EVERY = "1"
"""The WHERE that lets every row pass."""


class Condition(NamedTuple):
    """A piece of a WHERE and its parameters, in order."""

    sql: str
    parameters: tuple[Column, ...] = ()


def all_of(conditions: Sequence[Condition]) -> tuple[str, list[Column]]:
    """Join conditions by AND: a WHERE and its parameters."""
    where = " AND ".join(each.sql for each in conditions) or EVERY
    return where, [parameter for each in conditions for parameter in each.parameters]


def filter_condition(field: Field, value: str, path: str | None) -> Condition:
    """Compile one filter; `path` leads into the field when it is an object. Raises ValueError for a wrong type."""
    alternatives = [_alternative(field, text.strip(), path) for text in value.split("|")]
    sql = " OR ".join(each.sql for each in alternatives)
    return Condition(f"({sql})", tuple(p for each in alternatives for p in each.parameters))


def like_pattern(text: str) -> str:
    """Turn `*` into LIKE's wildcard and quote what LIKE would take for one; the escape is a backslash."""
    quoted = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    while "**" in quoted:
        quoted = quoted.replace("**", "*")
    return quoted.replace("*", "%")


def _alternative(field: Field, text: str, path: str | None) -> Condition:
    operator, operand = _split(text)
    if operand == "*" and operator in ("=", "!"):
        return _present(field, path) if operator == "=" else _negate(_present(field, path))
    if field.kind is Kind.OBJECT:
        return _in_xp(operator, operand, path or "$")
    if field.kind is Kind.TEXTS:
        return _in_texts(field, operator, operand)
    if field.kind is Kind.TEXT:
        return _compare_text(field.expression, operator, operand)
    return _compare(field.expression, operator, _operand(field, operator, operand))


def _split(text: str) -> tuple[str, str]:
    for prefix, operator in (("!<", ">="), ("!>", "<="), ("!", "!"), (">", ">"), ("<", "<")):
        if text.startswith(prefix):
            return operator, text[len(prefix) :].strip()
    return "=", text


def _operand(field: Field, operator: str, text: str) -> Column:
    """Read a value of the field's type. Raises ValueError."""
    if field.kind is Kind.BOOL:
        if text.lower() not in ("true", "false") or operator not in ("=", "!"):
            raise ValueError(f"{field.name} is true or false")
        return int(text.lower() == "true")
    if field.kind in (Kind.INT, Kind.NUMBER):
        number = _number(text)
        if number is None:
            raise ValueError(f"{field.name} is a number")
        return number
    moment = parse_time(text)
    if moment is None:
        raise ValueError(f"{field.name} is a date-time")
    return format_time(moment)


def _number(text: str) -> int | float | None:
    """Read a number which SQLite can compare with: a whole one of 64 bits, or a finite one with a fraction."""
    if len(text) > 40 or not text.isascii() or "_" in text:
        return None
    try:
        whole = int(text)
    except ValueError:
        pass
    else:
        return whole if -(2**63) <= whole < 2**63 else float(whole)
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _compare(expression: str, operator: str, operand: Column) -> Condition:
    if operator == "!":
        return _negate(Condition(f"{expression} = ?", (operand,)))
    return Condition(f"{expression} {operator} ?", (operand,))  # bare, so that an index serves it


def _compare_text(expression: str, operator: str, operand: str) -> Condition:
    if operator in ("=", "!"):
        like = Condition(f"{expression} LIKE ? ESCAPE '\\'", (like_pattern(operand),))
        same = Condition(f"{expression} = ? COLLATE NOCASE", (operand,))
        match = like if "*" in operand else same
        return match if operator == "=" else _negate(match)
    return Condition(f"{expression} {operator} ? COLLATE NOCASE", (operand,))


def _negate(condition: Condition) -> Condition:
    return Condition(f"NOT coalesce({condition.sql}, 0)", condition.parameters)


def _present(field: Field, path: str | None) -> Condition:
    if path is not None:
        return Condition(f"coalesce(json_type({field.expression}, ?), 'null') <> 'null'", (path,))
    if field.kind is Kind.TEXTS:
        return Condition(f"json_array_length({field.expression}) > 0")
    return Condition(f"{field.expression} IS NOT NULL")


def _in_texts(field: Field, operator: str, operand: str) -> Condition:
    """Compare with the elements of a list: one that matches is enough; `!` wants none."""
    positive = "=" if operator == "!" else operator
    match = _compare_text("e.value", positive, operand)
    exists = f"EXISTS (SELECT 1 FROM json_each({field.expression}) e WHERE {match.sql})"  # noqa: S608 - our own SQL
    return Condition(f"NOT {exists}" if operator == "!" else exists, match.parameters)


def _in_xp(operator: str, operand: str, path: str) -> Condition:
    """Compare with a value inside `xp`, or with the elements of a list there, by the type which it has."""
    positive = "=" if operator == "!" else operator
    text = _compare_text("e.atom", positive, operand)
    cases = [f"e.type = 'text' AND {text.sql}"]
    parameters: list[Column] = [path, path, *text.parameters]
    number = _number(operand)
    if number is not None:
        cases.append(f"e.type IN ('integer', 'real') AND e.atom {positive} ?")
        parameters.append(number)
    if operand.lower() in ("true", "false") and positive == "=":
        cases.append("e.type = ?")
        parameters.append(operand.lower())
    match = " OR ".join(f"({case})" for case in cases)
    within = "FROM json_each(t.xp, ?) e WHERE json_type(t.xp, ?) <> 'object'"
    exists = f"EXISTS (SELECT 1 {within} AND ({match}))"
    return Condition(f"NOT {exists}" if operator == "!" else exists, tuple(parameters))
