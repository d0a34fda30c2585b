"""The page of readings, within the settings. What is on is a setting, so it only tells."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from analysis.topics.state import list_topics
from dam.roles import Right, needs


@needs(Right.ADMIN)
@require_GET
def reading_settings(request: HttpRequest) -> HttpResponse:
    """Every topic with whether it is on; with `count`, also how many faces have it."""
    counted = "count" in request.GET
    topics = list_topics(counted=counted)
    context = {
        "topics": topics,
        "counted": counted,
        "off": ",".join(sorted(settings.DAM_READINGS_OFF)),
        "left": [topic for topic in topics if topic.faces and not topic.is_on],
    }
    return render(request, "analysis/topics/topics.html", context)
