"""What the command line's exit code says, and wrong usage of it."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What the exit code says. In `ocgate plan` 2 says that something would change, and wrong usage is 64."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NOT_CONNECTED = 3
    PLAN_USAGE = 64
    BUG = 70
    INTERRUPTED = 130


WOULD_CHANGE = 2
"""What `ocgate plan` says when something would change, as such tools do."""


class UsageError(Exception):
    """The command line asks for something that makes no sense; the message says what would."""
