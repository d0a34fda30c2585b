from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from search import api
from search.browse import views as browse_views
from search.bulk import urls as bulk
from search.people import urls as people
from search.query import Show
from search.review import urls as review
from search.rules import urls as rules
from search.saved import urls as saved
from search.similarity import api as similar_api
from search.similarity import views as similar_views
from search.status import views as status_views

api_urls: list[URLPattern | URLResolver] = [
    path("assets", api.AssetListView.as_view(), name="asset-list"),
    path("faces", api.FaceListView.as_view(), name="face-list"),
    path("faces/<uuid:uid>/similar", similar_api.SimilarFacesView.as_view(), name="face-similar"),
    path("search/similar", similar_api.SearchSimilarView.as_view(), name="search-similar"),
    path("status", status_views.StatusView.as_view(), name="status"),
    path("facets", api.FacetsView.as_view(), name="facets"),
    path("export.csv", api.ExportCsvView.as_view(), name="export-csv"),
    path("export.coco.json", api.ExportCocoView.as_view(), name="export-coco"),
    path("export.zip", api.ExportSidecarsView.as_view(), name="export-sidecars"),
    path("export.jsonl", api.ExportJsonlView.as_view(), name="export-jsonl"),
    *bulk.api_urls,
    *rules.api_urls,
    *saved.api_urls,
]
html_urls: list[URLPattern | URLResolver] = [
    path("", browse_views.browse, {"shows": Show.PHOTOS}, name="photos"),
    path("library/state/", browse_views.library_state, name="library-state"),
    path("faces/", browse_views.browse, {"shows": Show.FACES}, name="faces"),
    path("faces/<uuid:uid>/similar/", similar_views.similar_faces_page, name="similar-faces"),
    path("search/similar/", similar_views.search_similar_page, name="search-similar"),
    path("status/", status_views.status_page, name="status"),
    path("status/activity/", status_views.status_work, name="status-work"),
    path("status/recall/", status_views.measure_recall, name="status-recall"),
    *bulk.html_urls,
    *people.html_urls,
    *review.html_urls,
    *rules.html_urls,
    *saved.html_urls,
]
