"""A crash report without locals, values or secrets: where it broke, and what of."""

from __future__ import annotations

import os
import sys
import traceback
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from tui import __version__

EXIT_CODE = 70
"""The exit code that says: this is a fault of ocgate's own."""

_TELLS_ONLY_CODE = (AttributeError, NameError, ImportError, AssertionError, NotImplementedError, RecursionError)
"""Errors whose message speaks of code; any other's may quote data, so only its type is told."""


def write_report(error: BaseException, folder: Path, now: datetime) -> Path | None:
    """Write a report of an error, readable by its owner alone; what is typed and not saved is kept first.

    Returns:
        The file, or None when it could not be written.
    """
    _keep_drafts()
    file = folder / f"crash-{now:%Y%m%d-%H%M%S}-{os.getpid()}.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            out.write(report(error, now))
    except OSError:
        return None
    return file


def _keep_drafts() -> None:
    """Write what forms have still to write. Whatever goes wrong with that, the report comes all the same."""
    drafts = sys.modules.get("tui.session.drafts")  # where no form was opened there is nothing to keep
    if drafts is not None:
        with suppress(Exception):
            drafts.write_unwritten()


def report(error: BaseException, now: datetime) -> str:
    """Return the report's text: versions, the chain of errors, and each frame's file, line and function."""
    import platform

    lines = [
        f"ocgate {__version__} crashed at {now:%Y-%m-%dT%H:%M:%SZ}",
        (
            f"python {platform.python_version()} on {sys.platform}; textual {_version('textual')}; "
            f"terminal {os.environ.get('TERM', '?')}"
        ),
        "",
    ]
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        told = f": {cause}" if isinstance(cause, _TELLS_ONLY_CODE) else " (message left out: it may quote data)"
        lines.append(f"{type(cause).__module__}.{type(cause).__qualname__}{told}")
        lines.extend(
            f"  {_short(frame.filename)}:{frame.lineno} in {frame.name}"
            for frame in traceback.extract_tb(cause.__traceback__)
        )
        lines.append("")
        cause = cause.__cause__ or cause.__context__
    return "\n".join(lines)


def _short(filename: str) -> str:
    """Return a path from its package on, without the machine's own folders."""
    parts = Path(filename).parts
    for anchor in ("site-packages", "tui"):
        if anchor in parts:
            at = len(parts) - 1 - parts[::-1].index(anchor)
            return "/".join(parts[at + (anchor == "site-packages") :])
    return parts[-1] if parts else filename


def _version(distribution: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(distribution)
    except PackageNotFoundError:
        return "?"
