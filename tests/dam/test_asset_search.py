from __future__ import annotations

from importlib import import_module

import pytest
from django.db import connection

from dam.asset_search import assets_below, assets_with_text
from dam.models import Asset
from tests.factories import make_asset

pytestmark = pytest.mark.django_db


def names(assets) -> set[str]:
    return {asset.name for asset in assets}


def in_folder(folder: str) -> Asset:
    asset = make_asset(name=f"{folder.replace('/', '-') or 'root'}.png")
    Asset.objects.filter(pk=asset.pk).update(folder=folder)
    return asset


def test_a_folder_has_its_assets_and_those_below() -> None:
    for folder in ("2021", "2021/summer", "2021/summer/sea", "20210", "2020/2021", ""):
        in_folder(folder)

    found = assets_below("2021")

    assert names(found) == {"2021.png", "2021-summer.png", "2021-summer-sea.png"}


def test_signs_of_patterns_in_a_folder_mean_themselves() -> None:
    in_folder("a_b%/c")
    in_folder("axb%/c")

    assert names(assets_below("a_b%")) == {"a_b%-c.png"}


def test_no_folder_has_all_assets() -> None:
    in_folder("")
    in_folder("deep/below")

    assert assets_below("").count() == 2


@pytest.mark.parametrize(
    "text",
    ["hopper", "Hopp", "grace hop", "hopper grace", "grace_hopper.jpg", "gracehopper jpg", "1 jp"],
)
def test_words_are_beginnings_of_words(text: str) -> None:
    make_asset(name="grace_hopper-GraceHopper1.jpg")
    make_asset(name="shopper.jpg")

    assert names(assets_with_text(text)) == {"grace_hopper-GraceHopper1.jpg"}


@pytest.mark.parametrize("text", ["hopper lace", "race", "opper", "2"])
def test_a_word_that_begins_nothing_finds_nothing(text: str) -> None:
    make_asset(name="grace_hopper.jpg")

    assert not assets_with_text(text).exists()


@pytest.mark.parametrize(
    "text", ["Müller", "muller", "MÜLLER", "Mu\u0308ller", "strasse", "Straße"]
)
def test_accents_and_case_are_ignored(text: str) -> None:
    make_asset(name="Müller Straße.png")

    assert assets_with_text(text).count() == 1


@pytest.mark.parametrize("text", ["IMG2021", "img_2021", "img20", "2021", "IMG-2021.PNG"])
def test_letters_and_digits_may_be_apart(text: str) -> None:
    make_asset(name="IMG_2021.png")
    make_asset(name="DSC_2020.png")

    assert names(assets_with_text(text)) == {"IMG_2021.png"}


@pytest.mark.parametrize("text", ["' | 'a", "a':*", "\\' & !x", "\0", "<->", "  "])
def test_signs_of_queries_mean_nothing(text: str) -> None:
    make_asset(name="photo.png")

    assert assets_with_text(text).count() == (0 if any(map(str.isalpha, text)) else 1)


def test_words_of_other_scripts_are_found() -> None:
    make_asset(name="मुंबई 東京タワー Ελλάδα.png")

    assert all(assets_with_text(text).exists() for text in ("मुंबई", "東京", "ελλ", "ΕΛΛΆΔΑ"))


@pytest.mark.parametrize("name", ["grace_hopperIMG2021.JPG", "Müller Straße-7.png", "mañana.gif"])
def test_names_of_before_have_the_words_of_new_ones(name: str) -> None:
    asset = make_asset(name=name)
    expected = sorted(asset.search_text.split())
    Asset.objects.update(search_text="")

    migration = import_module("dam.migrations.0002_asset_metadata")
    with connection.cursor() as cursor:
        cursor.execute(migration.FILL_SEARCH_TEXT)

    asset.refresh_from_db()
    assert sorted(set(asset.search_text.split())) == expected
