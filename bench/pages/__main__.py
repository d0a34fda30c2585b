"""How long do people wait for each page, and for each change of one, in a large library?

    python -m bench.pages [--faces 100000] [--rounds 20] [--only WORD …] [--home FOLDER]

Makes a library as `make bench-search` does, starts the real service on it and asks, as a browser
with scripts would, for every page and fragment in turn, in many rounds. Then a browser opens the
main pages. With `--home` the library is kept.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path

import django
import numpy as np
import psycopg

from analysis.manifest import load_manifest
from bench._service import Service
from bench.pages.first_views import (
    LONG_FRAME_MS,
    FirstView,
    open_first,
    running_browser,
    scroll,
    why_not,
)
from bench.pages.made_pictures import store_pictures
from bench.pages.visitor import Answer, Ask, Visitor, found_in
from bench.pages.visits import Visit, all_visits, draw
from bench.search.__main__ import folder, prepare
from bench.search.library import Library
from bench.search.people import load_people
from bench.search.server import serve
from dam.home import Addresses, write_addresses

# What was asked of every change of a page at 100,000 faces.
ASKED_MS = 100
SEED = 1
# So many photos have pictures, and so many tiles are scrolled by.
SCROLLED = 2000
SCROLL_SECONDS = 30


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--faces", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--views", type=int, default=5, help="rounds of the browser; 0 for none")
    parser.add_argument("--only", nargs="+", default=[], help="words of the lines to measure")
    parser.add_argument("--home", type=Path)
    asked = parser.parse_args()
    with folder(asked.home, asked.faces) as home, large_library(home, asked.faces) as service:
        visitor = Visitor(service)
        os.environ |= {"DJANGO_SETTINGS_MODULE": "dam.settings", "DAM_HOME": str(home)}
        django.setup()
        with psycopg.connect(database_url(home), autocommit=True) as database:
            sample = draw(database, seed=SEED, rounds=asked.rounds)
            store_pictures(home / "media", database, photos=SCROLLED)
        visits = [
            visit
            for visit in all_visits(visitor, sample)
            if all(word in f"{visit.page} {visit.what}" for word in asked.only)
        ]
        print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, {asked.rounds} rounds")
        show(measure(visitor, visits, asked.rounds))
        if asked.views:
            show_views(visitor, rounds=asked.views)


@contextmanager
def large_library(home: Path, faces: int) -> Iterator[Service]:
    """Give a running service whose home holds a library of so many made-up faces."""
    home.chmod(0o755)
    prepare(
        home,
        Library(faces, seed=SEED, manifest=load_manifest(), people=load_people()),
        graph=False,
    )
    with serve(home, loading=False) as url:
        # Otherwise the service would give the database a password that loading does not know.
        write_addresses(home, Addresses(database_url=url))
    service = Service(home, scope="read")
    try:
        yield service
    finally:
        service.stop()


def database_url(home: Path) -> str:
    url: str = json.loads((home / "embedded.json").read_text())["database_url"]
    return url


def measure(
    visitor: Visitor, visits: list[Visit], rounds: int
) -> Mapping[tuple[str, str], list[Answer]]:
    """Return the answers to each visit, all of them in turn in each round but the first."""
    answers: dict[tuple[str, str], list[Answer]] = {(one.page, one.what): [] for one in visits}
    for number in range(-1, rounds):
        visitor.look_for_servers()
        for visit in visits:
            answer = visitor.send(visit.ask(max(number, 0)))
            if number >= 0:
                answers[visit.page, visit.what].append(answer)
    return answers


def show(answers: Mapping[tuple[str, str], list[Answer]]) -> None:
    print(f"{'ms':14}{'':36}{'least':>8}{'p50':>8}{'p95':>8}{'processors':>12}{'KB sent':>9}")
    for (page, what), given in answers.items():
        wall = np.array([one.wall_ms for one in given])
        busy = np.median([one.busy_ms for one in given])
        sent = np.median([one.sent_bytes for one in given]) / 1000
        late = "" if np.median(wall) <= ASKED_MS else "  LATE"
        print(
            f"{page:14}{what:36}{wall.min():8.1f}{np.median(wall):8.1f}"
            f"{np.percentile(wall, 95):8.1f}{busy:12.1f}{sent:9.1f}{late}",
            flush=True,
        )


def show_views(visitor: Visitor, *, rounds: int) -> None:
    """Open the main pages in a browser, each in each round."""
    reason = why_not()
    if reason:
        print(f"no browser: {reason}")
        return
    face, photo = newest_face(visitor)
    pages = ["/", "/faces/", f"/photos/{photo}/", f"/faces/{face}/similar/", "/review/"]
    pages += ["/people/", "/tags/", "/collections/", "/upload/", "/status/", "/settings/"]
    views: dict[str, list[FirstView]] = {page: [] for page in pages}
    with running_browser() as browser:
        for _ in range(rounds):
            for page in pages:
                address = f"{visitor.address}{page}"
                views[page].append(open_first(browser, address, visitor.cookies))
        print(
            f"{'first view, p50 of ' + str(rounds):24}{'KB':>7}{'with photos':>12}{'requests':>9}"
            f"{'photos':>7}{'first paint':>12}{'largest':>9}{'ready':>7}{'shift':>7}{'long':>6}"
            f"{'failed':>8}"
        )
        for page, seen in views.items():
            name = page.replace(face, "…").replace(photo, "…")
            columns = (np.median([astuple(one) for one in seen], axis=0)).tolist()
            widths = (
                "7.1f",
                "12.0f",
                "9.0f",
                "7.0f",
                "12.0f",
                "9.0f",
                "7.0f",
                "7.3f",
                "6.0f",
                "8.0f",
            )
            cells = (f"{one:{width}}" for one, width in zip(columns, widths, strict=True))
            print(f"{name:24}{''.join(cells)}", flush=True)
        for page in ("/", "/faces/"):
            found = scroll(
                browser,
                f"{visitor.address}{page}",
                visitor.cookies,
                tiles=SCROLLED,
                most_seconds=SCROLL_SECONDS,
            )
            print(
                f"{page} scrolled to {found.tiles:,} tiles in {found.seconds:.0f} s:"
                f" {found.late} of {found.frames} frames over {LONG_FRAME_MS} ms,"
                f" the worst {found.worst_ms:.0f} ms"
            )


def newest_face(visitor: Visitor) -> tuple[str, str]:
    """Return the uids of the first face of the page of faces, and of its photo."""
    page = visitor.send(Ask("/faces/"))
    return found_in(page, r"/faces/([0-9a-f-]{36})/similar/"), found_in(
        page, r"/photos/([0-9a-f-]{36})/"
    )


if __name__ == "__main__":
    main()
