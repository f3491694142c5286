"""How wide columns are: what they learn from rows, and how what is left over is shared out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from textual.content import Content

from tui.widgets.columns import GAP, LEAST_GROWING, Column, Widths

Row = tuple[str, ...]
MOST = 5
"""Columns at most: a row has a cell for each."""

CELLS = st.text(st.sampled_from("ab日é [\x1b"), max_size=12)
ROWS = st.lists(st.tuples(*[CELLS] * MOST), max_size=8)


def _column(place: int, title: str, width: int | None, most: int, grow: bool, own: bool) -> Column[Row]:
    def cell(row: Row) -> str | Content:
        return Content(row[place].replace("\x1b", "")) if own else row[place]

    return Column(title, cell, width=width, most=most, grow=grow)


@st.composite
def columns(draw: st.DrawFn) -> list[Column[Row]]:
    return [
        _column(
            place,
            draw(st.text("Name", max_size=8)),
            draw(st.none() | st.integers(1, 10)),
            draw(st.integers(1, 12)),
            draw(st.booleans()),
            draw(st.booleans()),
        )
        for place in range(draw(st.integers(1, MOST)))
    ]


def learnt(every: list[Column[Row]], *parts: list[Row]) -> Widths[Row]:
    widths = Widths(every)
    for rows in parts:
        widths.learn(rows)
    return widths


@given(columns(), ROWS, st.integers(-1, 120))
def test_what_does_not_grow_is_as_wide_as_it_needs(every: list[Column[Row]], rows: list[Row], room: int) -> None:
    shared = learnt(every, rows).share(room)
    assert len(shared) == len(every)
    for column, width in zip(every, shared, strict=True):
        if column.grow:
            assert width >= LEAST_GROWING
        elif column.width is not None:
            assert width == column.width
        else:
            lengths = [Content(column.title).cell_length, *(column.content(row).cell_length for row in rows)]
            assert width == min(max(lengths), column.most)


@given(columns(), ROWS, st.integers(0, 120))
def test_what_grows_takes_what_is_left_over_and_no_more(every: list[Column[Row]], rows: list[Row], room: int) -> None:
    shared = learnt(every, rows).share(room)
    growing = [width for column, width in zip(every, shared, strict=True) if column.grow]
    left = room - sum(shared) - GAP * (len(every) - 1)
    if growing and min(growing) > LEAST_GROWING:
        assert 0 <= left < len(growing)


@given(columns(), ROWS, ROWS, st.integers(0, 120))
def test_in_how_many_parts_and_in_which_order_rows_come_does_not_matter(
    every: list[Column[Row]], some: list[Row], others: list[Row], room: int
) -> None:
    assert learnt(every, some, others).share(room) == learnt(every, others + some).share(room)


@given(columns(), ROWS, ROWS)
def test_nothing_becomes_narrower_and_a_change_is_told(
    every: list[Column[Row]], some: list[Row], others: list[Row]
) -> None:
    widths = learnt(every, some)
    before, shared = widths.wanted, list(widths.share(200))
    wider = widths.learn(others)
    assert wider is (widths.wanted > before)
    assert not wider or widths.share(200) != shared or any(column.grow for column in every)
    assert not widths.learn(some + others)


@given(columns(), ROWS, st.lists(st.integers(-1, 120), max_size=4))
def test_another_room_is_shared_out_afresh(every: list[Column[Row]], rows: list[Row], rooms: list[int]) -> None:
    widths = learnt(every, rows)
    for room in rooms:
        assert widths.share(room) == learnt(every, rows).share(room)
