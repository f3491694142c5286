"""Stand-ins: what is shown in place of real IDs, names, e-mails and secrets while a screen is shared."""

from __future__ import annotations

from tui.session.stand_ins.known import Kind, StandIns
from tui.session.stand_ins.matching import Edit, edits, replaced, shortened

__all__ = ["Edit", "Kind", "StandIns", "edits", "replaced", "shortened"]
