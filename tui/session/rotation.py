"""A secret's rotation as steps: what each is expected to bring, what it brought, and where things stand in between.

Pure: `tui.session.rotator` carries the steps out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum


class Step(StrEnum):
    """The steps, in their order."""

    CREATE = "create"
    PROVE = "prove"
    USE = "use"
    RETIRE = "retire"
    REFUSED = "refused"


TITLES: Mapping[Step, str] = {
    Step.CREATE: "Create the new secret",
    Step.PROVE: "Prove that the new one works",
    Step.USE: "See that nobody needs the old one",
    Step.RETIRE: "Retire the old one",
    Step.REFUSED: "Prove that the old one is refused",
}


class Verdict(StrEnum):
    """How what came goes with what was expected."""

    AS_EXPECTED = "as expected"
    OTHERWISE = "otherwise"
    NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Report:
    """What a step brought. `goes_on` says whether the next step may follow."""

    step: Step
    actual: str
    verdict: Verdict
    goes_on: bool


class Half(StrEnum):
    """How a change stands that may have been half made: its answer may be lost."""

    NO = "no"
    YES = "yes"
    LOST = "lost"
    """It was made, and what came with it was lost."""
    MAYBE = "maybe"


@dataclass(frozen=True, slots=True)
class Rotation:
    """One rotation, as far as it has come.

    Attributes:
        app_name: The API client's name.
        old: What the secret to be retired is called.
        new: What the new one is called; blank before it has a name.
        way: How the proofs sign in, in words.
        token_comes: Whether that gives a token; else it is refused, but later than a wrong secret is.
        created: Whether the new secret is there.
        continued: Whether it was there before: an earlier rotation was left in the middle.
        retired: Whether the old one is gone.
        kept: Where the new value went, in words.
        reports: What the steps brought, in their order.
    """

    app_name: str
    old: str
    new: str = ""
    way: str = ""
    token_comes: bool = True
    created: Half = Half.NO
    continued: bool = False
    retired: Half = Half.NO
    kept: tuple[str, ...] = ()
    reports: tuple[Report, ...] = ()

    @property
    def step(self) -> Step | None:
        """The step that comes next; None when all are done."""
        return next((step for step in Step if (found := self.report(step)) is None or not found.goes_on), None)

    def report(self, step: Step) -> Report | None:
        """Return what a step brought, None before it was tried."""
        return next((each for each in self.reports if each.step is step), None)

    def told(self, step: Step, actual: str, verdict: Verdict, *, goes_on: bool | None = None) -> Rotation:
        """Return the rotation after a step; unless told otherwise, what was not as expected does not go on."""
        on = verdict is not Verdict.OTHERWISE if goes_on is None else goes_on
        others = tuple(each for each in self.reports if each.step is not step)
        return replace(self, reports=(*others, Report(step, actual, verdict, on)))

    def went_on_anyway(self, step: Step) -> Rotation:
        """Return the rotation after a person's word that a step's outcome does not matter."""
        found = self.report(step)
        return self if found is None else self.told(step, found.actual, found.verdict, goes_on=True)

    @property
    def may_go_on_anyway(self) -> bool:
        """Whether a person's word is enough at this step: that the old one is in use is a reason, and no obstacle."""
        return self.step is Step.USE and self.report(Step.USE) is not None

    def expected(self, step: Step) -> str:
        """Return what a step is expected to bring."""
        match step:
            case Step.CREATE:
                return f"A second secret. {_cap(self.old)} goes on working beside it, and nobody is signed out."
            case Step.PROVE:
                if not self.token_comes:
                    return f"A refusal, but not for the secret, which is looked at first: {self.way}."
                return f"A token: {self.way}." if self.way else "A token, with the new secret."
            case Step.USE:
                return f"{_cap(self.old)} is not used any more: everything that signs in has the new one."
            case Step.RETIRE:
                return f"{_cap(self.old)} is gone; the new one is left."
            case Step.REFUSED:
                return f"A refusal, invalid_client, for the same request with {self.old}."

    def account(self) -> Iterator[str]:
        """Tell where things stand, in sentences; what is not known is told as such."""
        if self.created is Half.NO:
            yield f"Nothing was changed: {self.app_name} has the secrets it had."
            return
        yield from self._about_new()
        yield from self._about_old()

    def _about_new(self) -> Iterator[str]:
        if self.created is Half.MAYBE:
            yield (
                f"Whether {self.new} was created is not known: the answer was lost. If it is in the list, delete it: "
                "nobody has its value."
            )
            return
        if self.created is Half.LOST:
            yield f"{self.new} was created, but its value was lost with the answer: delete it, nobody can use it."
            return
        if self.continued:
            yield f"{self.new} was there already, and this rotation went on with it."
        else:
            where = f"its value was {', '.join(self.kept)}" if self.kept else "its value was not kept, and is gone now"
            yield f"{self.new} was created; {where}."
        yield self._proof(Step.PROVE, "That it works")

    def _about_old(self) -> Iterator[str]:
        if self.retired is Half.NO:
            yield f"{_cap(self.old)} still works: retire it once nothing needs it."
            return
        if self.retired is Half.MAYBE:
            yield f"Whether {self.old} is gone is not known: the answer was lost. The list will tell."
            return
        yield f"{_cap(self.old)} is gone."
        yield self._proof(Step.REFUSED, "That it is refused")

    def _proof(self, step: Step, what: str) -> str:
        proof = self.report(step)
        if proof is None:
            return f"{what} was not tried."
        return f"{what} is proven." if proof.verdict is Verdict.AS_EXPECTED else f"{what} is not proven: {proof.actual}"


def _cap(text: str) -> str:
    return text[:1].upper() + text[1:]
