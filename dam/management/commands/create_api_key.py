"""`manage.py create_api_key`: a credential for a program."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dam.api_keys import LIMITS, create_api_key, end_of
from dam.errors import DamError
from dam.models import ApiKey


class Command(BaseCommand):
    help = "Make an API key and print it. It is shown this once; only its digest is stored."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", required=True, help="what the key is for")
        parser.add_argument(
            "--scope",
            action="append",
            choices=ApiKey.Scope.values,
            help="what it allows (read), may be given twice; write includes read and analyze, "
            "admin all",
        )
        parser.add_argument(
            "--expires",
            type=date.fromisoformat,
            metavar="YYYY-MM-DD",
            help="the last day (UTC) on which it works",
        )
        for limit, what in LIMITS.items():
            parser.add_argument(
                f"--{limit.replace('_', '-')}",
                type=int,
                help=f"{what}, instead of DAM_KEY_{limit.upper()}; 0 is without a limit",
            )

    def handle(
        self, *, name: str, scope: list[str] | None, expires: date | None, **options: Any
    ) -> None:
        try:
            new = create_api_key(
                name=name,
                scopes=scope or [ApiKey.Scope.READ],
                limits={limit: options[limit] for limit in LIMITS},
                expires_at=end_of(expires) if expires else None,
            )
        except DamError as error:
            raise CommandError(_describe(error)) from error
        allowed = ", ".join(new.api_key.scopes)
        self.stderr.write(f"Keep it now, it cannot be shown again. Its scope is {allowed}.")
        self.stdout.write(new.text)


def _describe(error: DamError) -> str:
    """Return what is wrong, with the names of the options."""
    return " ".join(
        f"--{name.replace('_', '-')}: {message}"
        for name, messages in error.fields.items()
        for message in messages
    )
