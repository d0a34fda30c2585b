"""A library as people leave it: names, corrections, collections, a tag, a rule, keys."""

from __future__ import annotations

import re
import tempfile
import urllib.parse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench._service import Service
from docs.screenshots.pictures import COLLINS, HOPPER, all_pictures

PASSWORD = "four good words here"  # noqa: S105 - of a service that lives for a few minutes
USER = "ada"
# Portraits that nobody named yet: Review asks whose they are.
WITHOUT_NAME = ("archive-copy", "tilted", "faded", "dim")


@dataclass(frozen=True, slots=True)
class Library:
    """The service with its photos and faces."""

    service: Service
    photos: dict[str, str]
    """From the names of files to uids."""
    faces: dict[str, list[str]]
    """From the names of files to the uids of their faces, the largest first."""
    password_link: str

    def photo(self, name: str) -> str:
        """Return the address of a photo's page."""
        return f"/photos/{self.photos[f'{name}.jpg']}/"

    def face(self, name: str, number: int = 0) -> str:
        """Return the uid of a photo's face."""
        return self.faces[f"{name}.jpg"][number]


def bring_in(service: Service) -> Library:
    """Ingest and analyze all pictures, and do with them what people do."""
    with tempfile.TemporaryDirectory(prefix="facet-screenshots-") as folder:
        # A folder that is named comes in as a whole: with one for each the order is ours.
        roots = []
        for number, picture in enumerate(all_pictures()):
            roots.append(Path(folder, f"{number:03}"))
            picture.save_below(roots[-1])
        service.manage("ingest_files", *map(str, roots), "--recursive", "--wait")
    photos = {photo["name"]: photo["uid"] for photo in listed(service, "assets?page_size=100")}
    names = {uid: name for name, uid in photos.items()}
    faces: dict[str, list[str]] = {}
    for face in sorted(listed(service, "faces?page_size=100"), key=lambda face: face["position"]):
        faces.setdefault(names[face["asset"]], []).append(face["uid"])
    made = service.tell("users", {"username": USER, "role": "administrator"})
    library = Library(service, photos, faces, urllib.parse.urlsplit(made["password_link"]).path)
    _name_people(library)
    _correct(library)
    _organize(library)
    _teach(library)
    _administer(library)
    service.manage("check_recall")
    return library


def listed(service: Service, path: str) -> list[dict[str, Any]]:
    """Return all pages of a list."""
    found: list[dict[str, Any]] = []
    page = service.call(path)
    while True:
        found += page["results"]
        if not page["next"]:
            return found
        page = service.call(re.sub(r"^https?://[^/]+", "", page["next"]))


def _say(library: Library, face: str, facet: str, value: str) -> None:
    library.service.tell(f"faces/{face}/tags/{facet}", {"value": value}, method="PUT")


def _name_people(library: Library) -> None:
    """Name portraits by their files, and what hangs on the walls by similarity."""
    for person in (COLLINS, HOPPER):
        for name, faces in library.faces.items():
            if name.startswith(person.slug) and not any(one in name for one in WITHOUT_NAME):
                _say(library, faces[0], "person", person.name)
        like = library.face(f"{person.slug}-official")
        found = library.service.call(f"faces/{like}/similar?limit=100&min_probability=0.9")
        hung = {
            uid
            for name in ("pioneers", "wall-south", "corridor")
            for uid in library.faces[f"{name}.jpg"]
        }
        for result in found["results"]:
            if result["face"]["uid"] in hung:
                _say(library, result["face"]["uid"], "person", person.name)


def _correct(library: Library) -> None:
    for name in ("eileen-collins-out-of-focus", "pioneers-poster"):
        for face in library.faces[f"{name}.jpg"]:
            _say(library, face, "gender", "female")


def _organize(library: Library) -> None:
    tell = library.service.tell
    for name, about, chosen in (
        (
            "Pioneers, the exhibition",
            "What hangs on the walls",
            ("wall", "corridor", "pioneers", "contact-sheet"),
        ),
        ("Press kit", "Ready to be printed", ("official", "close", "upright")),
        ("Black and white", "", ("mono", "archive-copy")),
    ):
        made = tell("collections", {"name": name, "description": about})
        photos = [uid for file, uid in library.photos.items() if any(one in file for one in chosen)]
        tell(f"collections/{made['uid']}/assets", {"assets": photos})
    for name, query in (
        ("Groups of three and more", "min_faces=3&show=photos"),
        ("Sharp portraits with glasses", "glasses=glasses&min_quality=60"),
    ):
        tell("searches", {"name": name, "query": query})


def _teach(library: Library) -> None:
    """Begin to teach a tag."""
    service = library.service
    name = service.tell("tags", {"label": "Navy uniform"})["name"]
    marks = {
        key: [faces[0] for file, faces in library.faces.items() if file.startswith(slug)][:8]
        for key, slug in (("yes", HOPPER.slug), ("no", COLLINS.slug))
    }
    service.tell(f"tags/{name}/examples", marks)


def _administer(library: Library) -> None:
    tell = library.service.tell
    for username, role in (("emil", "editor"), ("vera", "viewer")):
        tell("users", {"username": username, "role": role})
    for name, scopes, limits in (
        ("Web shop", ["analyze"], {"pictures_per_day": 10_000, "requests_per_minute": 120}),
        ("Newsroom archive", ["write"], {}),
    ):
        tell("keys", {"name": name, "scopes": scopes, **limits})
    tell(
        "rules",
        {
            "name": "No face",
            "query": "max_faces=0",
            "action": "warn",
            "message": "There is no face in this photo.",
        },
    )
    tell("webhooks", {"url": "https://dam.example.org/facet", "events": ["asset.deleted"]})
