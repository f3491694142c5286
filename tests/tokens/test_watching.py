from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tokens.makers import NOW
from tui.tokens.watching import AROUND, GAP, MOST_CALLS, Fate, Watch, make_watch

ENDS = NOW + timedelta(minutes=10)
answers = st.sampled_from([Fate.TAKEN, Fate.REFUSED, Fate.NO_ANSWER])


def play(watch: Watch, fates: list[Fate]) -> Watch:
    """Keep a watch with two clocks that agree; each call takes no time."""
    seconds, left = 0.0, list(fates)
    for _ in range(10_000):
        watch, todo = watch.look(NOW + timedelta(seconds=seconds), seconds)
        if todo.over:
            return watch
        if todo.call is None:
            seconds += todo.wait
            continue
        watch = watch.calling(todo.call, NOW + timedelta(seconds=seconds), seconds)
        watch = watch.called(todo.call, left.pop(0) if left else Fate.TAKEN)
    raise AssertionError("it never ends")


@given(
    st.lists(st.tuples(st.floats(0, 400), st.floats(-4_000, 4_000) | st.just(0.0), st.floats(0, 40), answers)),
    st.integers(-3_600, 900),
    st.lists(st.integers(-900, 900), max_size=30),
)
def test_never_more_than_one_call_in_five_seconds_whatever_the_clocks_do(
    moves: list[tuple[float, float, float, Fate]], begins: int, around: list[int]
) -> None:
    wall, steady = ENDS + timedelta(seconds=begins), 1_000.0
    watch, calls = make_watch(ENDS, wall, around), []
    for slept, jumped, took, fate in moves:
        # As often as anybody likes it is asked; only the waiting differs.
        steady += slept
        wall += timedelta(seconds=slept + jumped)
        watch, todo = watch.look(wall, steady)
        if todo.call is not None:
            watch = watch.calling(todo.call, wall, steady)
            calls.append(steady)
            steady += took
            wall += timedelta(seconds=took)
            watch = watch.called(todo.call, fate)
    assert all(after - before >= GAP for before, after in pairwise(calls))
    assert len(watch.calls) <= max(MOST_CALLS, len(set(around)) + 1)


@given(st.integers(-3_600, 900), st.lists(answers, max_size=60))
def test_it_ends_and_each_planned_call_has_a_fate(begins: int, fates: list[Fate]) -> None:
    watch = play(make_watch(NOW - timedelta(seconds=begins), NOW), fates)
    assert watch.settled == len(watch.calls) <= MOST_CALLS
    assert all(
        (call.called_at is not None) == (call.fate.answered or call.fate is Fate.NO_ANSWER) for call in watch.calls
    )


def test_a_call_too_soon_is_refused_by_the_schedule_itself() -> None:
    watch, todo = make_watch(ENDS, NOW).look(NOW, 0.0)
    assert todo.call == 0
    watch = watch.calling(0, NOW, 0.0).called(0, Fate.TAKEN)
    with pytest.raises(ValueError, match="no sooner than 5 seconds"):
        watch.calling(1, ENDS, 4.9)


def test_the_end_is_found_and_the_rest_is_not_needed() -> None:
    before = len([offset for offset in AROUND if offset < 0])
    watch = play(make_watch(ENDS, NOW), [Fate.TAKEN] * (1 + before) + [Fate.REFUSED] * 9)
    assert watch.finding() == "Taken 5 s before the end, refused at the end: it ends when it says."
    assert [call.fate for call in watch.calls[-2:]] == [Fate.NOT_NEEDED] * 2
    late = play(make_watch(ENDS, NOW), [Fate.TAKEN] * (3 + before) + [Fate.REFUSED] * 9)
    assert "Taken 5 s after the end, refused 10 s after the end" in late.finding()
    assert "its clock is behind" in late.finding()
    early = play(make_watch(ENDS, NOW), [Fate.TAKEN] * 2 + [Fate.REFUSED] * 20)
    assert "refused before its end" in early.finding()


def test_a_machine_that_slept_misses_calls_and_does_not_make_up_for_them() -> None:
    watch, todo = make_watch(ENDS, NOW).look(NOW, 0.0)
    assert todo.call is not None
    watch = watch.calling(todo.call, NOW, 0.0).called(todo.call, Fate.TAKEN)
    watch, todo = watch.look(ENDS + timedelta(seconds=12), 6.0)
    assert todo.call is not None
    assert watch.calls[todo.call].offset == 10
    assert [call.fate for call in watch.calls[1 : todo.call]] == [Fate.MISSED] * (todo.call - 1)
    assert "slept" in watch.jumps[0]
    assert "606 s" in watch.jumps[0]
    watch, _ = watch.look(ENDS - timedelta(seconds=60), 7.0)
    assert "set back by 73 s" in watch.jumps[1]


def test_a_network_lost_at_the_end_is_asked_again() -> None:
    watch = play(make_watch(ENDS, NOW), [Fate.NO_ANSWER] * 20 + [Fate.REFUSED] * 2)
    assert watch.calls[-1].fate is Fate.REFUSED
    assert watch.calls[-1].offset > max(AROUND)
    assert all(call.fate is Fate.NO_ANSWER for call in play(make_watch(ENDS, NOW), [Fate.NO_ANSWER] * 99).calls)
