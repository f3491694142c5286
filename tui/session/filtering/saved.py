"""Filters saved by name; they are kept with the console's state."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.config.state import StateFile

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
LONGEST = 1000


def why_not_save(name: str, text: str, saved: Mapping[str, str]) -> str | None:
    """Say why a filter cannot be saved under a name; None when it can."""
    from tui.session.filtering.parse import parse

    if not NAME.fullmatch(name):
        return "A name has up to 40 of a-z, 0-9, - and _, and begins with a letter or digit."
    if len(text) > LONGEST:
        return f"A saved filter has at most {LONGEST} characters."
    found = parse(text, {**saved, name: text})
    if found.problems:
        return f"It is not understood as a whole: {found.problems[0]}."
    return None if found else "There is no filter to save."


def list_saved(state: StateFile) -> Mapping[str, str]:
    """Return the saved filters by name, in order."""
    return dict(sorted(state.current.filters.items()))


def save(state: StateFile, name: str, text: str) -> None:
    """Save a filter under a name, in place of the one before. Raises ValueError saying why it cannot be saved."""
    why = why_not_save(name, text, state.current.filters)
    if why is not None:
        raise ValueError(why)
    state.remember_filter(name, text)


def delete(state: StateFile, name: str) -> bool:
    """Delete a saved filter; return whether there was one."""
    there = name in state.current.filters
    state.forget_filter(name)
    return there
