"""What is amiss with an API client's settings, or will be: each with a reason and, where one exists, a mend."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from tui.access.advice import context_user as _context_user
from tui.access.advice import lifetimes, role_bounds, secrets, upkeep, who
from tui.access.advice.advice import Advice, Assign, DeleteSecrets, Fix, Patch, Severity, Unassign
from tui.access.advice.knowledge import NOTHING_MORE, Knowledge, Reference, Users, WayUsed
from tui.access.advice.lifetimes import LONG_REFRESH_MINUTES
from tui.access.advice.secrets import EXPIRES_SOON
from tui.access.advice.seen import Rule, Seen
from tui.access.facts import ApiClientFacts, AssignmentFacts, SecretFacts, User
from tui.access.grants import lets_somebody_in
from tui.access.parties import Gate
from tui.access.times import live_secrets

__all__ = [
    "EXPIRES_SOON",
    "LONG_REFRESH_MINUTES",
    "NOTHING_MORE",
    "RULES",
    "Advice",
    "Assign",
    "DeleteSecrets",
    "Fix",
    "Knowledge",
    "Patch",
    "Reference",
    "Severity",
    "Unassign",
    "Users",
    "WayUsed",
    "advise",
    "meanings",
]

RULES: Mapping[str, Rule] = {
    **who.RULES,
    **_context_user.RULES,
    **secrets.RULES,
    **role_bounds.RULES,
    **lifetimes.RULES,
    **upkeep.RULES,
}
"""The rules by their IDs, in the order in which advice of the same severity is given."""


def meanings() -> Mapping[str, str]:
    """Return what each rule looks for, in a sentence, by its ID: the first line of what is written at the rule."""
    return {name: (rule.__doc__ or "").partition("\n")[0] for name, rule in RULES.items()}


_ORDER = {severity: number for number, severity in enumerate(Severity)}


def advise(
    api_client: ApiClientFacts,
    secrets: Sequence[SecretFacts],
    assignments: Iterable[AssignmentFacts],
    context_user: User | None,
    now: datetime,
    more: Knowledge = NOTHING_MORE,
) -> tuple[Advice, ...]:
    """Advise on one API client, the worst first.

    Args:
        api_client: What it is about.
        secrets: Its named secrets.
        assignments: Its assignments; those of others are passed over.
        context_user: Its default context user; None when there is none, or it is not known but perhaps in `more`.
        now: The time expiries are told against.
        more: What else is known.
    """
    listed = tuple(assignments)
    name = api_client.default_context_user_name
    seen = Seen(
        api_client,
        secrets,
        live_secrets(secrets, now),
        Gate.of(api_client, listed),
        lets_somebody_in(api_client, listed),
        None if not name else context_user or (more.users or Users()).by_name.get(name.casefold()),
        now,
        more,
    )
    found = [advice for rule in RULES.values() if (advice := rule(seen)) is not None]
    return tuple(sorted(found, key=lambda advice: _ORDER[advice.severity]))
