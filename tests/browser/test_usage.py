from __future__ import annotations

import pytest

from dam.metering import metered
from dam.models import ApiKey
from tests.browser.conftest import PHONE
from tests.factories import make_api_key

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def used_keys() -> None:
    for name in ("web shop", "archive of the city's museums"):
        key = make_api_key(name=name).api_key
        with metered(key) as meter:
            meter.picture(width=1000, height=1000)
    ApiKey.objects.filter(name="web shop").update(
        requests_per_minute=60, megapixels_per_minute=200, concurrent_requests=4
    )


def test_administrators_find_usage_in_the_settings_and_it_fits(sign_in, used_keys):
    page = sign_in(viewport=PHONE)
    page.goto("/settings/")

    sections = page.get_by_role("navigation", name="Settings")
    sections.get_by_role("link", name="Usage", exact=True).click()

    today = page.get_by_role("region", name="Use and limits of each key")
    assert today.get_by_role("rowheader", name="web shop").is_visible()
    assert "60 requests a minute, 200 megapixels a minute, 4 at the same time" in (
        today.inner_text()
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
