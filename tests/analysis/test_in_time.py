from __future__ import annotations

import threading

import pytest

from analysis.in_time import Desk, TooBusy, TooSlow


def test_what_the_work_returns_is_returned():
    assert Desk(threads=1, most_waiting=0).run(lambda: 42, seconds=5) == 42


@pytest.mark.parametrize("error", [ZeroDivisionError, TimeoutError])
def test_what_the_work_raises_is_raised(error):
    def work():
        raise error

    with pytest.raises(error):
        Desk(threads=1, most_waiting=0).run(work, seconds=5)


def test_nobody_waits_for_ever():
    go = threading.Event()

    with pytest.raises(TooSlow):
        Desk(threads=1, most_waiting=0).run(lambda: go.wait(30), seconds=0.01)

    go.set()


def test_room_that_is_left_is_given_again():
    desk = Desk(threads=1, most_waiting=0)
    for _ in range(3):
        assert desk.run(lambda: 1, seconds=5) == 1


def test_work_that_runs_on_keeps_its_place():
    desk = Desk(threads=1, most_waiting=0)
    go = threading.Event()
    with pytest.raises(TooSlow):
        desk.run(lambda: go.wait(30), seconds=0.01)

    with pytest.raises(TooBusy):
        desk.run(lambda: 1, seconds=5)

    go.set()
