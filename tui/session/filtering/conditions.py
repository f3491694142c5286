"""OrderCloud's own conditions, judged here as its lists judge them: by the type of the field, missing values apart."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tui.session.filtering.fields import Field, FieldKind
from tui.session.filtering.values import COMPARE, Condition, fold, like

NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")

_SPLIT = (("!<", ">="), ("!>", "<="), ("!", "!"), (">", ">"), ("<", "<"))


def read_condition(text: str) -> Condition:
    """Read one alternative as OrderCloud does; what is wrong with it says `wrong_with`."""
    for prefix, operator in _SPLIT:
        if text.startswith(prefix):
            return Condition(operator, text[len(prefix) :].strip())
    return Condition("=", text)


def wrong_with(field: Field, condition: Condition) -> tuple[str, str] | None:
    """Say what is wrong with a condition on a field, and what to write instead; None when nothing is."""
    operator, operand = condition.operator, condition.operand
    if operand == "":
        return "there is nothing to compare with", f"write {field.name}=value, or {field.name}=!* for a missing one"
    if operand == "*" and operator in ("=", "!"):
        return None
    if field.kind is FieldKind.BOOL and (operand.lower() not in ("true", "false") or operator not in ("=", "!")):
        return f"{field.name} is true or false", f"write {field.name}=true or {field.name}=!true"
    if field.kind is FieldKind.NUMBER and not NUMBER.fullmatch(operand):
        if operand.startswith("="):
            better = f"{field.name}=!<5" if operator == ">" else f"{field.name}=!>5"
            return "OrderCloud has no >= and <=", f"write {better} for {'at least' if operator == '>' else 'at most'} 5"
        return f"{field.name} is a number", f"write {field.name}=60, >60, <60, !<60 (at least) or !>60 (at most)"
    return None


def holds(field: Field, condition: Condition, value: object) -> bool:
    """Return whether a condition holds for the value of a field."""
    operator, operand = condition.operator, condition.operand
    if field.kind is FieldKind.XP:
        return _in_xp(field.name.split(".")[1:], operator, operand, value)
    if operand == "*" and operator in ("=", "!"):
        there = bool(value) if field.kind is FieldKind.TEXTS else value is not None
        return there is (operator == "=")
    if field.kind is FieldKind.TEXTS:
        texts = [each for each in value if isinstance(each, str)] if isinstance(value, list | tuple) else []
        found = any(_compare_text("=" if operator == "!" else operator, operand, each) for each in texts)
        return found is not (operator == "!")
    if operator == "!":
        return not _compare(field, "=", operand, value)
    return _compare(field, operator, operand, value)


def _compare(field: Field, operator: str, operand: str, value: object) -> bool:
    if value is None:
        return False
    if field.kind is FieldKind.BOOL:
        return value is (operand.lower() == "true")
    if field.kind is FieldKind.NUMBER:
        return isinstance(value, int | float) and COMPARE[operator](value, float(operand))
    return isinstance(value, str) and _compare_text(operator, operand, value)


def _compare_text(operator: str, operand: str, value: str) -> bool:
    if operator == "=":
        return like(operand, value) if "*" in operand else fold(operand) == fold(value)
    ours, theirs = fold(value), fold(operand)
    return {">": ours > theirs, ">=": ours >= theirs, "<": ours < theirs, "<=": ours <= theirs}[operator]


def _in_xp(path: list[str], operator: str, operand: str, xp: object) -> bool:
    """Compare with a value inside xp, or with the elements of a list there, by the type which it has."""
    value = xp
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    if operand == "*" and operator in ("=", "!"):
        return (value is not None) is (operator == "=")
    elements = [] if isinstance(value, Mapping) else list(value) if isinstance(value, list | tuple) else [value]
    positive = "=" if operator == "!" else operator
    found = any(_is_so(each, positive, operand) for each in elements)
    return found is not (operator == "!")


def _is_so(value: object, operator: str, operand: str) -> bool:
    if isinstance(value, bool):
        return operator == "=" and operand.lower() == str(value).lower()
    if isinstance(value, int | float):
        return bool(NUMBER.fullmatch(operand)) and COMPARE[operator](value, float(operand))
    return isinstance(value, str) and _compare_text(operator, operand, value)
