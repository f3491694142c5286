"""What a fix would change, in words."""

from __future__ import annotations

import json
from collections.abc import Sequence

from tui.access.advice.advice import Assign, DeleteSecrets, Fix, Patch, Unassign, Value
from tui.access.facts import SecretFacts
from tui.access.words import count, list_some, shorten


def mend_in_words(fix: Fix, secrets: Sequence[SecretFacts] = ()) -> str:
    """Say what a fix does, as an instruction: `set Active to true`. The secrets are there for their names."""
    if isinstance(fix, Patch):
        return ", ".join(f"set {name} to {tell_value(value)}" for name, value in fix.changes.items())
    if isinstance(fix, Assign):
        return f"assign {list_some([party.label for party in fix.parties])}"
    if isinstance(fix, Unassign):
        return f"unassign {list_some([party.label for party in fix.parties])}"
    return f"delete {list_some(secret_names(fix, secrets))}"


def tell_value(value: Value) -> str:
    """Write a value as JSON has it; one that clears a field is told as such."""
    return "nothing" if value is None else shorten(json.dumps(value, ensure_ascii=False))


def secret_names(fix: DeleteSecrets, secrets: Sequence[SecretFacts]) -> tuple[str, ...]:
    """Name the secrets that go."""
    names = {secret.id: secret.name or secret.id for secret in secrets}
    legacy = ("the legacy secret",) if fix.legacy else ()
    return (*(shorten(names.get(each, each)) for each in fix.ids), *legacy)


def size(fix: Fix) -> str:
    """Say how much it is: `2 fields`, `3 assignments`, `1 secret`."""
    if isinstance(fix, Patch):
        return count(len(fix.changes), "field")
    if isinstance(fix, Assign | Unassign):
        return count(len(fix.parties), "assignment")
    return count(len(fix.ids) + fix.legacy, "secret")
