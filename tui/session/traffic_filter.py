"""A filter over traffic: words and conditions, as in `status:4xx method:POST client:"Buyer app" refused:yes`. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tui.session.traffic_requests import LEGACY, SENT, Request

KEYS = ("status", "method", "client", "secret", "user", "code", "path", "system", "ms", "refused", "from")
"""What a condition can be about; a `-` before one turns it round."""

_PIECE = re.compile(r'(?:[^\s"]|"[^"]*"?)+')
_CONDITION = re.compile(r"(?P<key>[A-Za-z]+):(?P<value>.*)", re.DOTALL)
_CLASS = re.compile(r"[1-5]xx", re.IGNORECASE)
_COMPARED = re.compile(r"(?P<how>>=|<=|>|<|)(?P<number>[0-9]{1,9}(?:\.[0-9]{1,3})?)(?:ms)?")
_YES = {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False}
_FROM = {"console": True, "here": True, "others": False, "elsewhere": False}
_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    ">": lambda value, wanted: value > wanted,
    "<": lambda value, wanted: value < wanted,
    ">=": lambda value, wanted: value >= wanted,
    "<=": lambda value, wanted: value <= wanted,
    "": lambda value, wanted: value == wanted,
}


@dataclass(frozen=True, slots=True)
class Names:
    """What API clients are called, by ID in lower case, and secrets by their ID."""

    clients: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)

    def client(self, cid: str) -> str:
        """Return the name of an API client, else its ID; blank when nothing tells one."""
        return self.clients.get(cid, cid)

    def secret(self, secret: str) -> str:
        """Return what a secret is called."""
        told = {LEGACY: "legacy secret", SENT: "a secret"}
        return told.get(secret) or self.secrets.get(secret, secret)


Test = Callable[[Request, Names], bool]


@dataclass(frozen=True, slots=True)
class TrafficFilter:
    """What was understood of a filter's text; `problem` says what was not, in a sentence."""

    tests: tuple[Test, ...] = ()
    problem: str = ""

    def __bool__(self) -> bool:
        return bool(self.tests)

    def takes(self, request: Request, names: Names) -> bool:
        """Tell whether a request is wanted."""
        return all(test(request, names) for test in self.tests)


def parse_filter(text: str) -> TrafficFilter:
    """Read a filter. What cannot be read is left out, and told."""
    tests: list[Test] = []
    problem = ""
    for piece in _PIECE.findall(text):
        negated = piece.startswith("-") and len(piece) > 1
        found = _CONDITION.fullmatch(piece.removeprefix("-") if negated else piece)
        try:
            if found is None:
                test = _words(piece.removeprefix("-") if negated else piece)
            else:
                test = _condition(found["key"].casefold(), found["value"].replace('"', ""))
        except ValueError as error:
            problem = problem or str(error)
            continue
        tests.append(_not(test) if negated else test)
    return TrafficFilter(tuple(tests), problem)


def condition(key: str, value: str) -> str:
    """Write a condition so that it is read again as it was meant."""
    kept = value.replace('"', "")
    return f'{key}:"{kept}"' if not kept or re.search(r"\s", kept) else f"{key}:{kept}"


def exactly(key: str, its_id: str, names: Mapping[str, str]) -> str:
    """Write the condition for one thing: by its name where that tells it from every other, else by its ID."""
    name = names.get(its_id, "")
    alone = name and sum(name.casefold() in other.casefold() for other in names.values()) == 1
    return condition(key, name if alone and '"' not in name else its_id)


def _not(test: Test) -> Test:
    return lambda request, names: not test(request, names)


def _words(word: str) -> Test:
    wanted = word.replace('"', "").casefold()

    def test(request: Request, names: Names) -> bool:
        status = "" if request.status is None else str(request.status)
        texts = (
            request.method,
            request.path,
            status,
            names.client(request.cid),
            request.cid,
            request.user,
            request.code,
            request.system,
            names.secret(request.secret),
        )
        return any(wanted in text.casefold() for text in texts)

    return test


def _condition(key: str, value: str) -> Test:
    if key not in KEYS:
        raise ValueError(f'"{key}:" is nothing to filter by. There are: {", ".join(KEYS)}; words go between quotes.')
    if not value and key not in ("client", "secret"):
        raise ValueError(f"{key}: wants something behind the colon.")
    wanted = value.casefold()
    if key == "status":
        return _status(wanted)
    if key == "ms":
        return _number(wanted)
    if key == "refused":
        yes = _one_of("refused", wanted, _YES)
        return lambda request, names: request.refused is yes
    if key == "from":
        own = _one_of("from", wanted, _FROM)
        return lambda request, names: request.own is own
    return _text(key, wanted)


def _one_of(key: str, value: str, known: Mapping[str, bool]) -> bool:
    if value not in known:
        raise ValueError(f"{key}: is one of {', '.join(known)}.")
    return known[value]


def _status(wanted: str) -> Test:
    if wanted == "none":
        return lambda request, names: request.status is None
    if _CLASS.fullmatch(wanted):
        return lambda request, names: request.status is not None and request.status // 100 == int(wanted[0])
    found = _COMPARED.fullmatch(wanted)
    if found is None:
        raise ValueError("status: is a number such as 404, a class such as 4xx, >=400, or none.")
    number, compare = float(found["number"]), _COMPARE[found["how"]]
    return lambda request, names: request.status is not None and compare(request.status, number)


def _number(wanted: str) -> Test:
    found = _COMPARED.fullmatch(wanted)
    if found is None:
        raise ValueError("ms: is a number of milliseconds, such as >200.")
    number, compare = float(found["number"]), _COMPARE[found["how"]]
    return lambda request, names: request.milliseconds is not None and compare(request.milliseconds, number)


def _text(key: str, wanted: str) -> Test:
    if key == "client":
        return lambda request, names: _is_one(wanted, request.cid, names.client(request.cid))
    if key == "secret":
        return lambda request, names: _is_one(wanted, request.secret, names.secret(request.secret))
    if key == "method":
        return lambda request, names: request.method.casefold() == wanted
    if key == "path":
        return lambda request, names: wanted in request.path.casefold()
    if key == "user":
        return lambda request, names: wanted in request.user.casefold()
    if key == "code":
        return lambda request, names: wanted in request.code.casefold()
    return lambda request, names: wanted in request.system.casefold()


def _is_one(wanted: str, its_id: str, name: str) -> bool:
    """Tell whether something is meant by a text: its whole ID, or a part of its name; a blank text means none."""
    if not wanted:
        return not its_id
    return wanted == its_id.casefold() or wanted in name.casefold()
