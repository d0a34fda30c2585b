"""System checks of the settings: `manage.py check` and every start run them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.security)
def check_environment(**_: Any) -> list[CheckMessage]:
    return [
        Error(
            f"{problem.name} cannot be used.",
            hint=f"It must be {problem.expected}. docs/settings.md lists all settings.",
            id="dam.E001",
        )
        for problem in settings.DAM_ENV_PROBLEMS
    ]
