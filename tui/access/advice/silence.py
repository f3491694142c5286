"""Advice that somebody has silenced for one API client, with the reason: `xp.ocgate.silenced = {rule: reason}`.

What is kept in `xp` is seen by the whole team. The same may be kept elsewhere, privately; both are handed over here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tui.access.advice.advice import Advice
from tui.access.limits import FieldProblem, check_xp
from tui.access.xp import JSON

MEMBER, SILENCED = "ocgate", "silenced"
REASON_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Silenced:
    """Advice that is not given any more, and why. `shared` says that the reason is in `xp`."""

    advice: Advice
    reason: str
    shared: bool


def check_reason(reason: str) -> str | None:
    """Say in a sentence what is wrong with a reason; None when nothing is."""
    if not reason.strip():
        return "Say why it does not matter here: whoever comes next will ask."
    if len(reason.strip()) > REASON_LENGTH:
        return f"The reason may have at most {REASON_LENGTH} characters and has {len(reason.strip())}."
    return None


def silenced_in(xp: JSON) -> Mapping[str, str]:
    """Read what is silenced in `xp`, by rule; whatever else may be there is passed over, a null is a silence ended."""
    own = xp.get(MEMBER) if isinstance(xp, Mapping) else None
    kept = own.get(SILENCED) if isinstance(own, Mapping) else None
    if not isinstance(kept, Mapping):
        return {}
    return {rule: reason for rule, reason in kept.items() if isinstance(reason, str) and reason.strip()}


def with_silenced(xp: JSON, silenced: Mapping[str, str]) -> dict[str, JSON]:
    """Return `xp` with exactly these rules silenced, and all else in it as it was."""
    whole: dict[str, JSON] = dict(xp) if isinstance(xp, Mapping) else {}
    member = whole.get(MEMBER)
    own: dict[str, JSON] = dict(member) if isinstance(member, Mapping) else {}
    own.pop(SILENCED, None)
    if silenced:
        own[SILENCED] = dict(silenced)
    whole.pop(MEMBER, None)
    if own:
        whole[MEMBER] = own
    return whole


def check_silenced(xp: JSON, silenced: Mapping[str, str]) -> FieldProblem | None:
    """Say what keeps `xp` from holding this: it may be full."""
    return check_xp("xp", with_silenced(xp, silenced))


def split(
    advice: Iterable[Advice], shared: Mapping[str, str], private: Mapping[str, str]
) -> tuple[tuple[Advice, ...], tuple[Silenced, ...]]:
    """Tell advice that is to be given from that which is silenced. Reasons are by rule: `shared` those in `xp`."""
    given: list[Advice] = []
    silenced: list[Silenced] = []
    for each in advice:
        if each.id in shared:
            silenced.append(Silenced(each, shared[each.id], shared=True))
        elif each.id in private:
            silenced.append(Silenced(each, private[each.id], shared=False))
        else:
            given.append(each)
    return tuple(given), tuple(silenced)
