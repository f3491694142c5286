from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.access.world import ANCHOR, REEF, SELLER, Assignment, Client, assignments, clients, parties
from tui.access.facts import Party, PartyKind
from tui.access.parties import By, Gate, who_may_use
from tui.access.words import count, list_some, shorten
from tui.ordercloud.models import ApiClient, ApiClientAssignment

KINDS = st.sampled_from(PartyKind)
FIELD_OF_KIND = {
    PartyKind.SELLER: "allow_seller",
    PartyKind.BUYER: "allow_any_buyer",
    PartyKind.SUPPLIER: "allow_any_supplier",
}


def with_flag(client: Client, kind: PartyKind, *, on: bool) -> Client:
    return replace(client, **{FIELD_OF_KIND[kind]: on})  # type: ignore[arg-type]  # the three are flags


@given(clients, parties, assignments, KINDS)
def test_a_flag_lets_in_its_own_kind_and_only_these(
    client: Client, party: Party, assigned: list[Assignment], kind: PartyKind
) -> None:
    off = who_may_use(with_flag(client, kind, on=False), party, assigned)
    on = who_may_use(with_flag(client, kind, on=True), party, assigned)
    if kind is party.kind:
        assert on.allowed
        assert on.by is By.FLAG
    else:
        assert on == off


@given(clients, assignments, KINDS)
def test_a_flag_nullifies_assignments_of_its_own_kind_and_only_these(
    client: Client, assigned: list[Assignment], kind: PartyKind
) -> None:
    off, on = with_flag(client, kind, on=False), with_flag(client, kind, on=True)
    before, after = Gate.of(off, assigned), Gate.of(on, assigned)
    for own_kind in (PartyKind.BUYER, PartyKind.SUPPLIER):
        for company in before.assigned(own_kind):
            assert after.nullifies(own_kind, company) is (own_kind is kind or before.nullifies(own_kind, company))
            assert not (own_kind is kind and before.nullifies(own_kind, company))


@given(clients, parties, assignments, assignments)
def test_a_nullified_assignment_changes_nobodys_access(
    client: Client, party: Party, assigned: list[Assignment], more: list[Assignment]
) -> None:
    gate = Gate.of(client, [*assigned, *more])
    effective = [each for each in [*assigned, *more] if not _without_effect(gate, each)]
    with_all = who_may_use(client, party, [*assigned, *more])
    assert (with_all.allowed, with_all.by) == (
        (without := who_may_use(client, party, effective)).allowed,
        without.by,
    )


def _without_effect(gate: Gate, assignment: Assignment) -> bool:
    companies = ((PartyKind.BUYER, assignment.buyer_id), (PartyKind.SUPPLIER, assignment.supplier_id))
    return all(gate.nullifies(kind, company) for kind, company in companies if company)


@given(clients, parties, assignments)
def test_the_answer_is_whole(client: Client, party: Party, assigned: list[Assignment]) -> None:
    access = who_may_use(client, party, assigned)
    assert access.allowed is (access.by is not By.NOTHING)
    assert not access.nullified or access.by is By.FLAG
    assert access.reason.endswith(".")
    near = Gate.of(client, assigned).near_misses(party)
    assert not (access.allowed and near)


@given(clients, parties, assignments)
def test_there_is_no_assignment_for_the_seller(client: Client, party: Party, assigned: list[Assignment]) -> None:
    seller = replace(party, kind=PartyKind.SELLER)
    assert who_may_use(client, seller, assigned).allowed is client.allow_seller


def test_reasons_name_the_fields() -> None:
    client = Client()
    two = [Assignment(buyer_id="anchor"), Assignment(buyer_id="other"), Assignment(supplier_id="other")]
    assert who_may_use(client, ANCHOR, two).reason == (
        "AllowAnyBuyer is off, and Anchor Boats is assigned (one of 2 buyers)."
    )
    assert who_may_use(client, ANCHOR, two[:1]).reason.endswith("(the only one).")
    assert who_may_use(client, REEF, two).reason == (
        "AllowAnySupplier is off, and Reef Parts is not assigned (1 other supplier is)."
    )
    assert "AllowSeller is off" in who_may_use(client, SELLER, two).reason
    nullified = who_may_use(Client(allow_any_buyer=True), ANCHOR, two)
    assert nullified.nullified
    assert nullified.reason == (
        "AllowAnyBuyer is on, so every buyer may use it. The assignment of Anchor Boats is nullified by the flag."
    )


def test_an_id_in_other_capitals_is_a_near_miss() -> None:
    gate = Gate.of(Client(), [Assignment(buyer_id="ANCHOR")])
    assert not gate.access(ANCHOR).allowed
    assert gate.near_misses(ANCHOR) == ("The assigned buyer is ANCHOR: the ID anchor differs in case only.",)


def test_wire_models_are_facts_as_they_are() -> None:
    client = ApiClient(id="A-1", allow_any_supplier=True)
    assigned = [ApiClientAssignment(api_client_id="a-1", buyer_id="anchor")]
    assert who_may_use(client, ANCHOR, assigned).by is By.ASSIGNMENT
    assert who_may_use(client, REEF, assigned).by is By.FLAG


def test_many_parties_and_many_api_clients_are_quick() -> None:
    gates = [Gate.of(Client(), [Assignment(buyer_id=f"buyer-{number}") for number in range(20)]) for _ in range(50)]
    parties = [Party(PartyKind.BUYER, f"buyer-{number}") for number in range(1000)]
    started = time.process_time()
    allowed = sum(gate.by(party.kind, party.id) is not By.NOTHING for gate in gates for party in parties)
    assert allowed == 50 * 20
    assert time.process_time() - started < 1.0  # 200 x 5000 in under a second on a quiet machine: 20 times this


@pytest.mark.parametrize(
    ("names", "text"), [((), ""), (("b",), "b"), (("b", "a"), "a and b"), ("dcba", "a, b, c and 1 more")]
)
def test_lists_are_short(names: tuple[str, ...], text: str) -> None:
    assert list_some(names) == text


def test_small_words() -> None:
    assert [count(number, "buyer") for number in range(3)] == ["no buyer", "1 buyer", "2 buyers"]
    assert shorten("x" * 100) == "x" * 60 + "…"
