from __future__ import annotations

import uuid

import pytest

from analysis.custom_tags.tags import create_tag, delete_tag
from dam.collections import delete_collection
from dam.models import Asset
from search.models import SavedSearch
from search.saved.searches import save_search
from search.saved.state import SearchState, describe_search, describe_searches
from tests.factories import make_asset, make_collection

pytestmark = pytest.mark.django_db


def state_of(query: str) -> SearchState:
    return describe_search(save_search(name=uuid.uuid4().hex, query=query, user=None).search)


def stored(query: str) -> SavedSearch:
    """Store a query as it is, as one that was right once."""
    name = uuid.uuid4().hex
    return SavedSearch.objects.create(name=name, name_key=name, query=query)


def test_it_tells_how_many_faces_and_photos_are_found_now(tagged_face):
    asset = make_asset()
    tagged_face(asset=asset, position=0, glasses="glasses")
    tagged_face(asset=asset, position=1, glasses="glasses")
    tagged_face(glasses="none")

    state = state_of("glasses=glasses")

    assert (state.face_count, state.photo_count) == (2, 1)


def test_counts_follow_what_is_stored(tagged_face):
    search = save_search(name="Glasses", query="glasses=glasses", user=None).search
    assert describe_search(search).face_count == 0

    tagged_face(glasses="glasses")

    assert describe_search(search).face_count == 1


def test_it_tells_the_query_in_words():
    state = state_of("glasses!=sunglasses&min_quality=60")

    assert [condition.label for condition in state.conditions] == ["Glasses", "Quality"]
    assert not state.problems


def test_it_leads_to_what_it_finds():
    assert state_of("glasses=glasses&show=photos").address == "/faces/?glasses=glasses&show=photos"
    assert state_of("").address == "/faces/"


def test_a_facet_that_is_gone_is_told():
    tag = create_tag(label="Red hat", user=None)
    search = save_search(name="Hats", query="red_hat=yes&glasses=none", user=None).search
    delete_tag(tag)

    state = describe_search(search)

    assert list(state.problems) == ["red_hat"]
    assert (state.query, state.face_count, state.photo_count) == (None, None, None)


def test_a_value_that_is_gone_is_told():
    assert list(describe_search(stored("glasses=monocle")).problems) == ["glasses"]


def test_what_is_left_can_be_searched_for():
    state = describe_search(stored("glasses=monocle&mask=none&hair!=red"))

    assert state.rest_address == "/faces/?mask=none"


def test_a_collection_that_is_gone_is_told():
    collection = make_collection()
    search = save_search(name="One", query=f"collection={collection.uid}", user=None).search
    assert not describe_search(search).problems

    delete_collection(collection)

    state = describe_search(search)
    assert state.problems == {"collection": ["This collection was deleted."]}
    assert state.rest_address == "/faces/"


def test_a_photo_that_is_gone_is_told():
    asset = make_asset()
    search = save_search(name="One", query=f"asset={asset.uid}", user=None).search
    assert not describe_search(search).problems

    Asset.objects.all().delete()

    assert describe_search(search).problems == {"asset": ["This photo was deleted."]}


def test_one_that_is_wrong_does_not_stop_the_others(tagged_face):
    tagged_face(glasses="glasses")
    searches = [stored("glasses=monocle"), stored("glasses=glasses"), stored("text=%00")]

    states = describe_searches(searches)

    assert [state.search for state in states] == searches
    assert states[1].face_count == 1


def test_the_number_of_queries_does_not_grow(tagged_face, count_queries):
    tagged_face(glasses="glasses")
    one = [stored("glasses=glasses")]
    many = [*one, *(stored(f"min_quality={number}&mask=none") for number in range(5))]
    describe_searches(one)

    few = count_queries(lambda: describe_searches(one))

    assert count_queries(lambda: describe_searches(many)) == few


def test_without_searches_nothing_is_asked(count_queries):
    assert count_queries(lambda: describe_searches([])) == 0
