from __future__ import annotations

from django.apps import AppConfig


class AnalysisConfig(AppConfig):
    name = "analysis"
    verbose_name = "Analysis"

    def ready(self) -> None:
        from analysis import checks, receivers  # noqa: F401  (registers checks and the receiver)
        from analysis.connectors import tasks as connector_tasks  # noqa: F401  (registers tasks)
        from analysis.custom_tags import tasks  # noqa: F401  (registers tasks)
        from analysis.custom_tags.facet import custom_facets
        from analysis.facets import add_facet_source
        from analysis.people import person_facets
        from analysis.thresholds import tasks as threshold_tasks  # noqa: F401  (registers tasks)
        from analysis.webhooks import writing
        from analysis.workers import beating  # noqa: F401  (processes of workers say they live)

        add_facet_source(person_facets)
        add_facet_source(custom_facets)
        writing.register()
