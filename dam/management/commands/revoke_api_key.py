"""`manage.py revoke_api_key`: make an API key useless."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dam.api_keys import revoke_api_key, working_keys


class Command(BaseCommand):
    help = "Revoke an API key at once and for ever. Without a prefix, list the working keys."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("prefix", nargs="?", help="the eight characters after fct_")

    def handle(self, *, prefix: str | None, **_: Any) -> None:
        if prefix is None:
            for api_key in working_keys():
                used = f"{api_key.last_used_at:%Y-%m-%d}" if api_key.last_used_at else "never"
                scopes = ",".join(api_key.scopes)
                self.stdout.write(f"{api_key.prefix}  {scopes:12}  {used:10}  {api_key.name}")
        elif not revoke_api_key(prefix):
            raise CommandError(f"No working key has the prefix {prefix}.")
        else:
            self.stdout.write(f"{prefix} is revoked.")
