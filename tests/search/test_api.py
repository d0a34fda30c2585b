from __future__ import annotations

import pytest
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from analysis.facets import facets
from search.query import PARAMETERS

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(api: APIClient) -> APIClient:
    return api


class TestFacets:
    URL = "/api/v1/facets"

    def test_every_value_is_counted_under_the_query(self, api, tagged_face):
        tagged_face(gender="male", glasses="none")
        tagged_face(gender="female", glasses="none")

        answer = api.get(self.URL, {"gender": "male"}).json()

        by_name = {facet["name"]: facet for facet in answer["facets"]}
        plain = {"chosen": False, "excluded": False}
        assert (answer["faces"], answer["photos"]) == (1, 1)
        assert by_name["gender"] == {
            "name": "gender",
            "label": "Gender",
            "custom": False,
            "open": False,
            "values": [
                {"value": "female", "label": "Female", "count": 1, **plain},
                {"value": "male", "label": "Male", "count": 1, "chosen": True, "excluded": False},
                {"value": "unsure", "label": "Unsure", "count": 0, **plain},
            ],
        }
        assert by_name["glasses"]["values"][0]["count"] == 1

    def test_odd_values_are_refused(self, api):
        response = api.get(self.URL, {"gender": "robot", "page_size": "5"})

        assert response.status_code == 400
        assert response.json()["error"]["fields"].keys() == {"gender", "page_size"}

    def test_a_credential_is_needed(self):
        assert APIClient().get(self.URL).status_code == 401

    def test_the_number_of_queries_does_not_grow(self, api, tagged_face, count_queries):
        tagged_face(gender="male")
        few = count_queries(lambda: api.get(self.URL, {"gender": "male"}))

        for _ in range(3):
            tagged_face(gender="male")

        assert count_queries(lambda: api.get(self.URL, {"gender": "male"})) == few


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
class TestExports:
    def test_faces_come_as_a_file(self, api, tagged_face, ending):
        male, female = tagged_face(gender="male"), tagged_face(gender="female")

        response = api.get(f"/api/v1/export.{ending}", {"gender": "male"})

        text = b"".join(response.streaming_content).decode()
        assert str(male.uid) in text
        assert str(female.uid) not in text
        assert response["Content-Disposition"].startswith("attachment; filename=")
        assert response["Content-Disposition"].endswith(f'.{ending}"')

    def test_what_a_client_accepts_does_not_matter(self, api, ending):
        response = api.get(f"/api/v1/export.{ending}", headers={"Accept": "text/csv"})

        assert response.status_code == 200

    def test_odd_values_are_refused(self, api, ending):
        response = api.get(f"/api/v1/export.{ending}", {"gender": "robot", "cursor": "a1-1"})

        assert response.status_code == 400
        assert response.json()["error"]["fields"].keys() == {"gender", "cursor"}

    def test_a_credential_is_needed(self, ending):
        assert APIClient().get(f"/api/v1/export.{ending}").status_code == 401

    def test_the_number_of_queries_does_not_grow(self, api, tagged_face, count_queries, ending):
        def export() -> None:
            b"".join(api.get(f"/api/v1/export.{ending}").streaming_content)

        tagged_face(gender="male")
        few = count_queries(export)

        for _ in range(3):
            tagged_face(gender="male")

        assert count_queries(export) == few


class TestSchema:
    @pytest.mark.parametrize("path", ["faces", "assets", "facets", "export.csv", "export.jsonl"])
    def test_facets_are_parameters(self, path):
        document = SchemaGenerator().get_schema(request=None, public=True)

        found = document["paths"][f"/api/v1/{path}"]["get"]["parameters"]
        parameters = {parameter["name"]: parameter for parameter in found}

        names = {facet.name for facet in facets()}
        assert parameters.keys() >= names | {f"{name}.not" for name in names} | set(PARAMETERS)
        reference = {"$ref": "#/components/schemas/GenderChoice"}
        assert parameters["gender"]["schema"]["items"] == reference
        choices = document["components"]["schemas"]["GenderChoice"]["enum"]
        assert choices == ["female", "male", "unsure"]
