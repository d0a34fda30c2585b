"""How fast are counts, filters and similar faces in a large library, and what does it take?

    make bench-search [ARGS="--faces 100000"]
    python -m bench.search [--faces 1000000] [--seed 1] [--home FOLDER] [--rounds 40]

Starts its own PostgreSQL in a temporary folder, fills it with made-up faces, measures, and throws
it away. With `--home` the folder is kept and the library is loaded only if it is not there yet.
Several numbers of faces are measured one after another. `--url` measures a library that `--home`
left in a server that runs already.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from analysis.manifest import load_manifest
from bench.search.library import Library
from bench.search.likeness import print_likeness
from bench.search.loading import holds, load
from bench.search.people import load_people
from bench.search.server import PROJECT, manage, serve


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--faces", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=40, help="questions of each kind")
    parser.add_argument("--ahead", action="store_true", help="go before other processes (root)")
    parser.add_argument("--graph", action="store_true", help="build the HNSW index, too")
    parser.add_argument("--home", type=Path)
    parser.add_argument("--url")
    arguments = parser.parse_args()
    for faces in arguments.faces:
        library = Library(
            faces, seed=arguments.seed, manifest=load_manifest(), people=load_people()
        )
        print(f"== {faces:,} faces, {library.photo_count:,} photos, {len(library.sizes):,} people")
        print_likeness(library)
        if arguments.url:
            measure(arguments.url, arguments, faces=faces)
            continue
        with folder(arguments.home, faces) as home:
            prepare(home, library, graph=arguments.graph)
            with serve(home, loading=False) as url:
                measure(url, arguments, faces=faces)


@contextmanager
def folder(named: Path | None, faces: int) -> Iterator[Path]:
    """Give a folder for that many faces in the named one, or one for this run only."""
    if named is not None:
        home = named / str(faces)
        home.mkdir(parents=True, exist_ok=True)
        yield home
        return
    home = Path(tempfile.mkdtemp(prefix="facet-bench-"))
    home.chmod(0o711)  # as root, PostgreSQL runs as another user who has to get in
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def prepare(home: Path, library: Library, *, graph: bool) -> None:
    """Load the library unless the folder holds it."""
    with serve(home, loading=True) as url:
        manage("migrate", environment=environment(url))
        if holds(url, library):
            return
        began = time.perf_counter()
        load(url, library)
        index_began = time.perf_counter()
        manage("rebuild_index", environment=environment(url))
        now = time.perf_counter()
        print(f"  face index: {now - index_began:.1f} s")
        print(f"  loaded and indexed in {now - began:.0f} s")
        if graph:
            manage("build_embedding_index", environment=environment(url))
            print(f"  HNSW index: {time.perf_counter() - now:.1f} s")


def measure(url: str, arguments: argparse.Namespace, *, faces: int) -> None:
    """Measure in a process of its own, whose memory is that of a web server's."""
    command = [sys.executable, "-m", "bench.search.measuring", "--faces", str(faces)]
    command += ["--seed", str(arguments.seed), "--rounds", str(arguments.rounds)]
    command += ["--ahead"] * arguments.ahead
    subprocess.run(command, cwd=PROJECT, env=environment(url), check=True)


def environment(url: str) -> dict[str, str]:
    """Return the settings of a service that only has a database."""
    return {
        **os.environ,
        "DATABASE_URL": url,
        # Nothing is sent: measuring starts no analysis.
        "BROKER_URL": "redis://127.0.0.1:1/0",
        "DAM_HOME": "/nonexistent",
        "DAM_SECRET_KEY": "only-for-a-benchmark-of-made-up-faces-0123456789",
        "DJANGO_SETTINGS_MODULE": "dam.settings",
    }


if __name__ == "__main__":
    main()
