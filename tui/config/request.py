"""What the command line asks the console to do, complete: `tui.app.run(request)` needs nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tui.config.connection import Connection
from tui.config.credentials import CredentialStore, KeyringStore
from tui.config.paths import Paths
from tui.config.settings import Settings
from tui.config.state import StateFile


@dataclass(frozen=True)
class ConsoleRequest:
    """One start of the console.

    connection: None means the embedded sandbox; otherwise a marketplace, possibly with `connection.problems` that the
    sign-in screen has to solve first. sandbox_db: the sandbox's file (None only with sandbox_memory). theme: the theme
    named for this sitting alone, which wins over state and settings. read_only: refuse every change in this sitting.
    credentials: where to look for secrets (environment, this sitting, keyring); what is put there lasts for the
    sitting. keyring: the same keyring alone, for secrets that the person asks to have kept.
    learn: begin in Learn; tour: with the tour in this file.
    problems: what was wrong with files of settings, state and themes, each a sentence for people; the console starts
    with defaults in their place and shows them.
    """

    connection: Connection | None
    sandbox_db: Path | None
    sandbox_memory: bool
    settings: Settings
    state: StateFile
    credentials: CredentialStore
    paths: Paths
    keyring: CredentialStore = field(default_factory=KeyringStore)
    theme: str | None = None
    read_only: bool = False
    problems: tuple[str, ...] = ()
    learn: bool = False
    tour: Path | None = None
