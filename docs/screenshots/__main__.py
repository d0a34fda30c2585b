"""Take the pictures of docs/tour.md.

    make screenshots
    make screenshots ARGS="--only status settings"

Starts the real service with an empty library of its own, fills it with pictures that may be shown
to anybody, does what people do, and stores each stop of the tour in docs/images/tour. Takes
about three minutes on two processors.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from bench._service import PROJECT, running_service
from docs.screenshots.camera import CHROMIUM, camera
from docs.screenshots.library import bring_in
from docs.screenshots.stops import STOPS

FOLDER = PROJECT / "docs/images/tour"
MOST_BYTES = 1_350_000
NO_CHROMIUM = f"""There is no {CHROMIUM}, and screenshots are taken with it.
Install it and run this again. On Debian: apt-get install chromium"""


def main() -> None:
    names = [stop.__name__ for stop in STOPS]
    parser = argparse.ArgumentParser(prog="make screenshots", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="STOP")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    arguments = parser.parse_args()
    if not CHROMIUM.exists():
        raise SystemExit(NO_CHROMIUM)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    print("Starting a service with an empty library …", flush=True)
    with running_service(scope="admin") as service:
        print("Bringing in pictures …", flush=True)
        with camera(bring_in(service), arguments.folder) as camera_:
            for stop in STOPS:
                if stop.__name__ in arguments.only:
                    name = stop.__name__.replace("_", "-")
                    size = camera_.shoot(stop(camera_), name)
                    print(f"  {name}.webp {size / 1000:.0f} KB", flush=True)
    total = sum(file.stat().st_size for file in arguments.folder.glob("*.webp"))
    print(f"{total / 1000:.0f} KB in {arguments.folder}")
    if total > MOST_BYTES:
        raise SystemExit(
            f"That is more than {MOST_BYTES / 1000:.0f} KB: take fewer, or smaller ones."
        )


if __name__ == "__main__":
    main()
