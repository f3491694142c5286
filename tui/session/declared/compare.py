"""Comparing what is wanted with what is there: the plan. Pure; everything it needs to know is handed over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import Final

from tui.access.facts import Party, PartyKind
from tui.access.limits import validate_api_client
from tui.access.parties import FLAG_OF_KIND
from tui.access.xp import same_json
from tui.session.declared.document import (
    COMPANIES,
    CONTEXT_USER,
    EVENTS,
    FIELDS,
    NAME,
    Document,
    Entry,
    Kind,
    NamedSecret,
    References,
    to_wire,
)
from tui.session.declared.plan import OTHERWISE, How, Match, Plan, Problem, Step, Verb

_EFFECTS: Final[Mapping[tuple[str, bool], str]] = {
    ("Active", False): "nobody can sign in through it then, and its tokens stop at once",
    ("AllowSeller", False): "no user of the seller may use it then",
    ("AllowAnyBuyer", True): "every buyer may use it then; assignments of single buyers have no effect",
    ("AllowAnyBuyer", False): "only the buyers assigned may use it then",
    ("AllowAnySupplier", True): "every supplier may use it then; assignments of single suppliers have no effect",
    ("AllowAnySupplier", False): "only the suppliers assigned may use it then",
}
"""What changing a flag comes to."""
_MEMBER_OF: Final[Mapping[Kind, str]] = {Kind.BUYER: "Buyers", Kind.SUPPLIER: "Suppliers"}


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the marketplace the plan is for, beside its API clients.

    Attributes:
        names: Of what was looked for, what is there: its name (of users, their company) by ID. Usernames are folded.
        unknown: The kinds that could not be looked for, each with the reason. Nothing is said of theirs.
        own_id: The ID of the API client through which ocgate itself is signed in.
        remarks: What could only be looked for in part, in sentences.
    """

    names: References = field(default_factory=dict)
    unknown: Mapping[Kind, str] = field(default_factory=dict)
    own_id: str = ""
    remarks: tuple[str, ...] = ()

    def has(self, kind: Kind, id: str) -> bool:
        """Whether something is there, or cannot be looked for."""
        key = id.casefold() if kind is Kind.USER else id
        return kind in self.unknown or key in self.names.get(kind, {})


def compare(wanted: Document, there: Document, known: Known, *, delete: bool = False) -> Plan:
    """Return what must change to make `there` what is `wanted`.

    Args:
        wanted: What somebody wants.
        there: Every API client there is, each with its assignments; its secrets as far as they are known.
        known: What else is known.
        delete: Whether API clients that are not wanted go. Ocgate's own never does.
    """
    matches, problems = match_entries(wanted.api_clients, there.api_clients)
    here = _ids_here(there, known)
    matches = [replace(match, wanted=_spelled_as_here(match.wanted, here)) for match in matches]
    steps: list[Step] = []
    tasks: list[str] = []
    for match in matches:
        found = _Comparison(match, wanted.references, known)
        steps += found.steps
        problems += found.problems
        tasks += found.tasks
    deletions, left, remarks = _not_wanted(matches, there.api_clients, known, delete=delete)
    remarks += known.remarks
    remarks += [f"Whether every {kind} named is there was not looked for: {why}" for kind, why in known.unknown.items()]
    order = list(Verb)
    steps = sorted([*steps, *deletions], key=lambda step: order.index(step.verb))
    return Plan(
        tuple(steps), tuple(problems), tuple(matches), tuple(tasks), tuple(left), tuple(remarks), source=wanted.source
    )


def _ids_here(there: Document, known: Known) -> Mapping[Kind, Mapping[str, str]]:
    """Return the IDs of what is there as they are spelled there, by the ID without case: so they are compared."""
    in_use = there.refers_to()
    return {
        kind: {id.casefold(): id for id in (*known.names.get(kind, {}), *in_use[kind])}
        for kind in (Kind.BUYER, Kind.SUPPLIER, Kind.EVENT)
    }


def _spelled_as_here(entry: Entry | None, here: Mapping[Kind, Mapping[str, str]]) -> Entry | None:
    """Return what is wanted with the IDs it refers to as they are spelled where the plan is for."""
    if entry is None:
        return None
    companies = {
        kind: frozenset(here[kind].get(id.casefold(), id) for id in ids) for kind, ids in entry.companies.items()
    }
    events = {name: here[Kind.EVENT].get(id.casefold(), id) for name in EVENTS if (id := entry.text(name))}
    return replace(entry, companies=companies, fields={**entry.fields, **events})


# -- which is which ---------------------------------------------------------------------------------------------------


def match_entries(wanted: Sequence[Entry], there: Sequence[Entry]) -> tuple[list[Match], list[Problem]]:
    """Find for each that is wanted the one that is there: by ID, which is compared without case, else by name."""
    by_id = {entry.id.casefold(): entry for entry in there}
    named: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in there:
        named[entry.name].append(entry)
    found: dict[int, Match] = {}
    problems: list[Problem] = []
    taken: set[str] = set()
    by_name: defaultdict[str, list[int]] = defaultdict(list)
    for number, entry in enumerate(wanted):
        folded = entry.id.casefold()
        if folded and folded in taken:
            problems.append(_problem(entry, "ID", "the same ID is in the file before; take one of the two out"))
        elif folded in by_id:
            taken.add(folded)
            found[number] = Match(How.ID, entry, by_id[folded])
        elif not entry.name:
            no_name = "nothing here has this ID, and without AppName it can neither be found by name nor created"
            problems.append(_problem(entry, "ID", no_name))
        else:
            by_name[entry.name].append(number)
    for name, numbers in by_name.items():
        same = [entry for entry in named[name] if entry.id.casefold() not in taken]
        if len(numbers) > 1:
            twice = f"the file has this name {len(numbers)} times, with no ID that is here; give each another name"
            problems += [_problem(wanted[number], NAME, twice) for number in numbers]
        elif len(same) > 1:
            ids = ", ".join(sorted(entry.id for entry in same))
            several = f"{len(same)} API clients here have this name; write the ID of the one that is meant: {ids}"
            problems.append(_problem(wanted[numbers[0]], NAME, several))
        else:
            how = How.NAME if same else How.NEW
            found[numbers[0]] = Match(how, wanted[numbers[0]], same[0] if same else None)
    return [found[number] for number in sorted(found)], problems


def _not_wanted(
    matches: Sequence[Match], there: Sequence[Entry], known: Known, *, delete: bool
) -> tuple[list[Step], list[str], list[str]]:
    """Return the deletions, the names of those that stay, and remarks."""
    kept = {match.id for match in matches}
    steps: list[Step] = []
    left: list[str] = []
    remarks: list[str] = []
    for entry in there:
        if entry.id in kept:
            continue
        if delete and entry.id.casefold() == known.own_id.casefold():
            remarks.append(f"{entry.label} stays, though it is not in the file: ocgate is signed in through it.")
        elif delete:
            steps.append(Step(Verb.DELETE, Match(How.NOT_WANTED, None, entry), "it is not in the file"))
        else:
            left.append(entry.label)
    return steps, left, remarks


def _problem(entry: Entry, name: str, message: str, item: str = "", *, label: str = "") -> Problem:
    places = (f"{name} {item}", name, "") if item else (name, "")
    lines = (entry.line_of(place) for place in places)
    return Problem(label or entry.label, name, message, next((line for line in lines if line is not None), None))


# -- one API client ---------------------------------------------------------------------------------------------------


class _Comparison:
    """One API client as it is wanted, beside itself as it is there."""

    def __init__(self, match: Match, references: References, known: Known) -> None:
        assert match.wanted is not None, "only what is wanted is compared"
        self._match, self._wanted, self._there = match, match.wanted, match.there
        self._references, self._known = references, known
        self.steps: list[Step] = []
        self.problems: list[Problem] = []
        self.tasks: list[str] = []
        if self._there is None:
            self._create()
        else:
            self._change(self._there)
        if self._there is not None or self.steps:
            self._assign()
            self._tell_secrets()

    def _create(self) -> None:
        wire = {name: to_wire(name, value) for name, value in self._wanted.fields.items()}
        wrong = [each for each in validate_api_client(wire, whole=True) if each.property not in self._wanted.fields]
        self.problems += [self._problem(each.property, "is missing; a new API client needs it") for each in wrong]
        self.problems += [problem for name in self._wanted.fields if (problem := self._missing(name)) is not None]
        if self.problems:
            return
        made_from = (
            f"nothing here has the ID {self._wanted.id} or this name" if self._wanted.id else "no such name here"
        )
        self.steps.append(Step(Verb.CREATE, self._match, made_from))

    def _change(self, there: Entry) -> None:
        for name in FIELDS:
            if name not in self._wanted.fields:
                continue
            before, after = there.fields.get(name), self._wanted.fields[name]
            if same_json(before, after):
                continue
            if (problem := self._missing(name)) is not None:
                self.problems.append(problem)
                continue
            effect = _EFFECTS.get((name, after)) if isinstance(after, bool) else None
            self.steps.append(Step(Verb.CHANGE, self._match, effect or OTHERWISE, name, before, after))

    def _problem(self, name: str, message: str, item: str = "") -> Problem:
        return _problem(self._wanted, name, message, item, label=self._wanted.name or self._match.label)

    def _missing(self, name: str) -> Problem | None:
        """Return a problem when a field refers to what is not there."""
        kind = Kind.USER if name == CONTEXT_USER else Kind.EVENT if name in EVENTS else None
        value = self._wanted.text(name)
        if kind is None or not value or self._known.has(kind, value):
            return None
        return self._problem(name, self._not_here(kind, value))

    def _not_here(self, kind: Kind, id: str) -> str:
        stands_for = self._references.get(kind, {}).get(id, "")
        called = f" ({stands_for})" if stands_for else ""
        return f"there is no {kind} {id}{called} here; create it first, or take it out of the file"

    def _assign(self) -> None:
        for kind, party_kind in COMPANIES.items():
            wanted = self._wanted.companies.get(kind)
            if wanted is None:
                continue
            now = self._there.companies.get(kind, frozenset()) if self._there is not None else frozenset[str]()
            for id in sorted(wanted - now):
                if self._known.has(kind, id):
                    self._step(Verb.ASSIGN, kind, id, f"wanted, and not assigned here{self._nullified(party_kind)}")
                else:
                    self.problems.append(self._problem(_MEMBER_OF[kind], self._not_here(kind, id), id))
            for id in sorted(now - wanted):
                self._step(Verb.UNASSIGN, kind, id, f"assigned here, and not wanted{self._nullified(party_kind)}")

    def _step(self, verb: Verb, kind: Kind, id: str, why: str) -> None:
        name = self._known.names.get(kind, {}).get(id) or self._references.get(kind, {}).get(id, "")
        self.steps.append(Step(verb, self._match, why, party=Party(COMPANIES[kind], id, name)))

    def _nullified(self, kind: PartyKind) -> str:
        flag = FLAG_OF_KIND[kind]
        there = {} if self._there is None else self._there.fields
        return f"; without effect while {flag} is on" if self._wanted.fields.get(flag, there.get(flag)) else ""

    def _tell_secrets(self) -> None:
        label = self._wanted.label if self._wanted.name else self._match.label
        there = self._there
        if user := self._open_to_all():
            self.tasks.append(
                f"{label}: until it has a secret, whoever knows its ID gets a token of {user}; where that must not be, "
                "write Active = false, and activate it then."
            )
        if self._wanted.legacy_secret and not (there is not None and there.legacy_secret):
            self.tasks.append(f"{label}: give it its legacy secret, and tell whoever uses it.")
        elif self._wanted.legacy_secret is False and there is not None and there.legacy_secret:
            self.tasks.append(
                f"{label}: it has a legacy secret here, and none in the file; clear it if nobody uses it."
            )
        if self._wanted.secrets is None or (there is not None and there.secrets is None):
            return
        here = () if there is None else there.secrets or ()
        self.tasks += _secret_tasks(label, self._wanted.secrets, here)

    def _open_to_all(self) -> str:
        """Return the user whom anybody could be while the secrets that are wanted are missing; blank for none."""
        wanted, there = self._wanted, self._there
        if not (wanted.legacy_secret or wanted.secrets):
            return ""
        if there is not None and (there.legacy_secret or there.secrets is None or there.secrets):
            return ""
        fields = {**({} if there is None else there.fields), **wanted.fields}
        user = fields.get(CONTEXT_USER)
        return str(user) if user and fields.get("Active") and not fields.get("IsAnonBuyer") else ""


def _paired(
    wanted: Sequence[NamedSecret], here: Sequence[NamedSecret]
) -> tuple[list[tuple[NamedSecret, NamedSecret | None]], list[NamedSecret]]:
    """Find for each secret the one here of its name, and what is left here. Several may have one name."""
    left = list(here)
    found: dict[int, NamedSecret] = {}
    alike: Sequence[Callable[[NamedSecret], object]] = (
        lambda each: (each.name, each.id),
        lambda each: (each.name, each.expiration),
        lambda each: each.name,
    )
    for key in alike:
        for number, secret in enumerate(wanted):
            its = next((each for each in left if key(each) == key(secret)), None)
            if number not in found and its is not None:
                found[number] = its
                left.remove(its)
    return [(secret, found.get(number)) for number, secret in enumerate(wanted)], left


def _secret_tasks(label: str, wanted: Sequence[NamedSecret], here: Sequence[NamedSecret]) -> Iterator[str]:
    pairs, left = _paired(wanted, here)
    for secret, its in pairs:
        then = _when(secret)
        ends = "" if secret.expiration is None else f", which expires {then},"
        if its is None:
            yield f"{label}: create the named secret {secret.name}{ends} and give its value to whoever uses it."
        elif its.expiration != secret.expiration:
            yield f"{label}: the named secret {secret.name} expires {_when(its)} here, {then} in the file."
    for name in sorted(each.name for each in left):
        yield f"{label}: the named secret {name} is not in the file; delete it if nobody uses it."


def _when(secret: NamedSecret) -> str:
    return "never" if secret.expiration is None else f"{secret.expiration.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
