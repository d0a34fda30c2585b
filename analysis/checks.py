"""System checks of the nets. They read the manifest and look for the files, but load nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register

from analysis.evaluation.report import AccuracyInvalid, read_accuracy
from analysis.manifest import NetError, load_manifest
from dam.health import NotReady, add_check


@register()
def check_nets(**_: Any) -> list[CheckMessage]:
    """analysis.E001: the manifest cannot be used; analysis.E002: a net's file is missing."""
    try:
        manifest = load_manifest(Path(settings.DAM_MODELS_DIR))
    except NetError as error:
        return [
            Error(
                error.message,
                hint="DAM_MODELS_DIR must name a folder with a manifest.toml such as models/.",
                id="analysis.E001",
            )
        ]
    return [
        Error(
            f"The net {net.path} is missing.",
            hint=f"Restore it from the repository, or make it again with {net.recipe}.",
            id="analysis.E002",
        )
        for net in manifest.nets
        if not net.path.is_file()
    ]


@register()
def check_accuracy(**_: Any) -> list[CheckMessage]:
    """analysis.W001: the figures of the nets are there, but cannot be shown."""
    try:
        read_accuracy(Path(settings.DAM_MODELS_DIR))
    except AccuracyInvalid as error:
        hint = "Until then the readings count as not measured."
        return [checks.Warning(str(error), hint=hint, id="analysis.W001")]
    return []


@register()
def check_readings_off(**_: Any) -> list[CheckMessage]:
    """analysis.E003: a topic that is switched off is none, so nothing would be switched off."""
    try:
        known = load_manifest(Path(settings.DAM_MODELS_DIR)).topics
    except NetError:
        return []
    return [
        Error(
            f"DAM_READINGS_OFF names {topic!r}, which no net reads.",
            hint=f"Topics are {', '.join(known)}.",
            id="analysis.E003",
        )
        for topic in settings.DAM_READINGS_OFF
        if topic not in known
    ]


def nets_are_there() -> None:
    if check_nets():
        raise NotReady("Nets are missing: run manage.py check_nets.")


add_check("nets", nets_are_there)
