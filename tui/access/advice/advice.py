"""What a piece of advice is: how bad, why, and what would mend it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from tui.access.facts import Party

Value: TypeAlias = "bool | int | str | Sequence[str] | None"


class Severity(StrEnum):
    """How bad it is: an error keeps somebody out, a warning is a risk, an info is worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Patch:
    """Change fields of the API client: wire names with the new values, the body of a PATCH."""

    changes: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Assign:
    """Assign these buyers or suppliers. One may have no name where only its ID is known."""

    parties: tuple[Party, ...]


@dataclass(frozen=True, slots=True)
class Unassign:
    """Take the assignments of these buyers or suppliers away."""

    parties: tuple[Party, ...]


@dataclass(frozen=True, slots=True)
class DeleteSecrets:
    """Delete the named secrets with these IDs, and clear the legacy one as well where that is said."""

    ids: tuple[str, ...]
    legacy: bool = False


Fix: TypeAlias = Patch | Assign | Unassign | DeleteSecrets
"""One concrete change that mends what the advice is about."""


@dataclass(frozen=True, slots=True)
class Advice:
    """One piece of advice.

    Attributes:
        id: Never changes; what silences it is kept under it.
        severity: How bad it is.
        title: A few words.
        reason: A sentence or two with the facts of this API client.
        fields: Wire names of the fields it looks at.
        docs: The word under which it is explained: the key of a card in Learn.
        fix: The change that mends it; None where a person must choose.
    """

    id: str
    severity: Severity
    title: str
    reason: str
    fields: tuple[str, ...]
    docs: str
    fix: Fix | None = None
