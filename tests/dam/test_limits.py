from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from dam.limits import LimitExceeded, limits_of, slot, spend_pixels, spend_request
from dam.models import ApiKey, KeyPace
from tests.factories import make_api_key


@pytest.fixture
def key(db) -> ApiKey:
    return make_api_key().api_key


def let_pass(seconds: float) -> None:
    """Move what is owed into the past, as if that time had gone by."""
    for pace in KeyPace.objects.all():
        pace.due_at -= timedelta(seconds=seconds)
        pace.save()


def test_without_a_limit_nothing_is_asked_or_stored(key, django_assert_num_queries):
    with django_assert_num_queries(0):
        spend_request(key)
        spend_pixels(key, 10**9)
        with slot(key):
            pass


def test_a_keys_own_limit_wins_over_the_setting(key, settings):
    settings.DAM_KEY_REQUESTS_PER_MINUTE = 5
    settings.DAM_KEY_CONCURRENT_REQUESTS = 6
    key.requests_per_minute = 0

    limits = limits_of(key)

    assert (limits.requests_per_minute, limits.concurrent_requests) == (0, 6)


def test_a_minutes_worth_may_come_at_once(key):
    key.requests_per_minute = 3

    for _ in range(3):
        spend_request(key)
    with pytest.raises(LimitExceeded) as raised:
        spend_request(key)

    assert 18 <= raised.value.retry_after_seconds <= 20


def test_what_is_spent_is_earned_back_evenly(key):
    key.requests_per_minute = 3
    for _ in range(3):
        spend_request(key)

    let_pass(21)
    spend_request(key)

    with pytest.raises(LimitExceeded):
        spend_request(key)


def test_after_the_wait_that_was_told_there_is_room(key):
    key.megapixels_per_minute = 10
    spend_pixels(key, 8_000_000)
    with pytest.raises(LimitExceeded) as raised:
        spend_pixels(key, 5_000_000)

    let_pass(raised.value.retry_after_seconds)

    spend_pixels(key, 5_000_000)


def test_a_picture_larger_than_the_limit_is_taken_when_nothing_is_owed(key):
    key.megapixels_per_minute = 1

    spend_pixels(key, 4_000_000)

    with pytest.raises(LimitExceeded) as raised:
        spend_pixels(key, 4_000_000)
    assert 235 <= raised.value.retry_after_seconds <= 240


def test_refused_requests_cost_nothing(key):
    key.requests_per_minute = 1
    spend_request(key)
    owed = KeyPace.objects.get().due_at

    with pytest.raises(LimitExceeded):
        spend_request(key)

    assert KeyPace.objects.get().due_at == owed


def test_keys_do_not_share_a_limit(key, settings):
    settings.DAM_KEY_REQUESTS_PER_MINUTE = 1
    spend_request(key)

    spend_request(make_api_key().api_key)

    assert KeyPace.objects.filter(due_at__gt=timezone.now()).count() == 2


@pytest.mark.django_db(transaction=True)
class TestSlots:
    @pytest.mark.parametrize(("limit", "outcome"), [(1, "refused"), (2, "taken")])
    def test_no_more_at_once_than_allowed(self, limit, outcome):
        key = make_api_key().api_key
        key.concurrent_requests = limit

        with slot(key):
            second = self._try_elsewhere(key)

        assert second == outcome

    def test_a_slot_is_free_after_an_error(self):
        key = make_api_key().api_key
        key.concurrent_requests = 1

        with pytest.raises(ZeroDivisionError), slot(key):
            raise ZeroDivisionError

        assert self._try_elsewhere(key) == "taken"

    def test_a_slot_is_free_when_its_process_is_gone(self):
        key = make_api_key().api_key
        key.concurrent_requests = 1

        with slot(key):
            held = self._try_elsewhere(key)
            # As when the process is killed; what follows has a new connection.
            connection.close()
            free = self._try_elsewhere(key)

        assert (held, free) == ("refused", "taken")

    @staticmethod
    def _try_elsewhere(key: ApiKey) -> str:
        """Take and give back a slot on another connection."""
        outcome = []

        def take() -> None:
            try:
                with slot(key):
                    outcome.append("taken")
            except LimitExceeded:
                outcome.append("refused")
            finally:
                connection.close()

        thread = threading.Thread(target=take)
        thread.start()
        thread.join()
        return outcome[0]
