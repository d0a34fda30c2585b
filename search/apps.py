from __future__ import annotations

from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "search"
    verbose_name = "Search"

    def ready(self) -> None:
        from analysis.custom_tags.candidates import add_searcher
        from analysis.neighbours import add_finder
        from search.browse.neighbours import find_neighbours
        from search.bulk import tasks  # noqa: F401  (registers tasks)
        from search.index import receivers  # noqa: F401  (builds the index after its migration)
        from search.index import tasks as index_tasks  # noqa: F401  (registers tasks)
        from search.recall import tasks as recall_tasks  # noqa: F401  (registers tasks)
        from search.rules import receivers as rule_receivers  # noqa: F401  (judges new photos)
        from search.rules import tasks as rule_tasks  # noqa: F401  (registers tasks)
        from search.similarity.like_examples import find_like_examples

        add_finder(find_neighbours)
        add_searcher(find_like_examples)
