"""Every page that a person waits for, and every change of one, with what to ask for it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import psycopg

from bench.pages.visitor import Ask, Visitor, found_in
from bench.search.questions import Questions, Tags

FOUND = "found"
SIMILAR = "similar-found"


@dataclass(frozen=True, slots=True)
class Visit:
    """One line of the table."""

    page: str
    what: str
    ask: Callable[[int], Ask]
    """Returns what is asked in a round; it may ask for something else before."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What of the library is asked about."""

    filters: Sequence[Tags]
    """Of one facet."""
    narrow: Sequence[Tags]
    """Of three."""
    faces: Sequence[tuple[str, str]]
    """Uids of faces and of their photos."""
    person: str


def draw(database: psycopg.Connection, *, seed: int, rounds: int) -> Sample:
    """Draw what is asked about, a different one for each round."""
    questions = Questions(database, seed=seed)
    uids = [example.uid for example in questions.examples(rounds)]
    rows = database.execute(
        "SELECT f.uid::text, a.uid::text FROM analysis_face f JOIN dam_asset a ON a.id = f.asset_id"
        " WHERE f.uid::text = ANY(%s)",
        [uids],
    ).fetchall()
    named = database.execute(
        "SELECT value FROM analysis_facetag WHERE facet = 'person' GROUP BY value"
        " ORDER BY count(*) DESC LIMIT 1"
    ).fetchone()
    return Sample(
        filters=questions.filters(1, count=rounds),
        narrow=questions.filters(3, count=rounds),
        faces=[(face, photo) for face, photo in rows],
        person=named[0] if named else "",
    )


def all_visits(visitor: Visitor, sample: Sample) -> Iterator[Visit]:
    """Yield what is measured, in the order in which it has to happen."""
    yield from _browsing(visitor, sample)
    yield from _one_photo(visitor, sample)
    yield from _similar(sample)
    yield from _reviewing(visitor)
    yield from _tags(visitor, sample)
    yield from _settings()
    yield from _plain(
        "lists", "/people/", "/collections/", "/searches/", "/bulk/", "/refused/", "/upload/"
    )
    change = {"action": "correct_tag", "facet": "hat", "value": "hat"}
    yield Visit(
        "lists",
        "change all that is found",
        lambda n: Ask(f"/bulk/new/?{urlencode({**change, 'query': urlencode(sample.filters[n])})}"),
    )
    yield from _plain("status", "/status/", "/nets/", "/usage/")
    yield Visit("status", "asked every 5 s", lambda _: Ask("/status/activity/", "work"))


def _browsing(visitor: Visitor, sample: Sample) -> Iterator[Visit]:
    def found(base: str, **params: str) -> Callable[[int], Ask]:
        return lambda n: Ask(f"{base}?{urlencode({**sample.filters[n], **params})}", FOUND)

    def excluded(base: str) -> Callable[[int], Ask]:
        def ask(n: int) -> Ask:
            wanted = {f"{facet}!": value for facet, value in sample.filters[n].items()}
            return Ask(f"{base}?{urlencode(wanted)}", FOUND)

        return ask

    def next_page(base: str) -> Callable[[int], Ask]:
        def ask(n: int) -> Ask:
            first = visitor.send(Ask(f"{base}?{urlencode(sample.filters[n])}", FOUND))
            return Ask(found_in(first, r'class="tiles__ahead" hx-get="([^"]+)"'), "")

        return ask

    for name, base in (("faces", "/faces/"), ("photos", "/")):
        yield Visit(name, "first load", lambda _, base=base: Ask(base))
        yield Visit(name, "all filters taken away", lambda _, base=base: Ask(base, FOUND))
        yield Visit(name, "a value", found(base))
        yield Visit(
            name,
            "three values",
            lambda n, base=base: Ask(f"{base}?{urlencode(sample.narrow[n])}", FOUND),
        )
        yield Visit(name, "a value excluded", excluded(base))
        yield Visit(name, "a range", found(base, min_quality="60"))
        yield Visit(name, "a word", lambda _, base=base: Ask(f"{base}?text=wedding", FOUND))
        yield Visit(
            name,
            "a person",
            lambda _, base=base: Ask(f"{base}?{urlencode({'person': sample.person})}", FOUND),
        )
        yield Visit(name, "sorted by quality", found(base, order="quality"))
        yield Visit(name, "next page", next_page(base))
        yield Visit(
            name,
            "back, as a page",
            lambda n, base=base: Ask(f"{base}?{urlencode(sample.narrow[n])}"),
        )
    yield Visit(
        "faces", "several faces of a photo share it", found("/faces/", scope="photo", smile="smile")
    )
    yield Visit("faces", "asked every 10 s", lambda _: Ask("/library/state/", "library-state"))


def _one_photo(visitor: Visitor, sample: Sample) -> Iterator[Visit]:
    changes: dict[int, str] = {}

    def correct(n: int) -> Ask:
        face, _ = sample.faces[n]
        form = (("value", ("hat", "no_hat")[n % 2]), ("list", ""))
        return Ask(f"/faces/{face}/tags/hat/", "tags", form)

    def correct_for_undo(n: int) -> Ask:
        face, photo = sample.faces[n]
        answer = visitor.send(
            Ask(f"/faces/{face}/tags/glasses/", "tags", (("value", "sunglasses"), ("list", "")))
        )
        changes[n] = found_in(answer, rf"/photos/{photo}/history/tag/(\d+)/undo/")
        form = (("list", ""),)
        return Ask(f"/photos/{photo}/history/tag/{changes[n]}/undo/", form=form)

    listed = urlencode({"glasses": "glasses", "show": "faces"})
    yield Visit("photo", "first load", lambda n: Ask(f"/photos/{sample.faces[n][1]}/"))
    yield Visit(
        "photo",
        "of a list, with previous and next",
        lambda n: Ask(
            f"/photos/{sample.faces[n][1]}/?"
            f"{urlencode({'face': sample.faces[n][0], 'list': listed})}"
        ),
    )
    yield Visit(
        "photo",
        "similar faces in its row",
        lambda n: Ask(f"/faces/{sample.faces[n][0]}/similar/", ""),
    )
    yield Visit("photo", "a tag corrected", correct)
    yield Visit("photo", "a correction undone", correct_for_undo)
    yield Visit(
        "photo",
        "the nets' value again",
        lambda n: Ask(f"/faces/{sample.faces[n][0]}/tags/hat/clear/", "tags", (("list", ""),)),
    )
    yield Visit(
        "photo",
        "facets counted after that",
        lambda n: Ask(f"/faces/?{urlencode(sample.filters[n])}", FOUND),
    )


def _similar(sample: Sample) -> Iterator[Visit]:
    def page(n: int, **params: str) -> str:
        return f"/faces/{sample.faces[n][0]}/similar/?{urlencode(params)}"

    yield Visit("similar", "first load", lambda n: Ask(page(n)))
    yield Visit(
        "similar",
        "slider of the probability",
        lambda n: Ask(page(n, min_probability=f"0.{10 + n % 80}"), SIMILAR),
    )
    yield Visit("similar", "a filter", lambda n: Ask(page(n, **sample.filters[n]), SIMILAR))
    yield Visit("similar", "a hundred faces", lambda n: Ask(page(n, limit="100"), SIMILAR))
    yield Visit("similar", "by a picture", lambda _: Ask("/search/similar/"))


def _reviewing(visitor: Visitor) -> Iterator[Visit]:
    def step(path: str, target: str, **said: str) -> Callable[[int], Ask]:
        def ask(_: int) -> Ask:
            shown = visitor.send(Ask(path))
            tag = found_in(shown, r'name="tag" value="(\d+)"')
            return Ask(path, target, (("tag", tag), *said.items()))

        return ask

    def answer_of_people(_: int) -> Ask:
        shown = visitor.send(Ask("/review/people/"))
        face = re.search(r'name="face" value="([^"]+)"', shown.text)
        if face is None:
            return Ask("/review/people/", "review", (("answer", "again"),))
        name = found_in(shown, r'name="name" value="([^"]+)"')
        form = (("answer", "no"), ("face", face[1]), ("name", name))
        return Ask("/review/people/", "review", form)

    yield Visit("review", "first load", lambda _: Ask("/review/"))
    yield Visit("review", "of one facet", lambda _: Ask("/review/?facet=emotion"))
    yield Visit(
        "review",
        "among faces with a value",
        lambda _: Ask("/review/?facet=emotion&glasses=glasses"),
    )
    yield Visit("review", "a value, next question", step("/review/", "review", value="unsure"))
    yield Visit("review", "undo", lambda _: Ask("/review/", "review", (("step", "undo"),)))
    yield Visit("review", "skip, next question", step("/review/", "review", step="skip"))
    yield Visit("review people", "first load", lambda _: Ask("/review/people/"))
    yield Visit("review people", "no, next question", answer_of_people)


def _tags(visitor: Visitor, sample: Sample) -> Iterator[Visit]:
    made: list[str] = []

    def tag() -> str:
        if not made:
            number = found_in(visitor.send(Ask("/settings/account/")), r"bench-([0-9a-f]+)")
            name = f"bench_{number}"
            visitor.send(Ask("/tags/new/", form=(("label", name), ("name", name))))
            marks = [
                (f"face-{face}", ("no", "yes")[n % 2]) for n, (face, _) in enumerate(sample.faces)
            ]
            visitor.send(Ask(f"/tags/{name}/mark/", form=tuple(marks)))
            made.append(name)
        return made[0]

    yield Visit("tags", "all", lambda _: Ask("/tags/"))
    yield Visit("tags", "one", lambda _: Ask(f"/tags/{tag()}/"))
    yield Visit("tags", "its likely faces", lambda _: Ask(f"/tags/{tag()}/?kind=likely"))
    yield Visit(
        "tags",
        "a face marked",
        lambda n: Ask(
            f"/tags/{tag()}/mark/",
            "tag",
            ((f"face-{sample.faces[n][0]}", "yes" if n % 2 else "no"),),
        ),
    )
    yield Visit("tags", "state of training", lambda _: Ask(f"/tags/{tag()}/state/", "tag"))


def _settings() -> Iterator[Visit]:
    scores = itertools.cycle(range(40, 99))
    yield Visit("thresholds", "first load", lambda _: Ask("/settings/facets/"))
    for facet in ("emotion", "glasses"):
        yield Visit(
            "thresholds",
            f"preview of {facet}",
            lambda _, facet=facet: Ask(
                f"/settings/facets/{facet}/preview/?min_score=0.{next(scores)}", "preview"
            ),
        )
    yield from _plain(
        "settings",
        "/settings/account/",
        "/settings/keys/",
        "/settings/users/",
        "/settings/audit/",
        "/settings/webhooks/",
        "/settings/rules/",
        "/settings/rules/new/",
        "/settings/connectors/",
        "/settings/readings/",
        "/settings/readings/?count=1",
    )
    yield Visit(
        "settings",
        "preview of a rule",
        lambda _: Ask(
            f"/settings/rules/preview/?{urlencode({'query': 'min_quality=60&hat=hat'})}", "preview"
        ),
    )


def _plain(page: str, *paths: str) -> Iterator[Visit]:
    for path in paths:
        yield Visit(page, path, lambda _, path=path: Ask(path))
