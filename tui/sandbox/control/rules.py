"""Fault rules: which requests, which of them, and what goes wrong."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase

from tui.sandbox.control.members import Members
from tui.sandbox.errors import not_found, refusal
from tui.tokens.token import JSON

MOST_RULES = 200


class Fault(StrEnum):
    """What goes wrong."""

    LATENCY = "latency"
    DROP_BEFORE = "drop-before"
    DROP_AFTER = "drop-after"
    RATE_LIMIT = "rate-limit"
    SERVER_ERROR = "server-error"
    TRUNCATED = "truncated-json"
    BOM = "bom"
    CONTENT_TYPE = "content-type"
    CLOCK_SKEW = "clock-skew"
    FOREIGN_KEY = "foreign-key"


_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_WHO = ("Path", "Method", "ApiClientID")
_WHICH = ("Every", "Next", "Probability", "Seed")
_HOW: Mapping[str, tuple[Fault, ...]] = {
    "Seconds": (Fault.LATENCY, Fault.CLOCK_SKEW),
    "RetryAfter": (Fault.RATE_LIMIT,),
    "Status": (Fault.SERVER_ERROR,),
    "ContentType": (Fault.CONTENT_TYPE,),
}
MEMBERS = ("Fault", *_WHO, *_WHICH, *_HOW)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. Without `every`, `next` or `probability` it holds for every request that fits.

    `path` is a pattern with `*`, matched without case against the path from its first slash; `api_client` an API
    client's ID. `probability` draws from `seed`, so that the same requests fail again. `seconds` are those of latency
    and of clock skew, which may be negative.
    """

    fault: Fault
    path: str = "*"
    method: str | None = None
    api_client: str | None = None
    every: int | None = None
    next: int | None = None
    probability: float | None = None
    seed: int = 0
    seconds: float = 0.0
    retry_after: int = 1
    status: int = 503
    content_type: str = "text/html"

    @classmethod
    def from_wire(cls, body: Mapping[str, JSON]) -> Rule:
        """Read a rule. Raises ApiError 400 with everything that is wrong, and what is allowed."""
        members = Members(body, MEMBERS, "a fault rule")
        kind = members.one_of("Fault", tuple(Fault))
        if not members.given("Fault"):
            members.refuse("Fault", f"required: one of {', '.join(Fault)}")
        fault = Fault(kind) if kind else Fault.LATENCY
        for name, faults in _HOW.items():
            if kind and members.given(name) and fault not in faults:
                members.refuse(name, f"for {' and '.join(faults)} alone, not for {fault}")
        if sum(members.given(name) for name in ("Every", "Next", "Probability")) > 1:
            members.refuse("Every", "one of three: give Every, Next or Probability, not two of them")
        if kind == Fault.LATENCY and not members.given("Seconds"):
            members.refuse("Seconds", "required: how long to wait")
        if kind == Fault.CLOCK_SKEW and not members.given("Seconds"):
            members.refuse("Seconds", "required: how far the server's clock is off")
        rule = cls(
            fault=fault,
            path=members.text("Path") or "*",
            method=members.one_of("Method", _METHODS),
            api_client=members.text("ApiClientID"),
            every=members.whole("Every", 1, 1_000_000),
            next=members.whole("Next", 1, 1_000_000),
            probability=members.number("Probability", 0, 1),
            seed=members.whole("Seed", 0, 2**53) or 0,
            seconds=members.number("Seconds", *((0, 600) if fault is Fault.LATENCY else (-1e9, 1e9))) or 0.0,
            retry_after=1 if (wait := members.whole("RetryAfter", 0, 86_400)) is None else wait,
            status=members.whole("Status", 500, 599) or 503,
            content_type=members.text("ContentType") or "text/html",
        )
        if any(not " " <= each <= "~" for each in rule.content_type):
            members.refuse("ContentType", "a media type, in ASCII")
        members.finish()
        return rule

    def to_wire(self) -> dict[str, JSON]:
        """Give the members that say something."""
        told: dict[str, JSON] = {"Fault": self.fault.value, "Path": self.path}
        told |= {"Method": self.method, "ApiClientID": self.api_client}
        told |= {"Every": self.every, "Next": self.next, "Probability": self.probability}
        if self.probability is not None:
            told["Seed"] = self.seed
        how: dict[str, JSON] = {
            "Seconds": self.seconds,
            "RetryAfter": self.retry_after,
            "Status": self.status,
            "ContentType": self.content_type,
        }
        told |= {name: value for name, value in how.items() if self.fault in _HOW[name]}
        return {name: value for name, value in told.items() if value is not None}

    def fits(self, method: str, path: str, api_client: str | None) -> bool:
        """Tell whether a request is one of those meant."""
        return (
            (self.method is None or self.method == method)
            and fnmatchcase(path.lower(), self.path.lower().replace("[", "[[]").replace("?", "[?]"))
            and (self.api_client is None or self.api_client.lower() == (api_client or "").lower())
        )


@dataclass(slots=True)
class ActiveRule:
    """A rule at work. `seen` counts the requests that fitted, `hits` those that it hit."""

    id: str
    rule: Rule
    seen: int = 0
    hits: int = 0
    _chance: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.rule.seed)  # noqa: S311 - repeatable on purpose

    def strikes(self) -> bool:
        """Count a request that fits, and tell whether the rule hits it."""
        self.seen += 1
        rule = self.rule
        if rule.every is not None:
            hit = self.seen % rule.every == 0
        elif rule.next is not None:
            hit = self.hits < rule.next
        elif rule.probability is not None:
            hit = self._chance.random() < rule.probability
        else:
            hit = True
        self.hits += hit
        return hit

    def to_wire(self) -> dict[str, JSON]:
        """Give the rule with its counts."""
        return {"ID": self.id, **self.rule.to_wire(), "Seen": self.seen, "Hits": self.hits}


class Faults:
    """The rules, in the order in which they are asked."""

    def __init__(self) -> None:
        self._rules: dict[str, ActiveRule] = {}
        self._made = 0

    @property
    def rules(self) -> tuple[ActiveRule, ...]:
        """Every rule with its counts."""
        return tuple(self._rules.values())

    @property
    def wants_api_client(self) -> bool:
        """Whether a rule asks for the API client of a request."""
        return any(each.rule.api_client is not None for each in self._rules.values())

    def add(self, rule: Rule) -> ActiveRule:
        """Add a rule at the end. Raises ApiError 400 when there are too many."""
        if len(self._rules) >= MOST_RULES:
            raise refusal(400, "Sandbox.TooManyRules", f"There are {MOST_RULES} fault rules; remove some first.")
        self._made += 1
        active = ActiveRule(f"fault-{self._made}", rule)
        self._rules[active.id] = active
        return active

    def get(self, rule_id: str) -> ActiveRule:
        """Give a rule. Raises ApiError 404."""
        found = self._rules.get(rule_id.lower())
        if found is None:
            raise not_found("FaultRule", rule_id)
        return found

    def remove(self, rule_id: str) -> None:
        """Remove a rule. Raises ApiError 404."""
        del self._rules[self.get(rule_id).id]

    def clear(self) -> None:
        """Remove every rule."""
        self._rules.clear()

    def strike(self, method: str, path: str, api_client: str | None) -> tuple[ActiveRule, ...]:
        """Give the rules that hit a request: every latency up to the first other one, and that."""
        struck = []
        for each in self._rules.values():
            if each.rule.fits(method, path, api_client) and each.strikes():
                struck.append(each)
                if each.rule.fault is not Fault.LATENCY:
                    break
        return tuple(struck)
