"""Filters of the list saved by name: saving the one that is typed, and choosing one to use or to forget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.session.filtering.saved import delete, list_saved, save, why_not_save
from tui.widgets.dialogs import Ask
from tui.widgets.picker import Choice, Picker
from tui.widgets.plain import plain

if TYPE_CHECKING:
    from textual.app import App

    from tui.config.state import StateFile


async def save_filter(app: App[int], state: StateFile, text: str) -> str | None:
    """Ask for a name and save a filter under it; return the name, None when the person leaves."""
    saved = list_saved(state)

    def check(given: tuple[str, ...]) -> str | None:
        return why_not_save(given[0].strip().lower(), text, saved)

    told = f"{plain(text)}\n\n@name stands for it in the filter line, alone or beside others."
    given = await app.push_screen_wait(
        Ask("Save this filter", (("Name", "", False),), body=told, yes="Save", check=check)
    )
    if given is None:
        return None
    name = given[0].strip().lower()
    save(state, name, text)
    return name


async def choose_filter(app: App[int], state: StateFile) -> str | None:
    """Let the person choose a saved filter; return its name, None when they leave."""
    choices = [Choice(name, f"@{name}", text) for name, text in list_saved(state).items()]
    return await app.push_screen_wait(Picker("Saved filters", choices))


async def forget_filter(app: App[int], state: StateFile) -> str | None:
    """Let the person choose a saved filter to forget; return its name, None when they leave."""
    choices = [Choice(name, f"@{name}", text) for name, text in list_saved(state).items()]
    name = await app.push_screen_wait(Picker("Forget which filter?", choices))
    if name is not None:
        delete(state, name)
    return name
