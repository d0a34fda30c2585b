"""`manage.py create_api_key`: a credential for a program."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dam.auth import create_api_key
from dam.models import ApiKey

MAX_NAME_LENGTH = 100
MAX_LIMIT = 1_000_000_000
LIMITS = {
    "requests_per_minute": "requests that look at a picture, in a minute",
    "megapixels_per_minute": "millions of pixels in a minute",
    "concurrent_requests": "requests that are answered at the same time",
    "pictures_per_day": "pictures in a day",
}


class Command(BaseCommand):
    help = "Make an API key and print it. It is shown this once; only its digest is stored."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", required=True, help="what the key is for")
        parser.add_argument(
            "--scope",
            choices=ApiKey.Scope.values,
            default=ApiKey.Scope.READ,
            help="what it allows (read); write includes read, admin includes both",
        )
        for limit, what in LIMITS.items():
            parser.add_argument(
                f"--{limit.replace('_', '-')}",
                type=int,
                help=f"{what}, instead of DAM_KEY_{limit.upper()}; 0 is without a limit",
            )

    def handle(self, *, name: str, scope: str, **options: Any) -> None:
        name = name.strip()
        if not 0 < len(name) <= MAX_NAME_LENGTH:
            raise CommandError(f"--name must have 1 to {MAX_NAME_LENGTH} characters.")
        limits = {limit: options[limit] for limit in LIMITS}
        for limit, value in limits.items():
            if value is not None and not 0 <= value <= MAX_LIMIT:
                raise CommandError(f"--{limit.replace('_', '-')} must be 0 to {MAX_LIMIT}.")
        new = create_api_key(name=name, scope=ApiKey.Scope(scope), limits=limits)
        self.stderr.write(f"Keep it now, it cannot be shown again. Its scope is {scope}.")
        self.stdout.write(new.text)
