from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from search.review import people_views, views

html_urls: list[URLPattern | URLResolver] = [
    path("review/", views.review, name="review"),
    path("review/people/", people_views.review_people, name="review-people"),
]
