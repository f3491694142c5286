"""Where ocgate keeps its files: one place that knows the folders of every platform.

`OCGATE_HOME`, when set, replaces all of them by `config`, `state` and `data` inside that one folder; tests and portable
installations use it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

HOME_VARIABLE = "OCGATE_HOME"


@dataclass(frozen=True)
class Paths:
    """The folders of one installation; nothing is created by asking for them.

    config: what the person writes (config.toml, themes/). state: what the console remembers. data: the embedded
    sandbox's marketplace, and the journal of changes.
    """

    config: Path
    state: Path
    data: Path

    @property
    def settings_file(self) -> Path:
        """The settings a person writes by hand; ocgate never writes it."""
        return self.config / "config.toml"

    @property
    def themes(self) -> Path:
        """The person's own themes, one TOML file a theme; they may override those that come with ocgate."""
        return self.config / "themes"

    @property
    def state_file(self) -> Path:
        """What the console remembers from one sitting to the next."""
        return self.state / "state.toml"

    @property
    def crashes(self) -> Path:
        """Where crash reports are written, redacted."""
        return self.state / "crashes"

    @property
    def drafts(self) -> Path:
        """What was typed into forms and not saved yet."""
        return self.state / "drafts"

    @property
    def attempts(self) -> Path:
        """Every attempt made in Tokens, a line each; without secrets."""
        return self.state / "attempts.jsonl"

    @property
    def findings(self) -> Path:
        """Answers that were not as expected and that the person wanted kept, redacted."""
        return self.state / "findings.md"

    @property
    def journal(self) -> Path:
        """Every change made through ocgate, a line each."""
        return self.data / "journal.jsonl"

    @property
    def sandbox_database(self) -> Path:
        """The marketplace of the embedded sandbox, unless another file is named."""
        return self.data / "sandbox.db"


def find_paths(environ: Mapping[str, str] | None = None) -> Paths:
    """Return this user's folders, from `environ` (by default the process's environment) and the platform's rules."""
    environ = os.environ if environ is None else environ
    home = environ.get(HOME_VARIABLE, "").strip()
    if home:
        root = Path(home).expanduser().absolute()
        return Paths(config=root / "config", state=root / "state", data=root / "data")
    import platformdirs  # late: a home of one's own needs no platform rules

    return Paths(
        config=platformdirs.user_config_path("ocgate", appauthor=False),
        state=platformdirs.user_state_path("ocgate", appauthor=False),
        data=platformdirs.user_data_path("ocgate", appauthor=False),
    )
