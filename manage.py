#!/usr/bin/env python
"""The command line of Facet: `manage.py help` lists what it can do."""

from __future__ import annotations

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dam.settings")
    try:
        from django.core.management import execute_from_command_line
        from django.db import OperationalError
    except ImportError:
        sys.exit("Django is not installed here. `make up` makes .venv; then use .venv/bin/python.")
    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        # An error that a server sent has a state; without one there was no server.
        if getattr(error.__cause__, "sqlstate", None):
            raise
        sys.exit("The database does not answer. Is the service running (`make up`)?")


if __name__ == "__main__":
    main()
