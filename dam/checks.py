"""System checks of the settings: every command runs them before it does anything."""

from __future__ import annotations

import difflib
import os
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register

from dam.home import ADDRESSES_FILE

OUR_PREFIX = "DAM_"
EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104  (recognized, not bound)
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
MIN_SECRET_LENGTH = 32
WHERE_LISTED = "docs/settings.md lists all settings."
# `up` starts the embedded servers itself, so it may begin without knowing their addresses.
NO_DATABASE = "dam.E003"
NO_BROKER = "dam.E004"


@register()
def check_environment(**_: Any) -> list[CheckMessage]:
    """dam.E001: a variable has a value that cannot be used."""
    return [
        Error(
            f"{problem.name} cannot be used.",
            hint=f"It must be {problem.expected}. {WHERE_LISTED}",
            id="dam.E001",
        )
        for problem in settings.DAM_ENV_PROBLEMS
    ]


@register()
def check_names(**_: Any) -> list[CheckMessage]:
    """dam.W001: a variable looks like ours and is read by nobody."""
    messages: list[CheckMessage] = []
    for name in sorted(os.environ):
        if name.startswith(OUR_PREFIX) and name not in settings.DAM_ENV_NAMES:
            similar = difflib.get_close_matches(name, settings.DAM_ENV_NAMES, n=1)
            hint = f"Is {similar[0]} meant? " if similar else ""
            messages.append(
                checks.Warning(f"{name} is not a setting.", hint=hint + WHERE_LISTED, id="dam.W001")
            )
    return messages


@register()
def check_storage(**_: Any) -> list[CheckMessage]:
    """dam.E002: S3 without a bucket; dam.E005: half a credential; dam.W002: a bucket unused."""
    messages: list[CheckMessage] = []
    options = settings.DAM_S3_OPTIONS
    if settings.DAM_STORAGE == "s3" and not settings.DAM_S3_BUCKET:
        messages.append(
            Error(
                "DAM_STORAGE is s3, but no bucket is named.",
                hint="Set DAM_S3_BUCKET, or set DAM_STORAGE to files.",
                id="dam.E002",
            )
        )
    if bool(options["access_key"]) != bool(options["secret_key"]):
        messages.append(
            Error(
                "Only one half of the S3 credential is set.",
                hint="Set both DAM_S3_ACCESS_KEY_ID and DAM_S3_SECRET_ACCESS_KEY, or neither.",
                id="dam.E005",
            )
        )
    if settings.DAM_STORAGE != "s3" and settings.DAM_S3_BUCKET:
        messages.append(
            checks.Warning(
                "DAM_S3_BUCKET is set, but files are stored in DAM_HOME.",
                hint="Set DAM_STORAGE to s3 to use the bucket.",
                id="dam.W002",
            )
        )
    return messages


@register()
def check_servers(**_: Any) -> list[CheckMessage]:
    """dam.E003 and dam.E004: nobody said where the database or the broker is."""
    messages: list[CheckMessage] = []
    never_run = f"There is no {settings.DAM_HOME / ADDRESSES_FILE}: `up` was never run here."
    wrong = {problem.name for problem in settings.DAM_ENV_PROBLEMS}
    if not settings.DAM_DATABASE_IS_KNOWN and "DATABASE_URL" not in wrong:
        messages.append(
            Error(
                "No database is known.",
                hint=f"{never_run} Run `make up` once, or set DATABASE_URL.",
                id=NO_DATABASE,
            )
        )
    if not settings.CELERY_BROKER_URL and "BROKER_URL" not in wrong:
        messages.append(
            Error(
                "No broker is known.",
                hint=f"{never_run} Run `make up` once, or set BROKER_URL.",
                id=NO_BROKER,
            )
        )
    return messages


@register()
def check_exposure(**_: Any) -> list[CheckMessage]:
    """dam.W003 to dam.W005: what is open to others, or ought to be and is not."""
    messages: list[CheckMessage] = []
    if settings.HOST in EVERYWHERE and not settings.DAM_ALLOWED_HOSTS:
        messages.append(
            checks.Warning(
                f"The service listens on {settings.HOST}, but refuses every name except localhost.",
                hint="Set DAM_ALLOWED_HOSTS to the names that people will type.",
                id="dam.W003",
            )
        )
    if len(settings.SECRET_KEY) < MIN_SECRET_LENGTH:
        messages.append(
            checks.Warning(
                f"DAM_SECRET_KEY has fewer than {MIN_SECRET_LENGTH} characters.",
                hint="Who guesses it can sign in as anybody. Unset it, and one is made.",
                id="dam.W005",
            )
        )
    if settings.DEBUG and settings.HOST not in LOOPBACK:
        messages.append(
            checks.Warning(
                "DAM_DEBUG shows settings and code to everybody who can reach the service.",
                hint="Unset DAM_DEBUG, or let HOST be 127.0.0.1.",
                id="dam.W004",
            )
        )
    return messages
