"""What tours add to the files of scenarios: calls that change something, words, what is shown, and what is noticed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import TYPE_CHECKING, Final, Self

from tui.config.toml_reader import Table, describe
from tui.session.scenarios.document import Ask, Call, Expect, Look, Scalar, Show, Step

if TYPE_CHECKING:
    from tui.ordercloud.models.base import JSON

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
MOST_TIMES: Final = 100
_SECRET_MEMBERS: Final = ("ClientSecret", "Password", "NewPassword")


@dataclass(frozen=True, slots=True)
class Earlier:
    """The names of the steps before one: those that ask for a token, and those that call."""

    asked: frozenset[str]
    called: frozenset[str]

    @classmethod
    def of(cls, steps: Iterable[Step]) -> Self:
        """Tell the steps apart."""
        known = tuple(steps)
        return cls(
            frozenset(each.name for each in known if isinstance(each.deed, Ask)),
            frozenset(each.name for each in known if isinstance(each.deed, Call)),
        )


@dataclass(frozen=True, slots=True)
class Words:
    """What a step of a tour says, and what it shows."""

    text: str = ""
    notice: str = ""
    look: Look | None = None


# -- reading ----------------------------------------------------------------------------------------------------------


def read_call(table: Table, earlier: Earlier) -> Call | None:
    """Read a call: a path, or a method and a path, with the token of an earlier step or the administrator's."""
    text = table.text("Call", "a path, or a method and a path: GET /v1/me") or "/v1/me"
    method, _, path = text.partition(" ") if not text.startswith("/") else ("", "", text)
    path = path.strip()
    if not path.startswith("/v1/") or method not in ("", *METHODS):
        table.report("Call", f"must be a path that begins with /v1/, with {', '.join(METHODS)} before it or nothing")
    token_of = table.text("With") or ""
    if token_of:
        check_step(table, "With", token_of, earlier.asked)
    body = _body(table)
    if body is not None and method in ("", "GET", "HEAD", "DELETE"):
        table.report("Body", "goes with POST, PUT and PATCH alone")
    times = whole_number(table, "Times")
    if times is not None and not 1 <= times <= MOST_TIMES:
        table.report("Times", f"must be from 1 to {MOST_TIMES}")
    return Call(path, token_of, method or "GET", body, times or 1)


def _body(table: Table) -> Mapping[str, JSON] | None:
    body = table.table("Body")
    if body is None:
        return None
    for name in _SECRET_MEMBERS:
        if body.value(name) is not None:
            body.refuse(name, "a secret has no place in a scenario; the sandbox makes one with POST .../secrets")
    return _members(body)


def _members(table: Table) -> dict[str, JSON]:
    return {name: _json(table, name, table.value(name)) for name in table.names()}


def _json(table: Table, name: str, value: object) -> JSON:
    """Return a value of a file as JSON; moments are told as the wire tells them."""
    if isinstance(value, dict):
        return {str(key): _json(table, name, each) for key, each in value.items()}
    if isinstance(value, list):
        return [_json(table, name, each) for each in value]
    if isinstance(value, str | int | float):
        return value
    if isinstance(value, date | time):
        return value.isoformat()
    table.report(name, f"must be JSON, not {describe(value)}")
    return None


def check_step(table: Table, entry: str, name: str, known: Iterable[str]) -> None:
    """Report the name of a step that is not before this one."""
    if name not in known:
        steps = ", ".join(sorted(known)) or "there is none"
        told = f"the name of a step before this one whose token is used ({steps})"
        if name:
            table.report(entry, f'there is no step "{name}": {told}')
        else:
            table.report("", f"{entry} is missing: {told}")


def read_words(table: Table, earlier: Earlier) -> Words:
    """Read what a step of a tour says and shows."""
    look = table.table("Look")
    text, notice = (" ".join((table.text(name) or "").split()) for name in ("Text", "Notice"))
    return Words(text, notice, None if look is None else _look(look, earlier))


def _look(table: Table, earlier: Earlier) -> Look:
    show = table.text("Show", choices=[each.value for each in Show])
    texts = [table.texts_or_text(name, "a list of names") or () for name in ("Marks", "ApiClients", "Parties")]
    token_of = table.text("Token") or ""
    if token_of and token_of not in earlier.asked:
        check_step(table, "Token", token_of, earlier.asked)
    if show in (Show.API_CLIENT, Show.ACCESS) and not texts[1]:
        table.report("", "ApiClients is missing: the names of those that are shown")
    table.done()
    return Look(Show(show) if show else Show.ANSWER, texts[0], texts[1], texts[2], token_of)


def read_expected_of_tours(
    table: Table,
) -> tuple[Mapping[str, JSON], Mapping[str, tuple[str, ...]], Mapping[str, int]]:
    """Read what is expected of an answer's members, of who gets in, and of how many requests there were."""
    fields, access, requests = (table.table(name) for name in ("Fields", "Access", "Requests"))
    return (
        {} if fields is None else _members(fields),
        {} if access is None else {name: _parties(access, name) for name in access.names()},
        {} if requests is None else {name: whole_number(requests, name) or 0 for name in requests.names()},
    )


def _parties(table: Table, name: str) -> tuple[str, ...]:
    return () if table.value(name) == [] else table.texts_or_text(name, 'a list of IDs of companies and "seller"') or ()


def whole_number(table: Table, entry: str) -> int | None:
    """Return a whole number from 0; None when it is missing or something else."""
    value = table.value(entry)
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
        return value
    table.report(entry, f"must be a whole number from 0, not {describe(value)}")
    return None


def read_claims(table: Table) -> dict[str, Scalar]:
    """Read what is expected of claims."""
    claims: dict[str, Scalar] = {}
    for name in table.names():
        value = table.value(name)
        if isinstance(value, bool | int | str):
            claims[name] = value
        elif isinstance(value, list) and all(isinstance(each, str) for each in value):
            claims[name] = tuple(each for each in value if isinstance(each, str))
        else:
            table.report(name, f"must be text, a number, true, false or a list of texts, not {describe(value)}")
    return claims


# -- writing ----------------------------------------------------------------------------------------------------------


def call_values(call: Call) -> dict[str, object]:
    """Return a call as it is written."""
    values: dict[str, object] = {"Call": f"{call.method} {call.path}"}
    if call.token_of:
        values["With"] = call.token_of
    if call.times > 1:
        values["Times"] = call.times
    return values | ({"Body": _plain(call.body)} if call.body is not None else {})


def words_values(step: Step) -> dict[str, object]:
    """Return the words of a step as they are written."""
    values: dict[str, object] = {name: said for name, said in (("Text", step.text), ("Notice", step.notice)) if said}
    if (look := step.look) is None:
        return values
    lists = (("Marks", look.marks), ("ApiClients", look.api_clients), ("Parties", look.parties))
    shown: dict[str, object] = {"Show": look.show.value} | {name: [*some] for name, some in lists if some}
    return values | {"Look": shown | ({"Token": look.token_of} if look.token_of else {})}


def expected_of_tours_values(expect: Expect) -> dict[str, object]:
    """Return what tours expect as it is written; None in the place of what they expect nothing of."""
    return {
        "Fields": _plain(expect.fields) or None,
        "Access": {name: [*each] for name, each in expect.access.items()} or None,
        "Requests": dict(expect.requests) or None,
    }


def _plain(value: JSON) -> object:
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(each) for each in value]
    return value
