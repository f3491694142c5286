"""Findings kept for good: what was expected, what came, and the exchange, redacted, in a file to hand on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.ordercloud import Exchange
    from tui.session.attempt_record import AttemptRecord

MOST_BYTES = 1024 * 1024
"""How large the file grows; then it takes the place of the one set aside before."""


def keep_finding(path: Path, record: AttemptRecord, exchange: Exchange | None) -> None:
    """Write a finding at the end of the file, which only its owner may read. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.exists() and path.stat().st_size >= MOST_BYTES:
        path.replace(path.with_name(f"{path.stem}-1{path.suffix}"))
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(file, "a", encoding="utf-8", errors="backslashreplace") as target:
        target.write(finding_text(record, exchange))


def finding_text(record: AttemptRecord, exchange: Exchange | None) -> str:
    """Return a finding as text: the attempt, the differences, the person's note, and the exchange without credentials.

    Everything from outside stands indented, so that it can be taken for nothing else.
    """
    sent = record.sent
    told = [
        f"## {record.at:%Y-%m-%d %H:%M:%S} UTC  {sent.kind.value}, not as expected",
        "",
        f"    API client  {_one_line(sent.app_name)} {_one_line(sent.api_client_id)}",
        f"    user        {_one_line(record.who) or 'none named'}",
        f"    roles       {_one_line(' '.join(sent.scope or ())) or 'all'}",
        *(f"    differs     {_one_line(each)}" for each in record.differences),
        *(f"    note        {_one_line(each)}" for each in record.note.splitlines()),
    ]
    if exchange is not None:
        shown = exchange.redacted()
        told += ["", f"    {_one_line(shown.method)} {_one_line(shown.url)}"]
        told += [f"    {_one_line(name)}: {_one_line(value)}" for name, value in shown.request_headers]
        told += [f"    {_one_line(each)}" for each in shown.request_body.text.splitlines()]
        told += ["", f"    {_one_line(shown.status_line)}"]
        told += [f"    {_one_line(name)}: {_one_line(value)}" for name, value in shown.response_headers]
        told += [f"    {_one_line(each)}" for each in shown.response_body.text.splitlines()]
    return "\n".join(told) + "\n\n"


def _one_line(text: str) -> str:
    return "".join(each if each.isprintable() else "\ufffd" for each in text)
