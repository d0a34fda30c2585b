from __future__ import annotations

from django.apps import AppConfig


class DamConfig(AppConfig):
    name = "dam"
    verbose_name = "Assets"

    def ready(self) -> None:
        from dam import checks  # noqa: F401  (registers the system checks)
        from dam.uploading import tasks as uploading  # noqa: F401  (registers tasks)
        from dam.webhooks import tasks  # noqa: F401  (registers tasks)
