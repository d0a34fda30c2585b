"""Reads `models/manifest.toml`, where every net and facet is declared. No Django."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from analysis.facet_specs import FacetSpec, read_facets
from analysis.logistic import Logistic

MODELS_DIR = Path(__file__).resolve().parent.parent / "models"
# The first three are fed with pixels, the others with the backbone's outputs.
_PIXEL_ROLES = ("detector", "mesh", "backbone")
_FEATURE_ROLES = ("embedder", "head")


class NetError(Exception):
    """A net, or the manifest that declares it, cannot be used.

    `code` is net_missing, net_altered or net_invalid; the message names the file and the next step.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class InputSpec:
    """How pixels become a net's input: `pixel * scale - mean`, in the colour order of `color`."""

    tensor: str
    color: Literal["rgb", "bgr"]
    scale: float
    mean: tuple[float, float, float]
    size: int
    """Side of the square input in pixels; 0 stands for any multiple of 32."""
    crop: str
    """Name of the crop in `analysis.pipeline.crops.CROPS`; empty for whole pictures."""


@dataclass(frozen=True, slots=True)
class ReadingSpec:
    """A reading, the net's output it comes from and the decoder that makes it."""

    name: str
    output: str
    decoder: str
    labels: tuple[str, ...]
    topic: str
    """What switches it off: its own name, or one that several readings share."""
    about: str = ""
    """What it is, in a sentence for people."""
    known_failures: str = ""
    """Where it is known to be wrong, for people."""

    @property
    def meaning(self) -> str:
        """All of the declaration that results depend on, and nothing else."""
        return repr((self.name, self.output, self.decoder, self.labels))


@dataclass(frozen=True, slots=True)
class NetSpec:
    """One `[[net]]` of the manifest."""

    name: str
    role: str
    path: Path
    sha256: str
    source: str
    licence: str
    recipe: str
    input: InputSpec | None
    """How pixels are fed; None for a net that is fed with the backbone's outputs."""
    features: tuple[str, ...]
    """The backbone's outputs that an embedder or head takes, in tensors of the same names."""
    outputs: Mapping[str, str]
    """Our name of an output → the tensor's name in the file."""
    readings: tuple[ReadingSpec, ...]
    same_person: Logistic | None = None
    """Of an embedder: cosine of two faces → probability at even odds that they are one person."""

    @property
    def meaning(self) -> str:
        """All of the declaration that results depend on, and nothing else."""
        parts = (self.role, self.sha256, self.input, self.features, sorted(self.outputs.items()))
        return repr((*parts, [reading.meaning for reading in self.readings]))

    def verify(self) -> None:
        """Raise NetError unless the file is there and its SHA-256 is the declared one."""
        try:
            with self.path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise NetError(
                "net_missing",
                f"The net {self.path} cannot be read ({error.strerror}). Restore it from the "
                f"repository, or make it again with {self.recipe}.",
            ) from error
        if digest != self.sha256:
            raise NetError(
                "net_altered",
                f"The net {self.path} is not the one that the manifest declares: its SHA-256 is "
                f"{digest}, not {self.sha256}. Restore the file, or declare the new one.",
            )


@dataclass(frozen=True, slots=True)
class Manifest:
    """All nets of one folder, and the facets that are made of their readings."""

    revision: int
    nets: tuple[NetSpec, ...]
    facets: tuple[FacetSpec, ...] = ()

    @property
    def version(self) -> str:
        """The pipeline's version, at most 40 characters: changes when results could change."""
        return f"{self.revision}-{_short_digest(*sorted(net.meaning for net in self.nets))}"

    @property
    def embedding_net(self) -> str:
        """Names what made an embedding, at most 40 characters: only equal ones are compared."""
        backbone, embedder = self.net("backbone"), self.net("embedder")
        made_by = (backbone.sha256, repr(backbone.input), embedder.meaning)
        return f"{backbone.name[:27]}-{_short_digest(*made_by)}"

    @property
    def topics(self) -> tuple[str, ...]:
        """What can be switched off, in the order of the manifest."""
        return tuple(dict.fromkeys(one.topic for net in self.nets for one in net.readings))

    @property
    def reading_names(self) -> frozenset[str]:
        """The readings that every face gets."""
        return frozenset(one.name for net in self.nets for one in net.readings)

    def without(self, topics: Collection[str]) -> Manifest:
        """Return a manifest that gives no reading of these topics; unknown ones change nothing.

        Heads that read nothing else are left out, and so are the facets of those readings. The
        version changes with it.
        """
        nets: list[NetSpec] = []
        for net in self.nets:
            kept = tuple(one for one in net.readings if one.topic not in topics)
            if kept or not net.readings or net.role != "head":
                nets.append(replace(net, readings=kept))
        facets = tuple(facet for facet in self.facets if facet.topic not in topics)
        return replace(self, nets=tuple(nets), facets=facets)

    def net(self, role: str) -> NetSpec:
        """Return the only net of a role; raise NetError if there is none or more than one."""
        found = [net for net in self.nets if net.role == role]
        if len(found) != 1:
            raise NetError(
                "net_invalid", f"The manifest declares {len(found)} nets with the role {role}."
            )
        return found[0]


def _short_digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def load_manifest(models_dir: Path = MODELS_DIR) -> Manifest:
    """Read a folder's manifest without touching the nets; raise NetError if it is unusable."""
    path = models_dir / "manifest.toml"
    try:
        with path.open("rb") as stream:
            document = tomllib.load(stream)
    except OSError as error:
        raise NetError(
            "net_missing",
            f"The manifest {path} cannot be read ({error.strerror}). Check DAM_MODELS_DIR.",
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise NetError("net_invalid", f"The manifest {path} is not TOML: {error}.") from error
    try:
        nets = tuple(_read_net(table, models_dir) for table in document["net"])
        readings = [reading for net in nets for reading in net.readings]
        return Manifest(
            revision=int(document["revision"]),
            nets=nets,
            facets=read_facets(
                document.get("facet", ()),
                labels={reading.name: reading.labels for reading in readings},
                topics={reading.name: reading.topic for reading in readings},
            ),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise NetError("net_invalid", f"The manifest {path} lacks or misstates {error}.") from error


def _read_net(table: dict[str, Any], models_dir: Path) -> NetSpec:
    role = table["role"]
    if role not in _PIXEL_ROLES + _FEATURE_ROLES:
        raise ValueError(f"the role of {table['name']}: {role!r} is not known")
    if ("features" in table) != (role in _FEATURE_ROLES):
        raise ValueError(f"the input of {table['name']}: a net takes either pixels or features")
    return NetSpec(
        name=table["name"],
        role=role,
        path=models_dir / table["file"],
        sha256=table["sha256"],
        source=table["source"],
        licence=table["licence"],
        recipe=table["recipe"],
        input=_read_input(table["input"]) if role in _PIXEL_ROLES else None,
        features=tuple(table.get("features", ())),
        outputs=dict(table["outputs"]),
        readings=tuple(
            ReadingSpec(
                name=reading["name"],
                output=reading["output"],
                decoder=reading["decoder"],
                labels=tuple(reading.get("labels", ())),
                topic=reading.get("topic", reading["name"]),
                about=reading.get("about", ""),
                known_failures=reading.get("known_failures", ""),
            )
            for reading in table.get("reading", ())
        ),
        same_person=_read_logistic(table["same_person"]) if "same_person" in table else None,
    )


def _read_logistic(table: dict[str, Any]) -> Logistic:
    return Logistic(slope=float(table["slope"]), offset=float(table["offset"]))


def _read_input(table: dict[str, Any]) -> InputSpec:
    first, second, third = table["mean"]
    return InputSpec(
        tensor=table["tensor"],
        color=table["color"],
        scale=float(table["scale"]),
        mean=(float(first), float(second), float(third)),
        size=int(table["size"]),
        crop=table["crop"],
    )
