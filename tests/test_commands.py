"""The one table of commands: what derives from it, and that each command has somebody who carries it out."""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter

import pytest
from textual.app import App
from textual.dom import DOMNode

import tui.panes
from tui.app import OcgateApp
from tui.commands import COMMAND_BY_NAME, COMMANDS, SCOPES, Command, CommandHost, bindings, key_sign


def hosts_by_scope() -> dict[str, type[CommandHost]]:
    """Return every class that carries out commands, by its scope."""
    for module in pkgutil.iter_modules(tui.panes.__path__, "tui.panes."):
        importlib.import_module(module.name)
    found: dict[str, type[CommandHost]] = {}

    def gather(kind: type[CommandHost]) -> None:
        for child in kind.__subclasses__():
            if child.__module__.startswith("tui.") and "SCOPE" in vars(child):
                found[child.SCOPE] = child
            gather(child)

    gather(CommandHost)
    return found


HOSTS = hosts_by_scope()


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_somebody_carries_out_each_command(command: Command) -> None:
    host = HOSTS[command.scope]
    assert callable(getattr(host, command.method, None)), f"{host.__name__} has no {command.method}"


def test_every_host_has_commands_and_every_scope_a_heading() -> None:
    scopes = {command.scope for command in COMMANDS}
    assert set(HOSTS) == scopes
    assert set(SCOPES) == scopes


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_binds_each_of_its_keys_once_and_by_the_commands_name(scope: str) -> None:
    found = bindings(scope)
    keys = Counter(key for binding in found for key in binding.key.split(","))
    assert [key for key, count in keys.items() if count > 1] == []
    assert {binding.id for binding in found} == {
        command.name for command in COMMANDS if command.scope == scope and command.keys
    }
    host = HOSTS[scope]
    assert issubclass(host, DOMNode)
    bound = {binding.id for _, binding in host._merge_bindings()}
    assert {binding.id for binding in found} <= bound


def test_names_are_unique_and_titles_are_short_enough_for_the_footer() -> None:
    assert len(COMMAND_BY_NAME) == len(COMMANDS)
    assert all(len(command.title) <= 20 for command in COMMANDS)
    assert all(command.help.endswith(".") for command in COMMANDS)


def test_the_console_leaves_no_command_to_textuals_own_palette() -> None:
    assert issubclass(OcgateApp, App)
    assert not OcgateApp.ENABLE_COMMAND_PALETTE


def test_keys_are_shown_as_people_know_them() -> None:
    assert [key_sign(key) for key in ("ctrl+p", "question_mark", "T", "right_square_bracket")] == ["^p", "?", "T", "]"]
