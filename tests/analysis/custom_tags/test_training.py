from __future__ import annotations

import pytest

from analysis.custom_tags.applying import activate_version, apply_piece
from analysis.custom_tags.errors import TooAlike, TooFewExamples
from analysis.custom_tags.examples import mark_examples
from analysis.custom_tags.tags import find_tag
from analysis.custom_tags.training import has_new_examples, train_tag
from analysis.models import CustomTagVersion, Face, FaceTag
from analysis.tagging import correct_tag
from tests.analysis.custom_tags.conftest import embedding
from tests.factories import make_asset, make_face

pytestmark = pytest.mark.django_db


def apply_all(version: CustomTagVersion) -> None:
    while apply_piece(version.pk, faces_at_once=7):
        pass


def value(face: Face) -> tuple[str, str]:
    tag = FaceTag.objects.get(face=face, facet="red_hat")
    return (tag.value, tag.source)


class TestTraining:
    def test_a_version_tells_what_it_learned_and_how_right_it_was(self, taught_tag, net):
        version = train_tag(taught_tag).version

        assert (version.number, version.yes_count, version.no_count) == (1, 10, 10)
        assert version.embedding_net == net
        assert version.auc == 1.0
        assert version.auc_low < 0.9 < version.balanced_accuracy
        assert find_tag("red_hat").active_version == version

    def test_faces_that_were_not_marked_get_the_tag(self, taught_tag, make_faces):
        (yes,), (no,) = make_faces(1, yes=True, start=50), make_faces(1, yes=False, start=50)

        apply_all(train_tag(taught_tag).version)

        assert (value(yes), value(no)) == (("yes", "model"), ("no", "model"))

    def test_training_again_without_news_makes_no_version(self, taught_tag):
        first = train_tag(taught_tag)
        again = train_tag(find_tag("red_hat"))

        assert (first.is_new, again.is_new) == (True, False)
        assert again.version == first.version
        assert taught_tag.versions.count() == 1

    def test_the_same_examples_give_the_same_head(self, taught_tag):
        first = train_tag(taught_tag).version
        kept = list(first.weights)
        taught_tag.active_version = None
        taught_tag.save()
        first.delete()

        assert list(train_tag(taught_tag).version.weights) == kept

    def test_a_correction_is_an_example_of_the_next_version(self, taught_tag, make_faces):
        apply_all(train_tag(taught_tag).version)
        (face,) = make_faces(1, yes=True, start=50)
        tag = find_tag("red_hat")
        assert not has_new_examples(tag)

        correct_tag(face, facet="red_hat", value="no", user=None)

        assert has_new_examples(tag)
        version = train_tag(tag).version
        assert (version.number, version.yes_count, version.no_count) == (2, 10, 11)

    def test_too_few_examples_say_how_many_are_lacking(self, tag, make_faces):
        faces = make_faces(10, yes=True)
        mark_examples(tag, yes=[f.uid for f in faces[:10]], user=None)

        with pytest.raises(TooFewExamples, match=r"Mark 10 more no\."):
            train_tag(tag)

    def test_examples_of_other_nets_do_not_count(self, taught_tag):
        Face.objects.update(embedding_net="others")

        with pytest.raises(TooFewExamples, match="20 marked faces were analyzed by other nets"):
            train_tag(taught_tag)

    def test_examples_of_one_photo_are_not_enough(self, tag, make_faces, net):
        asset = make_asset()
        crowd = [
            make_face(
                asset,
                position=number,
                embedding=embedding(number, yes=True).tolist(),
                embedding_net=net,
            )
            for number in range(10)
        ]
        others = make_faces(10, yes=False)
        mark_examples(tag, yes=[f.uid for f in crowd], no=[f.uid for f in others], user=None)

        with pytest.raises(TooAlike, match="marked yes are all from one photo"):
            train_tag(tag)

    def test_retired_examples_do_not_count(self, taught_tag):
        face = FaceTag.objects.filter(facet="red_hat").first().face
        Face.objects.filter(pk=face.pk).update(retired_at="2026-01-01T00:00:00Z")

        with pytest.raises(TooFewExamples):
            train_tag(taught_tag)


class TestVersions:
    def test_an_older_version_can_be_used_again(self, taught_tag, make_faces):
        first = train_tag(taught_tag).version
        (face,) = make_faces(1, yes=True, start=50)
        mark_examples(taught_tag, no=[face.uid], user=None)
        second = train_tag(find_tag("red_hat")).version
        assert find_tag("red_hat").active_version == second

        activate_version(first)
        apply_all(first)

        assert find_tag("red_hat").active_version == first
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.status, second.status) == ("applied", "replaced")

    def test_training_finds_the_version_of_the_same_examples(self, taught_tag, make_faces):
        first = train_tag(taught_tag).version
        (face,) = make_faces(1, yes=True, start=50)
        mark_examples(taught_tag, no=[face.uid], user=None)
        second = train_tag(find_tag("red_hat")).version
        activate_version(first)

        trained = train_tag(find_tag("red_hat"))

        assert (trained.version, trained.is_new) == (second, False)
        assert find_tag("red_hat").active_version == second
