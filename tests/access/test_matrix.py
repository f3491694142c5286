"""The matrix of who gets in: cell by cell, by the column, counted, and quick."""

from __future__ import annotations

import time
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.access.world import ANCHOR, REEF, SELLER, Assignment, Client, assignments, clients, parties
from tui.access.facts import Party, PartyKind
from tui.access.matrix import AccessMatrix, Standing, narrowed, why, why_in_short
from tui.access.parties import By, who_may_use


@given(st.lists(parties, max_size=5), st.lists(clients, max_size=3), assignments)
def test_cells_and_columns_say_what_the_rules_say(
    companies: list[Party], those: list[Client], own: list[Assignment]
) -> None:
    matrix = AccessMatrix(companies, those, {each.id: own for each in those})
    for column, client in enumerate(those):
        by_cell = [
            AccessMatrix(companies, those, matrix.assignments).standing(row, column) for row in range(len(companies))
        ]
        assert list(matrix.column(column)) == by_cell
        tally = matrix.tally(range(len(companies)), column)
        assert (tally.total, tally.gets_in) == (len(companies), sum(each.gets_in for each in by_cell))
        for row, party in enumerate(companies):
            standing, access = matrix.standing(row, column), who_may_use(client, party, own)
            assert (standing is Standing.REFUSED) == (not access.allowed)
            assert standing.gets_in == (access.allowed and party.active and client.active)
            assert (standing in (Standing.NULLIFIED, Standing.INACTIVE_NULLIFIED)) == access.nullified
            if standing is Standing.ASSIGNMENT:
                assert access.by is By.ASSIGNMENT
            assert why(matrix, row, column).startswith(access.reason)
            short = why_in_short(matrix, row, column)
            assert ("is off" in short) == (not access.allowed)
            assert ("nullified" in short) == access.nullified
            assert ("not active" in short) == (access.allowed and not standing.gets_in)


def test_what_is_not_active_is_said() -> None:
    off = Client(active=False, allow_any_buyer=True)
    matrix = AccessMatrix((SELLER, ANCHOR, replace(REEF, active=False)), (off, replace(off, active=True)), {})
    assert why(matrix, 1, 0).endswith("But the API client is not active, and that stops every grant.")
    assert matrix.standing(2, 1) is Standing.REFUSED
    assert "not active" not in why(matrix, 1, 1)


def test_every_word_must_be_there_in_any_order() -> None:
    texts = ["anchor boats buyer", "reef parts supplier", "anchor parts supplier"]
    assert narrowed(texts, " Parts  ANCHOR ") == (2,)
    assert narrowed(texts, "  ") == (0, 1, 2)
    assert narrowed(texts, "none") == ()


def test_a_million_cells_are_decided_within_a_second() -> None:
    """The processor's time is counted, with room for a slow machine: see `tests.bench.access`."""
    companies = [SELLER, *(Party(PartyKind.BUYER, f"b{n}", active=n % 20 > 0) for n in range(4_999))]
    those = [Client(id=f"c{n}", allow_any_buyer=n % 5 == 0) for n in range(200)]
    own = {each.id: [Assignment(each.id, f"b{n * 7}") for n in range(100)] for each in those}
    begun = time.process_time()
    matrix = AccessMatrix(companies, those, own)
    got_in = sum(each.gets_in for column in range(200) for each in matrix.column(column))
    assert time.process_time() - begun < 2
    assert got_in > 190_000
