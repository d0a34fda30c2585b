from __future__ import annotations

from datetime import timedelta

from dam.webhooks.pace import PATIENCE, next_delay, rest

DAY = timedelta(hours=24)


def waits() -> list[timedelta]:
    """Return all delays of a delivery that nobody takes."""
    found: list[timedelta] = []
    while (delay := next_delay(sum(found, timedelta()))) is not None:
        found.append(delay)
    return found


def test_the_last_attempt_is_a_day_after_the_first():
    assert sum(waits(), timedelta()) == PATIENCE == DAY


def test_delays_begin_short_and_grow_to_some_hours():
    delays = waits()

    assert timedelta(seconds=24) <= delays[0] <= timedelta(seconds=36)
    assert timedelta(hours=3) < max(delays) < timedelta(hours=5)
    assert 14 <= len(delays) <= 22


def test_what_was_tried_for_a_day_is_not_tried_again():
    assert next_delay(DAY) is None


def test_a_receiver_that_fails_is_left_alone_for_ten_minutes_at_most():
    assert [rest(n).total_seconds() for n in (1, 2, 5, 9, 10, 10_000)] == [2, 4, 32, 512, 600, 600]
