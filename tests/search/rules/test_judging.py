from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analysis.models import Face
from dam.models import Asset, RuleOutcome
from search.matching import find_matches
from search.models import Rule
from search.query import FaceQuery, Show
from search.rules.tasks import judge_waiting_photos
from tests.factories import make_asset, make_collection
from tests.search.rules.uploads import analyze, make_rule, upload

pytestmark = pytest.mark.django_db

Verdict = Asset.Verdict


def said(asset: Asset) -> list[tuple[str, str]]:
    return [(outcome.action, outcome.message) for outcome in asset.outcomes.all()]


def test_without_rules_nothing_is_said_of_a_photo():
    with CaptureQueriesContext(connection) as queries:
        asset = upload(90)

    assert asset.verdict == ""
    assert sum("search_rule" in query["sql"] for query in queries) == 1


def test_a_photo_without_a_face_is_refused():
    make_rule("max_faces=0", message="Nobody is in it.")

    asset = upload()

    assert asset.verdict == Verdict.REFUSED
    assert said(asset) == [("refuse", "Nobody is in it.")]


def test_a_photo_that_no_rule_finds_passes():
    make_rule("max_faces=0")

    asset = upload(90)

    assert (asset.verdict, said(asset)) == (Verdict.PASSED, [])


def test_a_refused_photo_is_counted_and_found_nowhere():
    make_rule("max_quality=84.99")

    upload(60, 70)

    photos, faces = find_matches(FaceQuery(show=Show.PHOTOS)), find_matches(FaceQuery())
    assert (photos.photo_count, faces.face_count) == (0, 0)
    assert not Asset.objects.exists()
    assert not Face.objects.present().exists()


def test_one_bad_face_among_good_ones_is_enough():
    make_rule("max_quality=84.99", "warn", message="Blurred.")

    asset = upload(95, 60)

    assert said(asset) == [("warn", "Blurred.")]
    assert Asset.objects.get() == asset


def test_the_scope_photo_asks_all_faces_together():
    make_rule("scope=photo&min_age=1&min_faces=2", "warn")

    assert [len(said(upload(90))), len(said(upload(90, 90)))] == [0, 1]


def test_more_than_some_faces_are_counted():
    make_rule("min_faces=3")

    assert [upload(90, 90).verdict, upload(90, 90, 90).verdict] == ["passed", "refused"]


def test_a_route_puts_the_photo_in_its_collection():
    collection = make_collection("Groups")
    make_rule("min_faces=2", "route", collection=collection.uid)

    asset = upload(90, 90)
    upload(90)

    assert list(collection.assets.all()) == [asset]


def test_rules_are_judged_in_their_order_and_a_refusal_ends_it():
    make_rule("min_quality=10", "warn", message="first")
    make_rule("min_quality=20", "refuse", message="second")
    make_rule("min_quality=30", "warn", message="third")

    assert said(upload(90)) == [("warn", "first"), ("refuse", "second")]


def test_a_rule_that_is_off_or_about_other_sources_says_nothing():
    make_rule("min_quality=10", "warn", enabled=False)
    make_rule("min_quality=11", "warn", sources=("watch_folder",), message="watched")

    uploaded, watched = upload(90), upload(90, source="watch_folder")

    assert (uploaded.verdict, said(watched)) == ("", [("warn", "watched")])


def test_what_only_the_database_knows_is_asked_too():
    make_rule("text=photo", "warn", message="named so")
    make_rule("folder=summer", "warn", message="from there")

    assert said(upload(90)) == [("warn", "named so")]


def test_a_rule_that_cannot_be_read_any_more_says_nothing(caplog):
    rule = make_rule("max_faces=0")
    Rule.objects.filter(pk=rule.pk).update(query="no_such=1")

    assert upload().verdict == Verdict.PASSED
    assert "cannot be read" in caplog.text


def test_only_the_first_analysis_of_a_photo_is_judged():
    old = upload(90)
    make_rule("max_faces=0")
    new = upload(90)

    assert [analyze(old).verdict, analyze(new).verdict] == ["", "passed"]


def test_a_photo_that_could_not_be_judged_is_judged_later():
    make_rule("max_faces=0")
    waiting, unfinished = upload(), make_asset()
    Asset.everything.filter(pk=waiting.pk).update(verdict=Verdict.WAITING)

    judge_waiting_photos()
    judge_waiting_photos()

    waiting.refresh_from_db()
    unfinished.refresh_from_db()
    assert (waiting.verdict, unfinished.verdict) == (Verdict.REFUSED, Verdict.WAITING)
    assert RuleOutcome.objects.count() == 1


def test_more_rules_take_no_more_queries():
    def queries_of_an_upload() -> int:
        with CaptureQueriesContext(connection) as queries:
            upload(90)
        return len(queries)

    make_rule("max_quality=1")
    few = queries_of_an_upload()
    for number in range(2, 6):
        make_rule(f"max_quality={number}")

    assert queries_of_an_upload() == few
