from __future__ import annotations

from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from analysis.facets import facets
from analysis.models import Face
from dam.models import Collection
from search.browse import views
from tests.factories import make_face

pytestmark = pytest.mark.django_db

URL = "/faces/"
HTMX = {"HX-Request": "true"}


def html_of(browser: Client, query: str = "", **options: object) -> str:
    response = browser.get(f"{URL}?{query}", **options)
    assert response.status_code == 200
    return unescape(response.content.decode())


def link_to(face: Face) -> str:
    return f'#face-{face.uid}"'


def test_faces_tell_who_they_are(browser, tagged_face):
    tagged_face(person="Ada")

    assert 'alt="Ada, face 1 of photo.png"' in html_of(browser)


def test_faces_lead_to_their_photos(browser, tagged_face):
    face = tagged_face(gender="male")

    html = html_of(browser)

    assert link_to(face) in html
    assert reverse("api:face-crop", kwargs={"uid": face.uid}) in html
    assert "1 face" in html


def test_only_what_is_asked_for_is_shown(browser, tagged_face):
    male, female = tagged_face(gender="male"), tagged_face(gender="female")

    html = html_of(browser, "gender=male")

    assert link_to(male) in html
    assert link_to(female) not in html


def test_retired_faces_are_not_shown(browser, tagged_face):
    face = tagged_face(gender="male")
    Face.objects.update(retired_at=timezone.now())

    assert link_to(face) not in html_of(browser)


def test_every_value_of_every_facet_is_a_link(browser):
    html = html_of(browser)

    for facet in facets():
        assert facet.label in html
        for value in facet.all_values:
            assert f'href="/faces/?{facet.name}={value.name}"' in html


def test_a_link_adds_a_value_or_takes_it_away(browser):
    html = html_of(browser, "gender=male&min_quality=60")

    assert 'href="/faces/?gender=female&gender=male&min_quality=60"' in html
    assert (
        'id="gender-male" href="/faces/?min_quality=60" rel="nofollow" aria-current="true"' in html
    )


def test_active_filters_can_be_removed_one_by_one_or_all(browser):
    html = html_of(browser, "gender=male&min_quality=60")

    assert "Gender: Male" in html
    assert "Quality: 60 or more" in html
    assert 'id="chip-1" href="/faces/?min_quality=60"' in html
    assert 'id="chip-2" href="/faces/?gender=male"' in html
    assert "Clear all" in html


@pytest.mark.parametrize("query", ["gender=male", "gender=male&show=photos"])
def test_exports_are_of_what_is_found(browser, query):
    html = html_of(browser, query)

    assert 'href="/api/v1/export.csv?gender=male"' in html
    assert 'href="/api/v1/export.jsonl?gender=male"' in html


def test_every_value_of_every_facet_can_be_excluded(browser):
    html = html_of(browser, "gender=male")

    assert 'href="/faces/?gender!=male" rel="nofollow" title="Without Male"' in html
    assert 'href="/faces/?gender=male&gender!=female"' in html
    assert "Glasses: not None" in html_of(browser, "glasses!=none")
    assert (
        'id="glasses-not-none" href="/faces/" rel="nofollow" title="Without None" aria-current'
        in (html_of(browser, "glasses!=none"))
    )


def test_everything_else_is_in_the_form(browser):
    html = html_of(
        browser,
        "min_age=18&max_age=30.5&min_faces=2&max_size=400&min_score=0.5&max_quality=90&text=sea"
        "&folder=2021/summer&since=2026-03-01&until=2026-03-02",
    )

    for name, value in {
        "min_age": "18",
        "max_age": "30.5",
        "min_faces": "2",
        "max_size": "400",
        "min_score": "0.5",
        "max_quality": "90",
        "text": "sea",
        "folder": "2021/summer",
        "since": "2026-03-01",
        "until": "2026-03-02",
    }.items():
        (field,) = (
            tag
            for tag in html.split("<input")
            if f' name="{name}"' in tag and 'type="hidden"' not in tag
        )
        assert f'value="{value}"' in field


def test_numbers_come_with_how_they_spread(browser, tagged_face):
    tagged_face(quality_score=90)

    html = html_of(browser, "min_quality=60")

    drawing = html.split('data-edges="0,5,10')[2].split("</svg>")[0]
    assert 'x="18.05" y="0.0" width=".9" height="24.0"/>' in drawing
    assert drawing.count('class="is-out"') == 12


def test_a_collection_is_chosen_by_its_name(browser):
    collection = Collection.objects.create(name="Best of", name_key="best of")

    html = html_of(browser, f"collection={collection.uid}")

    assert f'<option value="{collection.uid}" selected>Best of</option>' in html


def test_people_are_listed_by_their_number_of_faces(browser, tagged_face):
    for name in ("Ada", "Smith, John", "Smith, John"):
        tagged_face(person=name)

    html = html_of(browser)

    assert html.index(">Smith, John<") < html.index(">Ada<")
    assert 'id="person-1" href="/faces/?person=Smith%2C+John"' in html
    assert 'name="person" placeholder="Another name"' in html


def test_only_the_most_frequent_people_are_listed_and_who_is_asked_for(browser, tagged_face):
    for number in range(25):
        tagged_face(person=f"Person {number:02}")

    html = html_of(browser, "person=Person 24")

    assert ">Person 19<" in html
    assert ">Person 20<" not in html
    assert html.count('facet__label">Person 24<') == 1


def test_where_one_face_has_not_all_of_it_the_photo_may(browser):
    make_face()

    html = html_of(browser, "gender=male&glasses=none")

    assert 'Or let <a href="/faces/?gender=male&glasses=none&scope=photo"' in html


def test_the_form_keeps_what_it_does_not_show(browser):
    html = html_of(browser, "gender=male&glasses!=none&min_quality=60&order=quality")

    form = html.split('class="filters__form"')[1].split("</form>")[0]
    assert '<input type="hidden" name="gender" value="male">' in form
    assert '<input type="hidden" name="glasses!" value="none">' in form
    assert '<input type="hidden" name="order" value="quality">' in form
    assert form.count('name="min_quality"') == form.count('name="order"') == 1


def test_orders_are_links_that_keep_what_is_asked_for(browser):
    html = html_of(browser, "gender=male&order=quality")

    assert 'href="/faces/?gender=male" rel="nofollow">Newest photo' in html
    assert 'href="/faces/?gender=male&order=oldest" rel="nofollow">Oldest photo' in html
    assert 'id="order-quality"' in html
    assert 'order=quality" rel="nofollow" aria-current="true">Best quality' in html


def test_pages_follow_each_other(browser, tagged_face, monkeypatch):
    monkeypatch.setattr(views, "PAGE_SIZE", 2)
    faces = [tagged_face(gender="male") for _ in range(3)]
    first = html_of(browser, "gender=male")
    address = first.split('rel="next nofollow" href="')[1].split('"')[0]

    second = unescape(browser.get(address).content.decode())

    assert [link_to(face) in first for face in faces] == [False, True, True]
    assert [link_to(face) in second for face in faces] == [True, False, False]
    assert "More faces" not in second
    before = second.split('rel="prev nofollow" href="')[1].split('"')[0]
    assert link_to(faces[2]) in browser.get(before).content.decode()


def test_htmx_gets_what_changes_and_the_address_without_blanks(browser, tagged_face):
    face = tagged_face(gender="male")

    response = browser.get(f"{URL}?gender=male&min_quality=&since=", headers=HTMX)

    html = response.content.decode()
    assert "<html" not in html
    assert link_to(face) in html
    assert 'hx-swap-oob="innerHTML"' in html
    assert response["HX-Push-Url"] == "/faces/?gender=male"


def test_htmx_gets_the_next_faces_alone(browser, tagged_face, monkeypatch):
    monkeypatch.setattr(views, "PAGE_SIZE", 1)
    old = tagged_face(gender="male")
    tagged_face(gender="male")
    address = html_of(browser).split('hx-get="/faces/?cursor')[1].split('"')[0]

    html = browser.get(f"/faces/?cursor{address}", headers=HTMX).content.decode()

    assert link_to(old) in html
    assert "facet__value" not in html


def test_the_browsers_back_gets_the_whole_page(browser):
    headers = HTMX | {"HX-History-Restore-Request": "true"}

    assert "<html" in html_of(browser, "gender=male", headers=headers)


def test_no_faces_at_all_leads_to_the_upload(browser):
    html = html_of(browser)

    assert "No faces yet" in html
    assert reverse("upload") in html


def test_nothing_found_leads_back_to_all_faces(browser):
    make_face()

    html = html_of(browser, "gender=male")

    assert "No face has all of this" in html
    assert "Clear all filters" in html


def test_odd_values_are_all_told(browser):
    response = browser.get(f"{URL}?gender=<b>&colour=red&min_quality=many&cursor=x")

    html = response.content.decode()
    assert response.status_code == 400
    assert all(f"<code>{name}</code>" in html for name in ("gender", "colour", "min_quality"))
    assert "“&lt;b&gt;” is not one of" in html


def test_an_odd_cursor_is_told(browser):
    response = browser.get(f"{URL}?cursor=x")

    assert response.status_code == 400
    assert b"<code>cursor</code>" in response.content


def test_htmx_lets_the_browser_load_the_page_that_tells(browser):
    address = f"{URL}?since=2026-11-21&until=2026-11-01"

    response = browser.get(address, headers={"HX-Request": "true"})

    assert response["HX-Redirect"] == address


def test_it_needs_a_login():
    assert Client().get(URL)["Location"].startswith(reverse("login"))


@pytest.mark.parametrize("query", ["", "gender=male&glasses=none", "show=photos"])
def test_the_number_of_queries_does_not_grow(browser, tagged_face, count_queries, query):
    tagged_face(gender="male", glasses="none")
    few = count_queries(lambda: html_of(browser, query))

    for _ in range(3):
        tagged_face(gender="male", glasses="none")

    assert count_queries(lambda: html_of(browser, query)) == few
