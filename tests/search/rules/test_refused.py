from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from analysis.models import Face
from analysis.tagging import correct_tag
from dam.ingest import ingest
from dam.models import Asset
from dam.storage import open_original
from search.rules.refused import NotRefused, accept, judge_again
from search.rules.tasks import remove_old_refused_photos
from tests.factories import make_asset, make_collection, make_user
from tests.search.rules.uploads import analyze, make_rule, upload

pytestmark = pytest.mark.django_db


def test_an_accepted_photo_is_back_with_its_faces():
    make_rule("max_quality=84.99")
    asset = upload(60, 70)
    hidden = set(asset.faces.values_list("uid", flat=True))

    accept(asset, user=make_user("ada"))

    asset.refresh_from_db()
    assert (asset.verdict, asset.refused_at) == (Asset.Verdict.ACCEPTED, None)
    assert set(Face.objects.present().values_list("uid", flat=True)) == hidden
    assert asset.outcomes.get().accepted_by.username == "ada"


def test_an_accepted_photo_is_back_in_its_collections():
    mine, groups = make_collection("Mine"), make_collection("Groups")
    make_rule("min_faces=2", "route", collection=groups.uid)
    make_rule("max_quality=84.99")
    asset = make_asset()
    mine.members.create(asset=asset)
    asset = analyze(asset, 60, 70)
    assert not mine.members.exists()
    assert not groups.members.exists()

    accept(asset, user=None)

    assert [list(one.assets.all()) for one in (mine, groups)] == [[asset], [asset]]


def test_a_refused_photo_that_is_analyzed_again_stays_hidden():
    make_rule("max_quality=84.99")
    asset = upload(60)
    uid = asset.faces.get().uid

    analyze(asset, 61, 62)

    assert not Face.objects.present().exists()
    accept(asset, user=None)
    assert Face.objects.present().count() == 2
    assert Face.objects.present().filter(uid=uid).exists()


def test_the_same_bytes_again_are_the_refused_photo():
    make_rule("max_faces=0")
    asset = upload()

    with open_original(asset) as file:
        again = ingest(file, name="again.png", source=Asset.Source.API)

    assert (again.asset, again.created) == (asset, False)


def test_what_is_not_refused_cannot_be_accepted():
    with pytest.raises(NotRefused):
        accept(upload(90), user=None)


def test_judging_again_goes_by_the_present_rules_and_keeps_corrections():
    rule = make_rule("max_quality=84.99")
    asset = upload(60)
    rule.delete()
    judge_again(asset)
    face = Face.objects.present().get()
    correct_tag(face, facet="gender", value="male", user=None)
    make_rule("gender=male", message="By what a person said.")

    judge_again(asset)

    asset.refresh_from_db()
    assert [one.message for one in asset.outcomes.all()] == ["By what a person said."]
    assert asset.faces.get().tags.get(facet="gender").source == "user"


def test_refused_photos_go_for_good_after_days_that_are_set(settings):
    make_rule("max_faces=0")
    old, new, kept = upload(), upload(), upload(90)
    Asset.everything.filter(pk=old.pk).update(refused_at=timezone.now() - timedelta(days=31))

    remove_old_refused_photos()
    assert Asset.everything.count() == 3
    settings.DAM_REFUSED_DAYS = 30
    remove_old_refused_photos()

    assert set(Asset.everything.all()) == {new, kept}
