from __future__ import annotations

import pytest
from django.http import QueryDict

from dam.names import InvalidName, NameTaken
from search.models import SavedSearch
from search.query import FaceQuery, InvalidQuery
from search.saved.searches import (
    UnknownSearch,
    change_search,
    delete_search,
    find_named,
    save_search,
)
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def save(name: str = "Glasses", query: str = "glasses=glasses") -> SavedSearch:
    return save_search(name=name, query=query, user=None).search


def test_a_search_is_saved_with_its_maker():
    user = make_user()

    saved = save_search(name=" With  glasses ", query="glasses=glasses", user=user)

    assert saved.is_new
    assert saved.search.name == "With glasses"
    assert saved.search.created_by == user


@pytest.mark.parametrize(
    "text",
    [
        "mask=none&glasses=sunglasses,glasses",
        "?glasses=glasses&glasses=sunglasses&mask=none",
        " mask=none&glasses=glasses,sunglasses&min_quality=&order=newest ",
    ],
)
def test_equal_queries_are_saved_as_the_same_text(text):
    search = save(query=text)

    assert search.query == "glasses=glasses&glasses=sunglasses&mask=none"


def test_what_is_saved_is_read_as_the_query_it_was():
    text = (
        "glasses!=sunglasses&min_age=20&max_age=30.5&scope=photo&show=photos&text=M%C3%BCller+%26"
    )

    search = save(query=text)

    assert FaceQuery.from_params(QueryDict(search.query)) == FaceQuery.from_params(QueryDict(text))


def test_a_search_may_ask_for_everything():
    assert save(query="").query == ""


def test_saving_the_same_again_changes_nothing():
    search = save()

    again = save_search(name="GLASSES", query="?glasses=glasses", user=make_user())

    assert again.search == search
    assert not again.is_new
    assert again.search.created_by is None


def test_another_query_does_not_get_the_same_name():
    save()

    with pytest.raises(NameTaken):
        save(name="glasses", query="glasses=none")

    assert SavedSearch.objects.get().query == "glasses=glasses"


def test_every_problem_of_a_query_is_told():
    with pytest.raises(InvalidQuery) as caught:
        save(query="glasses=monocle&hair=red&min_quality=x")

    assert sorted(caught.value.fields) == ["query.glasses", "query.hair", "query.min_quality"]
    assert not SavedSearch.objects.exists()


@pytest.mark.parametrize("query", ["text=" + "x" * 8000, "&".join(f"a{n}=1" for n in range(1100))])
def test_a_query_that_is_too_long_is_refused(query):
    with pytest.raises(InvalidQuery) as caught:
        save(query=query)

    assert list(caught.value.fields) == ["query"]


def test_what_is_no_name_is_refused():
    with pytest.raises(InvalidName):
        save(name=" ")


def test_only_what_is_given_is_changed():
    search = save()

    change_search(search, name="Lenses")
    change_search(search, query="glasses=none")

    search.refresh_from_db()
    assert (search.name, search.query) == ("Lenses", "glasses=none")


def test_a_search_does_not_get_the_name_of_another():
    save()
    other = save(name="Lenses")

    with pytest.raises(NameTaken):
        change_search(other, name="GLASSES")

    assert SavedSearch.objects.filter(name="Lenses").exists()


def test_a_wrong_query_is_not_put_in_place_of_a_good_one():
    search = save()

    with pytest.raises(InvalidQuery):
        change_search(search, query="glasses=monocle")

    assert SavedSearch.objects.get().query == "glasses=glasses"


def test_a_search_that_is_gone_cannot_be_changed():
    search = save()
    SavedSearch.objects.all().delete()

    with pytest.raises(UnknownSearch):
        change_search(search, name="Lenses")


def test_deleting_a_search_twice_changes_nothing_more():
    kept, search = save("Kept"), save("Gone")

    delete_search(search)
    delete_search(search)

    assert list(SavedSearch.objects.all()) == [kept]


def test_a_search_is_found_by_a_name_in_any_case():
    search = save("Stra\u00dfe")

    assert find_named("STRASSE") == search
