"""What the console remembers from one sitting to the next, in a file of its own that people need not edit.

The file is replaced in one step, so a crash while saving leaves the old one whole, and only its owner may read it.
"""

from __future__ import annotations

import os
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from tui.config.problems import ConfigProblem


@dataclass(frozen=True)
class State:
    """theme: the name chosen last. profile: the profile connected last ("" for the embedded sandbox).

    columns: for each list by name, its columns in the order chosen. filters: the filters saved, by name.
    silenced: for each API client, by where it is and its ID, the rules whose advice is not given any more, each with
    the reason.
    """

    theme: str | None = None
    profile: str | None = None
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    filters: Mapping[str, str] = field(default_factory=dict)
    silenced: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


class StateFile:
    """The state of one installation: read once when opened, written whenever something is remembered.

    Neither reading nor writing ever raises: state is a convenience. What went wrong is in `problems`.
    """

    def __init__(self, path: Path) -> None:
        """Read `path`; a missing file is a fresh start, a damaged one is set aside as `state.toml.damaged`."""
        self.path = path
        self.problems: tuple[ConfigProblem, ...] = ()
        self._current = self._read()

    def __repr__(self) -> str:
        return f"StateFile({str(self.path)!r})"

    @property
    def current(self) -> State:
        """The state as it is now."""
        return self._current

    def remember_theme(self, name: str) -> None:
        """Remember the theme chosen."""
        self._save(replace(self._current, theme=name))

    def remember_profile(self, name: str) -> None:
        """Remember the profile connected; "" stands for the embedded sandbox."""
        self._save(replace(self._current, profile=name))

    def remember_columns(self, list_name: str, columns: tuple[str, ...]) -> None:
        """Remember which columns of a list are shown, in their order."""
        self._save(replace(self._current, columns={**self._current.columns, list_name: columns}))

    def remember_filter(self, name: str, text: str) -> None:
        """Remember a filter by name, in place of the one before."""
        self._save(replace(self._current, filters={**self._current.filters, name: text}))

    def forget_filter(self, name: str) -> None:
        """Forget the filter of this name, if there is one."""
        kept = {each: text for each, text in self._current.filters.items() if each != name}
        self._save(replace(self._current, filters=kept))

    def remember_silenced(self, api_client: str, reasons: Mapping[str, str]) -> None:
        """Remember which advice on an API client is silenced, by rule with the reason; no reasons forget it."""
        others = {each: kept for each, kept in self._current.silenced.items() if each != api_client}
        silenced = {**others, api_client: dict(reasons)} if reasons else others
        self._save(replace(self._current, silenced=silenced))

    def _read(self) -> State:
        try:
            text = self.path.read_bytes().decode()
            return _state_from(tomllib.loads(text))
        except FileNotFoundError:
            return State()
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValueError) as error:
            self._set_aside(str(error))
        except OSError as error:
            self._report(f"could not be read ({error.strerror or error}); starting afresh")
        return State()

    def _set_aside(self, reason: str) -> None:
        aside = self.path.with_name(self.path.name + ".damaged")
        try:
            self.path.replace(aside)
        except OSError as error:
            self._report(
                f"is damaged ({reason}) and could not be set aside ({error.strerror or error}); starting afresh"
            )
        else:
            self._report(f"was damaged ({reason}); it is kept as {aside.name}, starting afresh")

    def _save(self, state: State) -> None:
        if state == self._current:
            return
        self._current = state
        try:
            write_atomically(self.path, _text_of(state))
        except OSError as error:
            self._report(f"could not be written ({error.strerror or error}); nothing is remembered")

    def _report(self, message: str) -> None:
        self.problems = (*self.problems, ConfigProblem(self.path, message))


def write_atomically(path: Path, text: str) -> None:
    """Replace `path` by `text` (UTF-8) in one step, readable by its owner alone; makes the folder when it is missing.

    Raises OSError when the folder or file cannot be written; then the old file is untouched.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made with mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _state_from(table: Mapping[str, object]) -> State:
    """Read a state; raises ValueError when a known member has the wrong type. Unknown members are dropped."""
    theme, profile, columns = table.get("theme"), table.get("profile"), table.get("columns", {})
    if not (theme is None or isinstance(theme, str)) or not (profile is None or isinstance(profile, str)):
        raise ValueError("theme and profile must be text")
    if not isinstance(columns, dict):
        raise ValueError("columns must be a table")
    chosen: dict[str, tuple[str, ...]] = {}
    for name, names in columns.items():
        if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
            raise ValueError(f"columns.{name} must be a list of text")
        chosen[str(name)] = tuple(str(each) for each in names)
    filters = table.get("filters", {})
    if not isinstance(filters, dict) or not all(isinstance(each, str) for each in filters.values()):
        raise ValueError("filters must be a table of text")
    silenced = _silenced_from(table.get("silenced", {}))
    return State(theme=theme, profile=profile, columns=chosen, filters=filters, silenced=silenced)


def _silenced_from(table: object) -> Mapping[str, Mapping[str, str]]:
    if not isinstance(table, dict):
        raise ValueError("silenced must be a table")
    silenced: dict[str, dict[str, str]] = {}
    for api_client, reasons in table.items():
        if not isinstance(reasons, dict) or not all(isinstance(each, str) for each in reasons.values()):
            raise ValueError(f"silenced.{api_client} must be a table of text")
        silenced[str(api_client)] = {str(rule): str(reason) for rule, reason in reasons.items()}
    return silenced


def _text_of(state: State) -> str:
    import tomli_w  # late: only needed when something is remembered

    table: dict[str, object] = {}
    if state.theme is not None:
        table["theme"] = state.theme
    if state.profile is not None:
        table["profile"] = state.profile
    if state.columns:
        table["columns"] = {name: list(columns) for name, columns in state.columns.items()}
    if state.filters:
        table["filters"] = dict(state.filters)
    if state.silenced:
        table["silenced"] = {each: dict(reasons) for each, reasons in state.silenced.items()}
    return "# Written by ocgate; settings of your own belong in config.toml.\n" + tomli_w.dumps(table)
