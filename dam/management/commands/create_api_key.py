"""`manage.py create_api_key`: a credential for a program."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dam.auth import create_api_key
from dam.models import ApiKey

MAX_NAME_LENGTH = 100


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

    def handle(self, *, name: str, scope: str, **_: Any) -> None:
        name = name.strip()
        if not 0 < len(name) <= MAX_NAME_LENGTH:
            raise CommandError(f"--name must have 1 to {MAX_NAME_LENGTH} characters.")
        new = create_api_key(name=name, scope=ApiKey.Scope(scope))
        self.stderr.write(f"Keep it now, it cannot be shown again. Its scope is {scope}.")
        self.stdout.write(new.text)
