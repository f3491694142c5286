"""Two tokens held against each other by what they mean, not by their letters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tui.tokens.durations import format_remaining
from tui.tokens.explain import explain
from tui.tokens.times import tell_moment
from tui.tokens.token import Token

Names = Mapping[tuple[str, str], str]
_SINGLE = (
    ("usr", "user", "Another user: what differs below follows from that."),
    ("usrtype", "kind of user", "Another kind of user has other profiles and other endpoints."),
    ("cid", "API client", "Another API client: other roles may pass it, and its tokens live for another time."),
    ("imp", "impersonated by", "One of them acts in another user's place."),
    ("orderid", "anonymous order", "Each anonymous sign-in has an order of its own."),
    ("iss", "issued by", "Another environment made it: neither is good at the other's."),
    ("aud", "meant for", "Each is good only where it is meant for."),
)
_LONGEST = 10**11
_READ_ELSEWHERE = frozenset({"role", "iat", "nbf", "exp", "u", *(name for name, _, _ in _SINGLE)})


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference in meaning: what differs, each side in words (`–` where there is nothing), and why.

    All texts may hold what the tokens say: they are data, never markup.
    """

    what: str
    before: str
    after: str
    cause: str = ""


def compare(
    before: Token, after: Token, now: datetime, names: Names | None = None, gaps: Mapping[str, str] | None = None
) -> tuple[Difference, ...]:
    """Return what differs between two tokens; none when they mean the same.

    `names` are the marketplace's names for claims, as `explain` takes them; `gaps` says of roles that the rules know
    not to be granted why that is.
    """
    return (
        *_who(before, after, names or {}),
        *_roles(before, after, gaps or {}),
        *_times(before, after, now),
        *_key(before, after),
        *_rest(before, after, now),
    )


def same(before: Token, after: Token) -> bool:
    """Tell whether two tokens are the very same."""
    return before.compact == after.compact


def _who(before: Token, after: Token, names: Names) -> Iterator[Difference]:
    for name, what, cause in _SINGLE:
        one, other = getattr(before.claims, name), getattr(after.claims, name)
        if name == "cid" and one is not None and other is not None and one.lower() == other.lower():
            continue
        if one != other:
            yield Difference(what, _named(name, one, names), _named(name, other, names), cause)


def _named(name: str, value: str | None, names: Names) -> str:
    if value is None:
        return "–"
    called = names.get((name, value)) or names.get((name, value.lower()))
    return f"{called} ({value})" if called else value


def _roles(before: Token, after: Token, gaps: Mapping[str, str]) -> Iterator[Difference]:
    one, other = set(before.claims.role or ()), set(after.claims.role or ())
    for role in sorted(other - one):
        yield Difference("role added", "–", role, _role_cause(before, after, role, gaps, added=True))
    for role in sorted(one - other):
        yield Difference("role removed", role, "–", _role_cause(before, after, role, gaps, added=False))


def _role_cause(before: Token, after: Token, role: str, gaps: Mapping[str, str], *, added: bool) -> str:
    if (before.claims.usr, before.claims.usrtype) != (after.claims.usr, after.claims.usrtype):
        return "It acts as another user, who has other security profiles."
    if (before.claims.cid or "").lower() != (after.claims.cid or "").lower():
        return "It came through another API client: its highest roles, or the scope asked for there, differ."
    if not added and role in gaps:
        return gaps[role]
    earlier = "the first" if added else "the second"
    return f"Same user and API client: {earlier} was asked for with a narrower scope, or the profiles were changed."


def _times(before: Token, after: Token, now: datetime) -> Iterator[Difference]:
    one, other = _length(before), _length(after)
    if one != other:
        same_client = (before.claims.cid or "").lower() == (after.claims.cid or "").lower()
        cause = (
            "AccessTokenDuration was changed between the two, or one of them is anonymous or impersonated."
            if same_client
            else "Each API client has its own AccessTokenDuration."
        )
        yield Difference("lives for", _told(one), _told(other), cause)
    for name, what in (("iat", "issued"), ("exp", "expires")):
        first, second = getattr(before.claims, name), getattr(after.claims, name)
        if first != second:
            yield Difference(what, _moment(first, now), _moment(second, now))


def _length(token: Token) -> int | None:
    began = token.claims.iat if token.claims.iat is not None else token.claims.nbf
    return None if began is None or token.claims.exp is None else token.claims.exp - began


def _told(seconds: int | None) -> str:
    if seconds is None:
        return "unknown"
    return format_remaining(timedelta(seconds=seconds)) if 0 < seconds < _LONGEST else f"{seconds} s"


def _moment(seconds: int | None, now: datetime) -> str:
    return "–" if seconds is None else tell_moment(seconds, now)


def _key(before: Token, after: Token) -> Iterator[Difference]:
    for name, what, cause in (
        ("kid", "key", "The issuer has changed its key, or another issuer signed it."),
        ("alg", "algorithm", "OrderCloud signs with RS256; anything else came from elsewhere."),
    ):
        one, other = getattr(before.header, name), getattr(after.header, name)
        if one != other:
            yield Difference(what, one or "–", other or "–", cause)


def _rest(before: Token, after: Token, now: datetime) -> Iterator[Difference]:
    """Compare the claims that have no meaning of their own here, and the user's internal ID."""
    told = [{each.name: each for each in explain(token, now)} for token in (before, after)]
    names = dict.fromkeys((*told[0], *told[1]))
    for name in names:
        if name in _READ_ELSEWHERE and name != "u":
            continue
        one, other = told[0].get(name), told[1].get(name)
        if (one.value if one else None) != (other.value if other else None):
            either = one or other
            yield Difference(
                name, one.value if one else "–", other.value if other else "–", either.meaning if either else ""
            )
