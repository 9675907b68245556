"""Who is drawn next, and how many pictures they get."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.live.pace import COARSEST, PACES, SHOT_S, SHOTS_BETWEEN, Gate, Pacer
from services.live.tape import AHEAD_S, Piece, Tape


def tape(made_s: float, played_s: float, read_s: float | None = None) -> Tape:
    there = Tape(0, lambda: None)
    there.made_s, there.played_s = made_s, played_s
    there.read_s = made_s if read_s is None else read_s
    return there


def pacer(tape: Tape, gate: Gate | None = None) -> Pacer:
    """Of somebody who is drawn alone, unless others are at the gate already."""
    gate = Gate() if gate is None else gate
    gate.come(tape)
    return Pacer(tape, gate)


def asked(pacer: Pacer, shots: int) -> list[int]:
    return [pacer() for _ in range(shots)]


def test_who_has_enough_ahead_gets_every_picture() -> None:
    assert set(asked(pacer(tape(3.0, 1.5)), 50)) == {1}


def test_before_anything_is_played_nothing_is_spared() -> None:
    assert set(asked(pacer(tape(0.2, 0.0)), 50)) == {1}


def test_who_runs_short_gets_fewer_one_step_at_a_time() -> None:
    told = asked(pacer(tape(3.0, 2.9)), 3 * SHOTS_BETWEEN)
    assert [each for place, each in enumerate(told) if place == 0 or told[place - 1] != each] == list(PACES)


def test_a_line_that_is_too_slow_gets_fewer_too() -> None:
    assert asked(pacer(tape(4.0, 2.1, read_s=2.2)), 3 * SHOTS_BETWEEN)[-1] == PACES[-1]


def test_who_has_enough_again_gets_them_back() -> None:
    there = tape(3.0, 2.9)
    paced = pacer(there)
    asked(paced, 3 * SHOTS_BETWEEN)
    there.played_s = 1.1
    assert asked(paced, 3 * SHOTS_BETWEEN)[-1] == 1


def crowded(others: int) -> Gate:
    """Two cores that are busy enough with every picture of two answers."""
    gate = Gate(cores=2)
    gate.drew(5, SHOT_S / 2 * 0.85)
    for _ in range(others):
        gate.come(tape(3.0, 1.5))
    return gate


def test_where_the_machine_keeps_up_with_one_they_get_every_picture_from_the_first() -> None:
    assert asked(pacer(tape(0.0, 0.0), crowded(0)), 1) == [1]


def test_among_others_an_answer_begins_below_what_all_can_have_and_comes_up_to_it() -> None:
    there = tape(3.0, 1.5)
    told = asked(pacer(there, crowded(1)), 3 * SHOTS_BETWEEN)
    assert (told[0], told[-1]) == (PACES[1], PACES[0])
    assert asked(pacer(there, crowded(2)), 3 * SHOTS_BETWEEN)[-1] == PACES[1]


def test_who_has_plenty_gets_more_pictures_than_the_machine_was_thought_to_make() -> None:
    assert asked(pacer(tape(3.0, 1.2), crowded(5)), 4 * SHOTS_BETWEEN)[-1] == PACES[0]


def test_who_is_drawn_already_makes_room_for_one_who_comes() -> None:
    gate = crowded(1)
    early = pacer(tape(3.0, 1.5), gate)
    assert asked(early, 3 * SHOTS_BETWEEN)[-1] == PACES[0]
    late = tape(0.0, 0.0)
    gate.come(late)
    assert early() == PACES[1]
    gate.go(late)
    assert asked(early, 3 * SHOTS_BETWEEN)[-1] == PACES[0]


def test_who_waits_for_a_page_that_plays_nothing_takes_no_pictures_from_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("services.live.tape.PAUSED_S", 0.0)
    gate, unseen = Gate(), Tape(0, lambda: None)
    gate.come(unseen)
    waiting = threading.Thread(target=unseen.add, args=[Piece(0, 0, AHEAD_S, b"")])
    waiting.start()
    while gate.crowd > 0:
        pass
    unseen.played(AHEAD_S)
    waiting.join()
    assert not unseen.is_paused


@given(st.integers(1, 64), st.integers(1, 30), st.floats(0.001, 2.0))
def test_the_more_are_drawn_the_fewer_pictures_each_gets(cores: int, crowd: int, took_s: float) -> None:
    gate = Gate(cores)
    gate.drew(5, took_s)
    levels = [gate.finest()]
    for _ in range(crowd):
        gate.come(tape(0.0, 0.0))
        levels.append(gate.finest())
    assert levels == sorted(levels)
    assert levels[0] == 0
    assert levels[-1] <= COARSEST


@given(st.lists(st.floats(0, 5), min_size=2, max_size=6, unique=True))
def test_of_those_who_wait_the_one_least_ahead_is_first(ahead: list[float]) -> None:
    gate, order = Gate(), list[float]()
    gate.take(tape(9.0, 0.0))

    def wait(ahead_s: float) -> None:
        gate.take(tape(ahead_s, 0.0))
        order.append(ahead_s)
        gate.give_back()

    threads = [threading.Thread(target=wait, args=[each]) for each in ahead]
    for thread in threads:
        thread.start()
    while len(gate._waiting) < len(ahead):
        pass
    gate.give_back()
    for thread in threads:
        thread.join()
    assert order == sorted(ahead)


def test_a_tape_keeps_what_was_not_played_and_little_else() -> None:
    there = Tape(0, lambda: None)
    for number in range(50):
        there.played(number * 0.2)
        assert there.add(Piece(0, number, (number + 1) * 0.2, bytes(1000)))
        there.take()
    assert there._waiting_bytes <= 15 * 1000
    assert there.rejoin(0, 45)
    assert not there.rejoin(0, 0)
