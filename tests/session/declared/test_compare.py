"""The comparison: what the plan says is what makes it so, and which API client is which."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.session.declared.makers import documents, entries
from tui.access.xp import JSON
from tui.session.declared.compare import Known, compare
from tui.session.declared.document import COMPANIES, Document, Entry, Kind
from tui.session.declared.plan import How, Plan, Verb

ANYTHING = Known(unknown=dict.fromkeys(Kind, "not looked for"))


def client(name: str, id: str = "", **fields: JSON) -> Entry:
    return Entry(id or f"id-{name}", {"AppName": name, "AccessTokenDuration": 60, **fields}, {}, (), False)


def plan_of(wanted: list[Entry], there: list[Entry], known: Known = ANYTHING, *, delete: bool = False) -> Plan:
    return compare(Document(tuple(wanted), source="x.toml"), Document(tuple(there)), known, delete=delete)


def do(plan: Plan, there: Document) -> Document:
    """Do a plan to a document, step by step, and in no other way than its steps say."""
    made = {entry.id: entry for entry in there.api_clients}
    ids: dict[str, str] = {}
    for step in plan.steps:
        match step.verb:
            case Verb.CREATE:
                assert step.match.wanted is not None
                ids[step.match.label] = f"new {step.match.label}"
                made[f"new {step.match.label}"] = Entry(f"new {step.match.label}", step.match.wanted.fields)
            case Verb.DELETE:
                del made[step.match.id]
            case Verb.CHANGE:
                entry = made[step.match.id]
                assert entry.fields.get(step.field) == step.before
                made[entry.id] = replace(entry, fields={**entry.fields, step.field: step.after})
            case Verb.ASSIGN | Verb.UNASSIGN:
                assert step.party is not None
                entry = made[step.match.id or ids[step.match.label]]
                kind = next(kind for kind, party in COMPANIES.items() if party is step.party.kind)
                now = entry.companies.get(kind, frozenset())
                assert (step.party.id in now) is (step.verb is Verb.UNASSIGN)
                made[entry.id] = replace(entry, companies={**entry.companies, kind: now ^ {step.party.id}})
    return Document(tuple(made.values()))


def says_so(wanted: Entry, is_now: Entry) -> bool:
    """Whether everything that is said of an API client is so."""
    return all(is_now.fields.get(name) == value for name, value in wanted.fields.items()) and all(
        is_now.companies.get(kind, frozenset()) == ids for kind, ids in wanted.companies.items()
    )


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Document, Document]:
    """What is wanted, and what is there: some of it under the same ID, some only under the same name, some alone."""
    there = list(draw(documents(whole=True)).api_clients)
    names = {entry.name for entry in there}
    ids = {entry.id.casefold() for entry in there}
    wanted: list[Entry] = []
    for entry in there:
        how = draw(st.sampled_from(["id", "name", "not"]))
        if how == "id":
            wanted.append(
                draw(entries(id=entry.id.swapcase(), name=draw(st.sampled_from([entry.name, f"{entry.id}!"]))))
            )
        elif how == "name":
            wanted.append(draw(entries(id=f"other-{entry.id}-other", name=entry.name)))
    new = documents().map(lambda document: document.api_clients)
    wanted += [each for each in draw(new) if each.name not in names and each.id.casefold() not in ids]
    return Document(tuple(wanted)), Document(tuple(there))


@settings(deadline=None, max_examples=50)
@given(worlds(), st.booleans())
def test_doing_the_plan_makes_it_so_and_then_nothing_is_left_to_do(
    world: tuple[Document, Document], delete: bool
) -> None:
    wanted, there = world
    plan = compare(wanted, there, ANYTHING, delete=delete)
    assert plan.problems == ()
    after = do(plan, there)
    again = compare(wanted, after, ANYTHING, delete=delete)
    assert again.steps == ()
    assert len(again.matches) == len(wanted.api_clients)
    for match in again.matches:
        assert match.wanted is not None
        assert match.there is not None
        assert says_so(match.wanted, match.there)
    touched = {step.match.id for step in plan.steps}
    by_id = {entry.id: entry for entry in after.api_clients}
    assert all(by_id[entry.id] == entry for entry in there.api_clients if entry.id not in touched)
    assert len({step.key for step in plan.steps}) == len(plan.steps)
    assert (len(after.api_clients) == len(wanted.api_clients)) or not delete


@settings(deadline=None, max_examples=50)
@given(documents(whole=True), st.booleans())
def test_what_is_there_is_never_changed_into_itself(there: Document, delete: bool) -> None:
    plan = compare(there, there, Known(), delete=delete)
    assert (plan.steps, plan.problems, plan.tasks, plan.left) == ((), (), (), ())
    assert plan.summary == "Nothing would change."


@settings(deadline=None, max_examples=50)
@given(worlds())
def test_without_a_word_nothing_is_deleted(world: tuple[Document, Document]) -> None:
    wanted, there = world
    plan = compare(wanted, there, ANYTHING)
    assert Verb.DELETE not in {step.verb for step in plan.steps}
    kept = {match.id for match in plan.matches}
    assert sorted(plan.left) == sorted(entry.label for entry in there.api_clients if entry.id not in kept)


# -- which is which ---------------------------------------------------------------------------------------------------


def test_an_id_goes_before_a_name_and_is_compared_without_case() -> None:
    plan = plan_of([client("New name", "AAA")], [client("New name", "bbb"), client("Old name", "aaa")])
    assert [(match.how, match.id) for match in plan.matches] == [(How.ID, "aaa")]
    assert [(step.field, step.before, step.after) for step in plan.steps] == [("AppName", "Old name", "New name")]


def test_a_name_finds_an_api_client_of_another_id_and_the_plan_says_so() -> None:
    plan = plan_of([client("Shop", "there-1", Active=True)], [client("Shop", "here-1", Active=False)])
    (match,) = plan.matches
    assert (match.how, match.told) == (How.NAME, "matched by name; its ID here is here-1")
    assert [step.key for step in plan.steps] == [("change", "here-1", "Active", "", "")]


@pytest.mark.parametrize(
    ("wanted", "there", "told"),
    [
        (
            [client("Shop", "x")],
            [client("Shop", "b"), client("Shop", "a")],
            "write the ID of the one that is meant: a, b",
        ),
        ([client("Shop", "x"), client("Shop", "y")], [client("Shop", "a")], "the file has this name 2 times"),
        ([client("Shop", "x"), client("Shop", "y")], [], "give each another name"),
        ([client("Shop", "a"), client("Other", "A")], [client("Shop", "a")], "the same ID is in the file before"),
        ([Entry("gone", {"Active": True})], [], "nothing here has this ID, and without AppName"),
    ],
)
def test_what_cannot_be_told_apart_is_refused_with_what_to_do(
    wanted: list[Entry], there: list[Entry], told: str
) -> None:
    plan = plan_of(wanted, there)
    assert plan.steps == ()
    assert plan.problems
    assert all(told in problem.message for problem in plan.problems), plan.problems


def test_of_two_with_one_name_the_id_still_finds_one_and_the_name_then_the_other() -> None:
    plan = plan_of([client("Shop", "a"), client("Shop", "x")], [client("Shop", "a"), client("Shop", "b")])
    assert [(match.how, match.id) for match in plan.matches] == [(How.ID, "a"), (How.NAME, "b")]


# -- what it refers to ------------------------------------------------------------------------------------------------


def test_what_is_not_there_is_a_problem_with_its_place_and_keeps_a_new_api_client_from_being_made() -> None:
    lines = {"": 3, "DefaultContextUserName": 5, "Buyers": 7, "Buyers b1": 8}
    fields: dict[str, JSON] = {"DefaultContextUserName": "ada", "AddToCartIntegrationEventID": "cart", "Active": True}
    wanted = replace(
        Entry("id-Shop", {"AppName": "Shop", "AccessTokenDuration": 60, **fields}, {}, (), legacy_secret=False),
        companies={Kind.BUYER: frozenset({"b1", "b2"})},
        line_of=lambda name: lines.get(name),
    )
    known = Known({Kind.BUYER: {"b2": "Two"}})
    told = [problem.told("x.toml") for problem in plan_of([wanted], [], known).problems]
    assert told[0].startswith("x.toml:5: Shop: DefaultContextUserName: there is no user ada here")
    assert told[1].startswith("x.toml:3: Shop: AddToCartIntegrationEventID: there is no integration event cart here")
    assert plan_of([wanted], [], known).steps == ()
    plan = plan_of([wanted], [client("Shop", "here", Active=False)], known)
    assert [step.what for step in plan.steps] == ["Active: off → on", "assign buyer b2 (Two)"]
    assert [problem.told("x.toml").partition(": Shop: ")[0] for problem in plan.problems] == [
        "x.toml:5",
        "x.toml:3",
        "x.toml:8",
    ]


def test_usernames_are_compared_without_case_and_what_could_not_be_looked_for_is_told() -> None:
    wanted = client("Shop", DefaultContextUserName="Ada")
    assert plan_of([wanted], [], Known({Kind.USER: {"ada": "seller"}})).problems == ()
    plan = plan_of([wanted], [], Known(unknown={Kind.USER: "the user signed in may not read users."}))
    assert plan.problems == ()
    assert plan.remarks == (
        "Whether every user named is there was not looked for: the user signed in may not read users.",
    )


def test_ids_of_what_is_referred_to_are_compared_without_case() -> None:
    there = replace(client("Shop", AddToCartIntegrationEventID="cart"), companies={Kind.BUYER: frozenset({"anchor"})})
    wanted = replace(
        client("Shop", AddToCartIntegrationEventID="Cart"), companies={Kind.BUYER: frozenset({"Anchor", "REEF"})}
    )
    known = Known(names={Kind.BUYER: {"anchor": "Anchor Boats", "reef": "Reef"}, Kind.EVENT: {"cart": ""}})
    plan = plan_of([wanted], [there], known)
    assert plan.problems == ()
    assert [step.what for step in plan.steps] == ["assign buyer reef (Reef)"]
    missing = replace(wanted, companies={Kind.BUYER: frozenset({"Nobody"})})
    (problem,) = plan_of([missing], [there], known).problems
    assert problem.message.startswith("there is no buyer Nobody here")


def test_a_new_api_client_needs_its_access_token_duration() -> None:
    (problem,) = plan_of([Entry("x", {"AppName": "Shop"})], []).problems
    assert (problem.field, problem.message) == ("AccessTokenDuration", "is missing; a new API client needs it")


def test_an_assignment_without_effect_is_said_to_be_one() -> None:
    wanted = replace(client("Shop", AllowAnyBuyer=True), companies={Kind.BUYER: frozenset({"b1"})})
    plan = plan_of([wanted], [client("Shop", AllowAnyBuyer=True)])
    assert [step.why for step in plan.steps] == [
        "wanted, and not assigned here; without effect while AllowAnyBuyer is on"
    ]


def test_the_reason_of_a_flag_says_what_it_comes_to() -> None:
    there = client("Shop", Active=True, AllowAnyBuyer=False)
    plan = plan_of([client("Shop", Active=False, AllowAnyBuyer=True, RefreshTokenDuration=5)], [there])
    assert [step.why for step in plan.steps] == [
        "nobody can sign in through it then, and its tokens stop at once",
        "every buyer may use it then; assignments of single buyers have no effect",
        "it is otherwise here",
    ]


# -- what is not done -------------------------------------------------------------------------------------------------


def test_ocgates_own_api_client_is_never_deleted() -> None:
    plan = plan_of([], [client("Own", "OWN"), client("Old", "old")], Known(own_id="own"), delete=True)
    assert [(step.verb, step.match.label) for step in plan.steps] == [(Verb.DELETE, "Old")]
    assert plan.remarks == ("Own stays, though it is not in the file: ocgate is signed in through it.",)


def test_secrets_are_for_a_person_to_make() -> None:
    from tui.session.declared.document import NamedSecret

    wanted = replace(client("Shop"), secrets=(NamedSecret("a", "Alpha"), NamedSecret("b", "Beta")), legacy_secret=True)
    there = replace(client("Shop"), secrets=(NamedSecret("x", "Alpha"), NamedSecret("y", "Gamma")))
    plan = plan_of([wanted], [there])
    assert plan.steps == ()
    assert plan.tasks == (
        "Shop: give it its legacy secret, and tell whoever uses it.",
        "Shop: create the named secret Beta and give its value to whoever uses it.",
        "Shop: the named secret Gamma is not in the file; delete it if nobody uses it.",
    )
    assert len(plan_of([wanted], []).tasks) == 3


def test_named_secrets_of_one_name_are_told_apart() -> None:
    from datetime import UTC, datetime

    from tui.session.declared.document import NamedSecret

    ends = [datetime(year, 1, 1, tzinfo=UTC) for year in (2027, 2028)]
    there = replace(client("Shop"), secrets=(NamedSecret("a", "Same", ends[0]), NamedSecret("b", "Same", ends[1])))
    assert plan_of([there], [there]).tasks == ()
    elsewhere = replace(there, secrets=(NamedSecret("x", "Same", ends[1]), NamedSecret("y", "Same", ends[0])))
    assert plan_of([there], [elsewhere]).tasks == ()
    fewer = replace(there, secrets=(NamedSecret("y", "Same", ends[0]),))
    (task,) = plan_of([there], [fewer]).tasks
    assert task.startswith("Shop: create the named secret Same, which expires 2028-01-01 00:00 UTC,")
    assert plan_of([fewer], [there]).tasks == (
        "Shop: the named secret Same is not in the file; delete it if nobody uses it.",
    )


def test_a_new_api_client_that_anybody_could_be_until_it_has_its_secret_is_told() -> None:
    told = (
        "ERP: until it has a secret, whoever knows its ID gets a token of erp-service; where that must not be, write "
        "Active = false, and activate it then."
    )
    open_one = replace(client("ERP", Active=True, DefaultContextUserName="erp-service"), legacy_secret=True)
    assert plan_of([open_one], []).tasks[0] == told
    guests = {**open_one.fields, "IsAnonBuyer": True}
    closed = {**open_one.fields, "Active": False}
    nobody = {**open_one.fields, "DefaultContextUserName": ""}
    for fields in (guests, closed, nobody):
        assert told not in plan_of([replace(open_one, fields=fields)], []).tasks
    assert plan_of([replace(open_one, legacy_secret=False)], []).tasks == ()
    there = replace(open_one, legacy_secret=False)
    assert told in plan_of([open_one], [there]).tasks
    assert plan_of([open_one], [open_one]).tasks == ()
