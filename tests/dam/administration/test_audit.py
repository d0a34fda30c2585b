from __future__ import annotations

import pytest

from dam.audit import COMMAND_LINE, SERVICE, Kind, record

pytestmark = pytest.mark.django_db

PAGE = "/settings/audit/"


@pytest.fixture
def many() -> None:
    for number in range(60):
        record(Kind.KEY, f"made key {number}", by=COMMAND_LINE)
    record(Kind.USER, "made anna", by=SERVICE)


def texts(response) -> list[str]:
    return [entry.text for entry in response.context["entries"]]


def test_the_newest_is_first_and_older_ones_follow(browser, many):
    first = browser.get(PAGE)

    older = browser.get(f"{PAGE}?{first.context['next_query']}")

    assert (texts(first)[0], len(texts(first))) == ("made anna", 50)
    assert texts(first) + texts(older) == [
        "made anna",
        *(f"made key {n}" for n in range(59, -1, -1)),
    ]


@pytest.mark.parametrize("query", [{"kind": "user"}, {"by": "Facet itself"}])
def test_it_is_filtered(browser, many, query):
    assert texts(browser.get(PAGE, query)) == ["made anna"]


def test_filters_stay_while_one_goes_on(browser, many):
    first = browser.get(PAGE, {"kind": "key"})

    older = browser.get(f"{PAGE}?{first.context['next_query']}")

    assert len(texts(older)) == 10


@pytest.mark.parametrize("query", [{"before": "x"}, {"before": "9" * 30}, {"kind": "none"}])
def test_what_means_nothing_breaks_nothing(browser, query):
    assert browser.get(PAGE, query).status_code == 200


def test_queries_do_not_grow(browser, many, django_assert_num_queries):
    with django_assert_num_queries(5):  # session, person, pause, entries, names
        browser.get(PAGE)


def test_programs_read_it_too(api, many):
    (entry,) = api.get("/api/v1/audit", {"kind": "user"}).json()["results"]

    assert (entry["by"], entry["text"]) == ("Facet itself", "made anna")
    assert api.get("/api/v1/audit", {"kind": "none"}).status_code == 400
