from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from dam.collections import (
    UnknownCollection,
    add_assets,
    change_collection,
    create_collection,
    delete_collection,
    find_or_create_collection,
    remove_assets,
)
from dam.deletion import delete_asset
from dam.models import Asset, Collection, CollectionAsset
from dam.names import NameTaken
from tests.factories import make_asset, make_bare_assets, make_collection, make_user

pytestmark = pytest.mark.django_db


def ids_in(collection: Collection) -> set[int]:
    return set(
        CollectionAsset.objects.filter(collection=collection).values_list("asset", flat=True)
    )


def count_queries(call: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as queries:
        call()
    return len(queries)


def test_a_collection_has_a_name_and_its_maker():
    user = make_user()

    collection = create_collection(name=" Summer  party ", description="On the lake", user=user)

    collection.refresh_from_db()
    assert (collection.name, collection.description) == ("Summer party", "On the lake")
    assert collection.created_by == user


@pytest.mark.parametrize("name", ["Summer", "SUMMER", " summer "])
def test_a_name_is_taken_whatever_its_case(name):
    make_collection("Summer")

    with pytest.raises(NameTaken):
        create_collection(name=name, user=None)


def test_a_collection_that_is_there_is_found_by_its_name():
    collection = make_collection("Summer")

    assert find_or_create_collection(name="sUMMER", user=None) == collection


def test_a_collection_that_is_not_there_is_made():
    assert find_or_create_collection(name="Summer", user=None).name == "Summer"


def test_a_collection_is_renamed():
    collection = make_collection("Summer", description="On the lake")

    change_collection(collection, name="Winter")

    collection.refresh_from_db()
    assert (collection.name, collection.description) == ("Winter", "On the lake")


def test_the_case_of_a_name_may_be_changed():
    collection = make_collection("summer")

    change_collection(collection, name="Summer")

    assert Collection.objects.get().name == "Summer"


def test_a_collection_does_not_get_the_name_of_another():
    make_collection("Summer")
    collection = make_collection("Winter")

    with pytest.raises(NameTaken):
        change_collection(collection, name="SUMMER")

    assert Collection.objects.filter(name="Winter").exists()


def test_a_description_can_be_taken_away():
    collection = make_collection(description="On the lake")

    change_collection(collection, description="")

    assert Collection.objects.get().description == ""


def test_a_collection_that_is_gone_cannot_be_changed():
    collection = make_collection()
    Collection.objects.all().delete()

    with pytest.raises(UnknownCollection):
        change_collection(collection, name="Winter")


def test_deleting_a_collection_keeps_its_photos():
    asset, collection = make_asset(), make_collection()
    add_assets(collection, [asset.pk], user=None)

    delete_collection(collection)

    assert Asset.objects.filter(pk=asset.pk).exists()
    assert not CollectionAsset.objects.exists()


def test_deleting_a_collection_twice_changes_nothing_more():
    kept, collection = make_collection("Kept"), make_collection("Gone")

    delete_collection(collection)
    delete_collection(collection)

    assert list(Collection.objects.all()) == [kept]


def test_a_photo_that_is_deleted_leaves_its_collections():
    asset, collection = make_asset(), make_collection()
    add_assets(collection, [asset.pk], user=None)

    delete_asset(asset)

    assert ids_in(collection) == set()


def test_photos_are_put_in_by_somebody():
    asset, collection, user = make_asset(), make_collection(), make_user()

    add_assets(collection, [asset.pk], user=user)

    member = CollectionAsset.objects.get()
    assert (member.asset, member.collection, member.added_by) == (asset, collection, user)


def test_only_what_was_not_in_it_is_told_to_be_added():
    first, second, third = make_bare_assets(3)
    collection = make_collection()
    add_assets(collection, [second], user=None)

    added = add_assets(collection, [third, first, second, third], user=None)

    assert added == [first, third]
    assert ids_in(collection) == {first, second, third}


def test_adding_again_changes_nothing():
    ids, collection = make_bare_assets(2), make_collection()
    add_assets(collection, ids, user=None)
    collection.refresh_from_db()
    changed_at = collection.updated_at

    assert add_assets(collection, ids, user=None) == []

    collection.refresh_from_db()
    assert collection.updated_at == changed_at


def test_assets_that_do_not_exist_are_passed_over():
    (asset,) = make_bare_assets(1)
    collection = make_collection()

    assert add_assets(collection, [asset, asset + 1000], user=None) == [asset]


def test_only_what_was_in_it_is_told_to_be_removed():
    first, second, third = make_bare_assets(3)
    collection = make_collection()
    add_assets(collection, [first, second], user=None)

    removed = remove_assets(collection, [second, third])

    assert removed == [second]
    assert ids_in(collection) == {first}


def test_removing_what_was_added_is_the_undoing():
    ids, collection = make_bare_assets(4), make_collection()
    add_assets(collection, ids[:2], user=None)

    added = add_assets(collection, ids, user=None)
    remove_assets(collection, added)

    assert ids_in(collection) == set(ids[:2])


def test_a_photo_may_be_in_several_collections():
    (asset,) = make_bare_assets(1)
    one, other = make_collection(), make_collection()
    add_assets(one, [asset], user=None)
    add_assets(other, [asset], user=None)

    remove_assets(one, [asset])

    assert ids_in(other) == {asset}


@pytest.mark.parametrize("change", [remove_assets, lambda *given: add_assets(*given, user=None)])
def test_a_change_of_the_photos_is_a_change_of_the_collection(change):
    kept, asset = make_bare_assets(2)
    collection = make_collection()
    if change is remove_assets:
        add_assets(collection, [asset], user=None)
    collection.refresh_from_db()
    before = collection.updated_at

    change(collection, [asset, kept])

    collection.refresh_from_db()
    assert collection.updated_at > before


@pytest.mark.parametrize("change", [remove_assets, lambda *given: add_assets(*given, user=None)])
def test_photos_of_a_collection_that_is_gone_cannot_be_changed(change):
    collection = make_collection()
    Collection.objects.all().delete()

    with pytest.raises(UnknownCollection):
        change(collection, make_bare_assets(1))


def test_ten_thousand_photos_take_as_many_queries_as_one():
    ids = make_bare_assets(10_000)
    one, many = make_collection(), make_collection()

    few = count_queries(lambda: add_assets(one, ids[:1], user=None))

    assert count_queries(lambda: add_assets(many, ids, user=None)) == few
    assert count_queries(lambda: remove_assets(many, ids)) == few
    assert not ids_in(many)


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Call all at once, each on a connection of its own; return what they return or raise."""
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[], object]) -> object:
        try:
            barrier.wait(timeout=10)
            return call()
        except NameTaken as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.mark.django_db(transaction=True)
def test_of_two_who_add_the_same_photos_at_once_each_photo_is_told_to_one():
    ids, collection = make_bare_assets(500), make_collection()

    results = at_once(
        lambda: add_assets(collection, ids, user=None),
        lambda: add_assets(collection, list(reversed(ids)), user=None),
    )

    assert sorted([*results[0], *results[1]]) == sorted(ids)
    assert ids_in(collection) == set(ids)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_make_the_same_collection_at_once_one_succeeds():
    results = at_once(
        lambda: create_collection(name="Summer", user=None),
        lambda: create_collection(name="SUMMER", user=None),
    )

    assert {type(result) for result in results} == {Collection, NameTaken}
    assert Collection.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_photo_that_is_being_deleted_is_not_added():
    asset, collection = make_asset(), make_collection()
    locked, results = threading.Event(), []

    def delete() -> None:
        with transaction.atomic():
            Asset.objects.select_for_update().get(pk=asset.pk)
            locked.set()
            _wait_for_a_waiting_connection()
            Asset.objects.filter(pk=asset.pk).delete()

    def add() -> None:
        locked.wait(timeout=10)
        results.append(add_assets(collection, [asset.pk], user=None))

    at_once(delete, add)

    assert results == [[]]
    assert ids_in(collection) == set()


@pytest.mark.django_db(transaction=True)
def test_a_collection_that_is_being_filled_is_deleted_with_what_it_gets():
    ids, collection = make_bare_assets(1), make_collection()
    filled = threading.Event()

    def fill() -> None:
        with transaction.atomic():
            add_assets(collection, ids, user=None)
            filled.set()
            _wait_for_a_waiting_connection()

    def delete() -> None:
        filled.wait(timeout=10)
        delete_collection(collection)

    assert at_once(fill, delete) == [None, None]
    assert not Collection.objects.exists()
    assert not CollectionAsset.objects.exists()


def _wait_for_a_waiting_connection() -> None:
    """Return once another connection to this database waits for a lock."""
    for _ in range(1000):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.01), count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[1]:
                return
    raise AssertionError("nobody waits")
