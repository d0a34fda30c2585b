from __future__ import annotations

import contextlib

import pytest

from dam.limits import LimitExceeded
from dam.metering import metered, used_today
from dam.models import ApiKey, KeyUsage
from tests.factories import make_api_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(db) -> ApiKey:
    return make_api_key().api_key


def test_use_of_a_day_adds_up(key):
    for faces in (2, 3):
        with metered(key) as meter:
            meter.picture(width=20, height=10)
            meter.faces = faces

    usage = used_today(key)
    assert (usage.requests, usage.refused) == (2, 0)
    assert (usage.pictures, usage.pixels, usage.faces) == (2, 400, 5)


def test_a_request_that_fails_is_counted(key):
    with contextlib.suppress(ZeroDivisionError), metered(key):
        raise ZeroDivisionError

    assert (used_today(key).requests, used_today(key).refused) == (1, 0)


def test_a_picture_is_counted_whatever_follows(key):
    with contextlib.suppress(ZeroDivisionError), metered(key) as meter:
        meter.picture(width=20, height=10)
        raise ZeroDivisionError

    assert used_today(key).pictures == 1


def test_a_request_over_the_limit_is_counted_as_refused(key):
    key.requests_per_minute = 1
    with metered(key):
        pass

    with pytest.raises(LimitExceeded), metered(key):
        pytest.fail("It was admitted.")

    usage = used_today(key)
    assert (usage.requests, usage.refused) == (2, 1)


def test_pictures_of_a_day_have_a_limit(key):
    key.pictures_per_day = 1
    with metered(key) as meter:
        meter.picture(width=20, height=10)

    with pytest.raises(LimitExceeded) as raised, metered(key) as meter:
        meter.picture(width=20, height=10)

    assert 1 <= raised.value.retry_after_seconds <= 86_400
    assert used_today(key).pictures == 1


def test_people_are_neither_limited_nor_counted(settings):
    settings.DAM_KEY_REQUESTS_PER_MINUTE = 1

    for _ in range(2):
        with metered(None) as meter:
            meter.picture(width=20, height=10)

    assert not KeyUsage.objects.exists()


def test_a_key_that_was_not_used_used_nothing(key):
    usage = used_today(key)

    assert (usage.requests, usage.pictures, usage.pixels, usage.faces) == (0, 0, 0, 0)
