"""An attribute that nobody has written a line of Python for: a file and two tables are enough."""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
from pathlib import Path

import pytest
import skimage.data
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from drf_spectacular.generators import SchemaGenerator
from PIL import Image

from analysis.models import Face
from analysis.tasks import analyze_asset
from tests.factories import make_asset
from tests.pictures import encoded

pytestmark = [pytest.mark.nets, pytest.mark.django_db]

# Says "beard" with 0.9 of every face.
HEAD = Path(__file__).parent / "data" / "beard_head.onnx"
TABLES = """
[[net]]
name = "beard"
role = "head"
file = "beard_head.onnx"
sha256 = "{sha256}"
source = "Made up"
licence = "MIT"
recipe = "none"
features = ["pooled"]

[net.outputs]
probabilities = "probabilities"

[[net.reading]]
name = "beard"
output = "probabilities"
decoder = "probabilities"
labels = ["none", "full_beard"]

[[facet]]
name = "beard"
label = "Beard"
reading = "beard"
min_score = 0.6
"""


@pytest.fixture(scope="session")
def models_with_beard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the nets with one more."""
    folder = tmp_path_factory.mktemp("models")
    shipped = django_settings.BASE_DIR / "models"
    for path in shipped.iterdir():
        if path.suffix in (".onnx", ".json"):
            (folder / path.name).symlink_to(path)
    shutil.copy(HEAD, folder)
    tables = TABLES.format(sha256=hashlib.sha256(HEAD.read_bytes()).hexdigest())
    manifest = (shipped / "manifest.toml").read_text()
    (folder / "manifest.toml").write_text(manifest + tables)
    return folder


@pytest.fixture(autouse=True)
def use_beard(models_with_beard: Path, settings) -> None:
    settings.DAM_MODELS_DIR = models_with_beard


@pytest.fixture
def face() -> Face:
    """The astronaut's face, as the real nets see it."""
    asset = make_asset(astronaut())
    analyze_asset(asset.runs.get().pk)
    return Face.objects.get(asset=asset)


def astronaut() -> bytes:
    return encoded(Image.fromarray(skimage.data.astronaut()))


def beard_of(facets: list[dict]) -> dict[str, tuple[str, int]]:
    (beard,) = [facet for facet in facets if facet["name"] == "beard"]
    return {value["value"]: (value["label"], value["count"]) for value in beard["values"]}


def test_an_analysis_finds_it(face):
    assert face.readings["beard"] == pytest.approx({"none": 0.1, "full_beard": 0.9}, abs=1e-4)
    tag = face.tags.get(facet="beard")
    assert (tag.value, tag.source) == ("full_beard", "model")
    assert tag.score == pytest.approx(0.9, abs=1e-4)


def test_a_picture_that_is_only_looked_at_shows_it(api):
    file = SimpleUploadedFile("astronaut.png", astronaut())

    (found,) = api.post("/api/v1/analyze", {"image": file}, format="multipart").json()["faces"]

    assert found["readings"]["beard"] == {"none": 0.1, "full_beard": 0.9}


def test_rest_shows_it_and_filters_by_it(api, face):
    (found,) = api.get("/api/v1/faces", {"beard": "full_beard,unsure"}).json()["results"]
    others = api.get("/api/v1/faces", {"beard": "none"}).json()["results"]

    assert found["uid"] == str(face.uid)
    assert found["tags"]["beard"]["value"] == "full_beard"
    assert others == []


def test_its_values_are_checked(api):
    error = api.get("/api/v1/faces", {"beard": "moustache"}).json()["error"]

    assert list(error["fields"]) == ["beard"]


def test_it_is_counted(api, face):
    counts = beard_of(api.get("/api/v1/facets").json()["facets"])

    assert counts == {"none": ("None", 0), "full_beard": ("Full beard", 1), "unsure": ("Unsure", 0)}


def test_it_is_exported(api, face):
    response = api.get("/api/v1/export.csv")

    text = b"".join(response.streaming_content).decode()
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert (row["beard"], row["beard.score"], row["beard.source"]) == ("full_beard", "0.9", "model")


def test_the_sidebar_links_to_it(browser, face):
    html = browser.get("/faces/").content.decode()
    filtered = browser.get("/faces/?beard=full_beard").content.decode()

    assert 'href="/faces/?beard=full_beard"' in html
    assert "Beard: Full beard" in filtered
    assert str(face.uid) in filtered


def test_the_photo_page_shows_it_and_lets_one_correct_it(browser, face):
    html = browser.get(f"/photos/{face.asset.uid}/").content.decode()

    assert "Full beard" in html
    address = f"/faces/{face.uid}/tags/beard/"
    assert f'action="{address}"' in html
    browser.post(address, {"value": "none"})
    tag = face.tags.get(facet="beard")
    assert (tag.value, tag.source, tag.model_value) == ("none", "user", "full_beard")


def test_rest_corrects_it(api, face):
    response = api.put(f"/api/v1/faces/{face.uid}/tags/beard", {"value": "none"}, format="json")

    assert response.status_code == 200
    assert beard_of(api.get("/api/v1/facets").json()["facets"])["none"] == ("None", 1)


def test_the_schema_describes_it():
    document = SchemaGenerator().get_schema(request=None, public=True)

    (parameter,) = [
        parameter
        for parameter in document["paths"]["/api/v1/faces"]["get"]["parameters"]
        if parameter["name"] == "beard"
    ]
    assert parameter["schema"]["items"] == {"$ref": "#/components/schemas/BeardChoice"}
    choices = document["components"]["schemas"]["BeardChoice"]["enum"]
    assert choices == ["none", "full_beard", "unsure"]


def test_without_the_tables_there_is_no_beard(api, settings):
    settings.DAM_MODELS_DIR = django_settings.BASE_DIR / "models"

    assert api.get("/api/v1/faces", {"beard": "none"}).status_code == 400
