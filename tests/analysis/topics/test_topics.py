from __future__ import annotations

import pytest
from django.urls import reverse

from analysis.topics.state import list_topics
from dam.models import User
from tests.factories import make_face, make_user

pytestmark = pytest.mark.django_db

PAGE = "reading-settings"


def face_with_gender() -> None:
    face = make_face()
    face.readings = {"gender": {"male": 0.9, "female": 0.1}}
    face.save()


def test_stored_readings_are_counted_by_topic():
    face_with_gender()

    faces = {topic.name: topic.faces for topic in list_topics(counted=True)}

    assert (faces["gender"], faces["age"]) == (1, 0)


def test_what_is_off_but_stored_is_told(browser, settings):
    face_with_gender()
    settings.DAM_READINGS_OFF = frozenset({"gender"})

    html = browser.get(reverse(PAGE), {"count": "1"}).content.decode()

    assert "Gender of 1 face<" in html
    assert "manage.py erase_readings gender</code>" in html
    assert "DAM_READINGS_OFF=gender</code> now" in html


def test_nothing_is_counted_unasked(browser):
    html = browser.get(reverse(PAGE)).content.decode()

    assert "stored of" not in html
    assert "Nothing is off now" in html


def test_it_needs_an_administrator(client):
    client.force_login(make_user(role=User.Role.EDITOR))

    assert client.get(reverse(PAGE)).status_code == 403
