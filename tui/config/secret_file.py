"""A secret in a file of its own: readable by its owner alone, and never in the place of another file."""

from __future__ import annotations

import os
from pathlib import Path


class CannotSave(Exception):
    """The file was not written; the message says why, without the secret."""


def save_secret(path: Path, secret: str) -> Path:
    """Write a secret and nothing else to a new file, and return its full path. Raises CannotSave."""
    try:
        path = path.expanduser().absolute()
        made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
    except FileExistsError:
        raise CannotSave(f"{path} is there already, and is left as it is: choose another name.") from None
    except FileNotFoundError:
        raise CannotSave(f"There is no folder {path.parent}: make it first, or choose another.") from None
    except (OSError, RuntimeError, ValueError) as error:  # a home that is unknown, a name that no file can have
        raise CannotSave(f"{path} cannot be written: {getattr(error, 'strerror', None) or error}.") from None
    try:
        with os.fdopen(made, "w", encoding="utf-8", newline="") as file:
            file.write(secret)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise CannotSave(f"{path} could not be written: {error.strerror or error}. Nothing is left of it.") from None
    return path
