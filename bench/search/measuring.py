"""Measures a loaded library; `python -m bench.search` starts this with DATABASE_URL set."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import django
import psycopg

from analysis.manifest import load_manifest
from bench.search.library import Library
from bench.search.people import load_people
from bench.search.questions import Questions
from bench.search.timing import database_memory_mb, memory_mb


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--faces", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--ahead", action="store_true")
    arguments = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dam.settings")
    django.setup()
    library = Library(
        arguments.faces, seed=arguments.seed, manifest=load_manifest(), people=load_people()
    )
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as database:
        measure(database, library, rounds=arguments.rounds, go_ahead=arguments.ahead)


def measure(database: psycopg.Connection, library: Library, *, rounds: int, go_ahead: bool) -> None:
    """Print all figures."""
    from bench.search import holdings
    from bench.search.figures import Bench

    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    empty = memory_mb()
    read, held = holdings.first_snapshot()
    print(f"read by a process: {read.at(50) / 1000:.1f} s, {held:.0f} MB")

    head = (
        f"{'ms, p50 / p95':34}{'asked':>12}{'function':>18}{'of processors':>18}"
        f"{'by REST':>18}{'recall@10':>11}"
    )
    print(head)
    bench = Bench(
        Questions(database, seed=library.seed),
        client=_client(),
        browser=_browser(),
        rounds=rounds,
        go_ahead=go_ahead,
    )
    for figure in bench.all():
        asked = f"{figure.asked[0]:g} / {figure.asked[1]:g}" if figure.asked else ""
        shown = "" if figure.recall is None else f"{figure.recall:.3f}"
        request = "" if figure.request is None else str(figure.request)
        missed = "" if figure.met else "  MISSED"
        print(
            f"{figure.name:34}{asked:>12}{figure.times!s:>18}{figure.times.busy_text:>18}"
            f"{request:>18}{shown:>11}"
            f"{missed}  {figure.note}",
            flush=True,
        )

    added = holdings.insert_cost(library, photos=20)
    each = added.at(50) / holdings.FACES_A_PHOTO
    print(f"recording a photo of {holdings.FACES_A_PHOTO} faces: {added} ms, {each:.1f} ms a face")
    print(f"bringing 1,000 changed faces into the index: {holdings.fold_cost(1000).at(50):.0f} ms")
    print(f"this process: {memory_mb():.0f} MB, of which {empty:.0f} MB without the index")
    folder = database.execute("SHOW data_directory").fetchone()
    if folder is not None:
        print(f"PostgreSQL: {database_memory_mb(Path(folder[0])):.0f} MB, its buffers included")
    for size in holdings.sizes(database):
        print(f"  {size.name:44}{size.bytes / 2**20:10.0f} MB")


def _client():  # noqa: ANN202 - Django's types need it set up
    """Return a client of REST with a key that may read."""
    from django.test import Client

    from dam.api_keys import create_api_key
    from dam.models import ApiKey

    key = create_api_key(name="bench", scopes=[ApiKey.Scope.READ])
    return Client(headers={"Authorization": f"Api-Key {key.text}", "Host": "localhost"})


def _browser():  # noqa: ANN202
    """Return a client of somebody who is signed in."""
    from django.test import Client

    from dam.models import User

    person, _ = User.objects.get_or_create(username="bench")
    browser = Client(headers={"Host": "localhost"})
    browser.force_login(person)
    return browser


if __name__ == "__main__":
    main()
