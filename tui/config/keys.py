"""The key map of the settings file: which keys a person wants for which command.

[keys]
"clients.reload" = "f5"             # one key instead of the usual one
"clients.filter" = ["slash", "f"]   # several
"app.quit" = []                     # none
access.reload = "f5"                # the same without quotes
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

from tui.config.problems import ConfigProblem
from tui.config.toml_reader import Table

KeyMap: TypeAlias = Mapping[str, tuple[str, ...]]
"""Command name -> its keys in Textual's spelling; an empty tuple takes every key from the command."""

_KEY = re.compile(r"(?:(?:ctrl|shift|alt|super|hyper|meta)\+)*(?:[a-z0-9_]+|[^\s,])")


def read_keys(table: Table) -> KeyMap:
    """Read `[keys]`; entries that are no keys are reported on the table and left out."""
    keys: dict[str, tuple[str, ...]] = {}
    for entry in table.names():
        if not table.is_table(entry):
            _read_entry(table, entry, entry, keys)
        elif (scope := table.table(entry)) is not None:  # app.quit without quotes is a table `app` in TOML
            for verb in scope.names():
                _read_entry(scope, verb, f"{entry}.{verb}", keys)
    return keys


def _read_entry(table: Table, entry: str, command: str, keys: dict[str, tuple[str, ...]]) -> None:
    found = table.texts_or_text(entry, 'a key such as "f5", a list of keys, or [] for none')
    if found is None:
        return
    wrong = [key for key in found if not _KEY.fullmatch(key)]
    if wrong:
        table.report(entry, f'{wrong[0]!r} is no key; write it like "f5", "ctrl+s", "T" or "question_mark"')
    else:
        keys[command] = tuple(dict.fromkeys(found))


def check_keys(
    keys: KeyMap, usual: KeyMap, file: Path, *, sign: Callable[[str], str] = str
) -> tuple[ConfigProblem, ...]:
    """Return what is wrong with a key map: an entry that names no command, and a key that two commands share.

    Args:
        keys: What the person wants.
        usual: Every command there is, with the keys it has without a key map.
        file: Where the key map stands.
        sign: How a key is shown, the same for each of its spellings (`?` and `question_mark`).
    """
    problems = [
        ConfigProblem(file, f"there is no such command{_nearest(command, usual)}", key=f"keys.{command}")
        for command in keys
        if command not in usual
    ]
    now = {command: keys.get(command, default) for command, default in usual.items()}
    for command in [each for each in keys if each in usual]:
        scope = command.partition(".")[0]
        for key in now[command]:
            for other, theirs in now.items():
                # Where both are of the person's making, one of the two tells.
                told = other in keys and other < command
                same = other != command and other.partition(".")[0] == scope
                if same and not told and sign(key) in map(sign, theirs):
                    message = f'"{key}" is a key of "{other}" as well; give one of the two another'
                    problems.append(ConfigProblem(file, message, key=f"keys.{command}"))
    return tuple(problems)


def _nearest(command: str, usual: KeyMap) -> str:
    same = [name for name in usual if name.partition(".")[2] == command]
    if same:
        return "; write its scope as well: " + " or ".join(f'"{name}"' for name in same)
    import difflib  # late: a file without mistakes does not need it

    near = difflib.get_close_matches(command, list(usual), n=1)
    return f'; did you mean "{near[0]}"?' if near else "; the help (?) lists the commands"
