"""The plan: what would change in a marketplace, step by step and each with its reason. Nothing here does it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from tui.access.facts import Party
from tui.access.words import count
from tui.access.xp import JSON
from tui.session.declared.document import Entry
from tui.session.declared.telling import told_change


class Verb(StrEnum):
    """What a step does."""

    CREATE = "create"
    CHANGE = "change"
    ASSIGN = "assign"
    UNASSIGN = "unassign"
    ACTIVATE = "activate"
    DEACTIVATE = "deactivate"
    DELETE = "delete"


SIGNS: Final[Mapping[Verb, str]] = {
    Verb.CREATE: "+",
    Verb.CHANGE: "~",
    Verb.ASSIGN: "+",
    Verb.UNASSIGN: "-",
    Verb.ACTIVATE: "+",
    Verb.DEACTIVATE: "-",
    Verb.DELETE: "-",
}


OTHERWISE: Final = "it is otherwise here"
"""The reason of a change that has no other."""


class How(StrEnum):
    """How an API client that is wanted found the one that is there."""

    ID = "by ID"
    NAME = "by name"
    NEW = "new"
    NOT_WANTED = "not wanted"


@dataclass(frozen=True, slots=True)
class Match:
    """An API client that is wanted beside the one that is there; one of the two may be missing."""

    how: How
    wanted: Entry | None
    there: Entry | None

    @property
    def label(self) -> str:
        """The name of the API client: as it is there, else as it will be."""
        entry = self.there or self.wanted
        assert entry is not None, "a match is of something"
        return entry.label

    @property
    def id(self) -> str:
        """The ID where the plan is for; blank until it is created."""
        return "" if self.there is None else self.there.id

    @property
    def told(self) -> str:
        """How it was matched, in words."""
        match self.how:
            case How.ID:
                return "matched by ID"
            case How.NAME:
                return f"matched by name; its ID here is {self.id}"
            case How.NEW:
                return "new: nothing here has its ID or its name"
            case How.NOT_WANTED:
                return "not in the file"


@dataclass(frozen=True, slots=True)
class Step:
    """One change. `field`, `before` and `after` belong to CHANGE; `party` to ASSIGN and UNASSIGN.

    ACTIVATE and DEACTIVATE are of a company, `party`, or of a user of it: then `username` names the user, and `match`
    stands for the one or the other in the place of an API client.
    """

    verb: Verb
    match: Match
    why: str
    field: str = ""
    before: JSON = None
    after: JSON = None
    party: Party | None = None
    username: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """What tells the steps of a plan apart."""
        of = self.match.id or f"new {self.match.label}"
        party = ("", "") if self.party is None else (self.party.kind.value, self.party.id)
        return (self.verb.value, of, self.field or self.username, *party)

    @property
    def needs(self) -> tuple[str, ...] | None:
        """The key of the step that must be done first: what is assigned must have been created."""
        if self.match.how is not How.NEW or self.verb is Verb.CREATE:
            return None
        return Step(Verb.CREATE, self.match, "").key

    @property
    def what(self) -> str:
        """What it does to its API client, in words."""
        match self.verb:
            case Verb.CREATE:
                return "create"
            case Verb.DELETE:
                return "delete, with its secrets and assignments"
            case Verb.CHANGE:
                return told_change(self.field, self.before, self.after)
            case Verb.ASSIGN | Verb.UNASSIGN:
                assert self.party is not None, "an assignment is of a company"
                name = f" ({self.party.name})" if self.party.name else ""
                return f"{self.verb} {self.party.kind} {self.party.id}{name}"
            case Verb.ACTIVATE | Verb.DEACTIVATE:
                assert self.party is not None, "who is active is a company, or a user of a party"
                return f"{self.verb} the {self.about}"

    @property
    def about(self) -> str:
        """What is changed, in words: the API client, the company or the user of a party."""
        if self.party is None or self.verb in (Verb.ASSIGN, Verb.UNASSIGN):
            return "API client"
        return f"user of {self.party.label}" if self.username else str(self.party.kind)


@dataclass(frozen=True, slots=True)
class Problem:
    """What keeps a part of the document from being made so. `line` is its place in a file, as far as there is one."""

    label: str
    field: str
    message: str
    line: int | None = None

    def told(self, source: str = "") -> str:
        """Return it with its place, for people."""
        where = source if self.line is None else f"{source}:{self.line}"
        of = f"{self.label}: {self.field}" if self.field else self.label
        return ": ".join(each for each in (where, of, self.message) if each)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that would change, in the order in which it is done.

    Attributes:
        steps: The changes.
        problems: What cannot be done, and why. Steps that rest on it are not among the steps.
        matches: How each API client that is wanted was found.
        tasks: What a person must do, for ocgate does not: mostly secrets.
        left: The names of API clients that are there, are not wanted, and stay.
        remarks: What could not be looked at, and what was left out on purpose.
        source: What the document is called.
    """

    steps: tuple[Step, ...] = ()
    problems: tuple[Problem, ...] = ()
    matches: tuple[Match, ...] = ()
    tasks: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    source: str = field(default="", compare=False)

    @property
    def summary(self) -> str:
        """How much would change, in a sentence."""
        if not self.steps:
            return "Nothing would change."
        found = Counter(step.verb for step in self.steps)
        words = {
            Verb.CREATE: "API client to create",
            Verb.CHANGE: "field to change",
            Verb.ASSIGN: "assignment to make",
            Verb.UNASSIGN: "assignment to remove",
            Verb.ACTIVATE: "company or user to activate",
            Verb.DEACTIVATE: "company or user to deactivate",
            Verb.DELETE: "API client to delete",
        }
        counted = [_counted(found[verb], words[verb]) for verb in Verb if found[verb]]
        return f"{', '.join(counted)}."


def _counted(number: int, noun: str) -> str:
    """`2 fields to change`: the plural is that of the noun before the verb."""
    thing, _, rest = noun.partition(" to ")
    return f"{count(number, thing)} to {rest}"
