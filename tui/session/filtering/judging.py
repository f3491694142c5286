"""Which rows a value of each key finds, and what has to be known of them for that; None where that is not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tui.access.grants import GrantKind
from tui.access.times import live_secrets
from tui.session.filtering.facts import Need, RowFacts, any_of
from tui.session.filtering.values import Minutes, Text, Value, Word

DEFAULT_GUEST_MINUTES = 10080
"""What OrderCloud takes where AnonymousTokenDuration was not given."""

LETTERS: Mapping[str, str] = {kind.value.replace(" ", "_"): kind.letter for kind in GrantKind}
"""The letter in the list of each grant, by its name."""
_MARKS: Mapping[str, str] = {"seller": "S", "buyer": "B", "supplier": "V", "nobody": "n"}
"""How what the list says of who may use it begins, for each kind of party."""


def find_anywhere(facts: RowFacts, value: Value) -> bool:
    """Return whether a text is in the name, ID or context user."""
    row = facts.row
    return isinstance(value, Text) and any(map(value.found_in, (row.name, row.id, row.user)))


def in_user(facts: RowFacts, value: Value) -> bool:
    """Return whether a text is in the context user; the word `none` finds those that have none."""
    if isinstance(value, Word):
        return not facts.row.user
    return isinstance(value, Text) and bool(facts.row.user) and value.found_in(facts.row.user)


def is_who(facts: RowFacts, value: Value) -> bool | None:
    """Return whether those who may use it are among the parties of a word, or are the company of a text."""
    marks = facts.row.who.split()
    if isinstance(value, Word):
        return any(mark[0] == _MARKS[value.word] and mark != "anon" for mark in marks)
    return _lets_in(facts, value.text, marks) if isinstance(value, Text) else False


def _lets_in(facts: RowFacts, company: str, marks: Sequence[str]) -> bool | None:
    """Return whether a company may use it: one that is assigned may, and any of a kind whose flag is on."""
    wanted = company.casefold()
    parties = None if facts.companies is None else facts.companies.find(company)
    if parties is not None:
        if any(f"{_MARKS[party.kind]}*" in marks for party in parties):
            return True
        ids = {party.id.casefold() for party in parties} | {wanted}
    else:
        ids = {wanted}
    if not any(mark[0] in "BV" for mark in marks):
        return False
    if facts.assignments is None:
        return None
    assigned = {
        each.casefold()
        for pair in facts.assignments
        for each in (pair.buyer_id, pair.supplier_id)
        if each and pair.api_client_id.casefold() == facts.row.id.casefold()
    }
    if assigned & ids:
        return True
    return None if parties is None else False


def is_active(facts: RowFacts, value: Value) -> bool:
    """Return whether it is active, or is not."""
    return isinstance(value, Word) and facts.row.active is (value.word == "yes")


def lives_as_access(facts: RowFacts, value: Value) -> bool:
    """Return whether access tokens live so long."""
    return isinstance(value, Minutes) and value.holds(facts.row.access)


def lives_as_refresh(facts: RowFacts, value: Value) -> bool:
    """Return whether refresh tokens live so long."""
    return isinstance(value, Minutes) and value.holds(facts.row.refresh)


def is_guest(facts: RowFacts, value: Value) -> bool | None:
    """Return whether guests may shop, or for so long."""
    anonymous = "anon" in facts.row.who.split()
    if isinstance(value, Word):
        return anonymous is (value.word == "yes")
    if not anonymous:
        return False
    if facts.api_client is None:
        return None
    minutes = facts.api_client.anonymous_token_duration
    return isinstance(value, Minutes) and value.holds(DEFAULT_GUEST_MINUTES if minutes is None else minutes)


def has_secret(facts: RowFacts, value: Value) -> bool | None:
    """Return whether it has secrets of the kind that a word names."""
    word = value.word if isinstance(value, Word) else ""
    legacy = None if facts.api_client is None else bool(facts.api_client.client_secret)
    if word == "legacy":
        return legacy
    named = None if facts.secrets is None else bool(facts.secrets)
    if word == "expired":
        if facts.secrets is None or facts.now is None:
            return None
        return len(live_secrets(facts.secrets, facts.now)) < len(facts.secrets)
    some = any_of((legacy, named))
    return some if some is None or word == "yes" else not some


def offers(facts: RowFacts, value: Value) -> bool:
    """Return whether it offers a grant."""
    return isinstance(value, Word) and LETTERS[value.word] in facts.row.grants.split()


def is_advised(facts: RowFacts, value: Value) -> bool | None:
    """Return whether there is such advice on it."""
    if facts.advice is None or not isinstance(value, Word):
        return None
    if value.word == "none":
        return not facts.advice
    return any(value.word in (each.severity.value, each.id) for each in facts.advice)


# -- what has to be known ------------------------------------------------------------------------------------------


def needs_of_who(value: Value) -> frozenset[Need]:
    """Return what has to be known to judge who may use it."""
    return frozenset({Need.COMPANIES, Need.ASSIGNMENTS} if isinstance(value, Text) else ())


def needs_of_guest(value: Value) -> frozenset[Need]:
    """Return what has to be known to judge guest shopping."""
    return frozenset({Need.API_CLIENT} if isinstance(value, Minutes) else ())


def needs_of_secret(value: Value) -> frozenset[Need]:
    """Return what has to be known to judge its secrets."""
    word = value.word if isinstance(value, Word) else ""
    needs = {"legacy": {Need.API_CLIENT}, "expired": {Need.SECRETS}}
    return frozenset(needs.get(word, {Need.API_CLIENT, Need.SECRETS}))
