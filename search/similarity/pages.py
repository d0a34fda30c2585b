"""What a page of similar faces shows: its examples, its results, and addresses of what follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse

from analysis.listing import faces_for_tiles
from analysis.models import Face
from search.browse.tiles import named_faces
from search.query import FaceQuery, InvalidQuery
from search.query.parameters import ParameterReader
from search.similar import Limits, Nearest, SimilarFace, nearest_faces
from search.similarity.examples import Examples, find_examples
from search.similarity.kept_uploads import KeptFace
from search.similarity.options import Options

# Unless an address says otherwise.
SHOWN = 24
PARAMETERS = ("like", "unlike", "upload")
# From which probability on; at even odds, see docs/nets.md.
_WORDS = ((0.99, "very likely"), (0.9, "likely"), (0.5, "maybe"), (0.0, "unlikely"))


@dataclass(frozen=True, slots=True)
class Looked:
    """The state of a page, which is its address."""

    options: Options
    base: UUID | None = None
    """The face that the address is about; None on the page for uploads."""
    like: tuple[UUID, ...] = ()
    unlike: tuple[UUID, ...] = ()
    upload: str = ""
    """The name of a face that the session keeps."""

    @classmethod
    def from_params(cls, params: QueryDict, *, base: UUID | None = None) -> Looked:
        """Read an address; raise InvalidQuery with all that is wrong with it."""
        reader = ParameterReader(params)
        like, unlike = reader.uids("like"), reader.uids("unlike")
        upload = reader.text("upload") or ""
        problems = reader.problems
        options = Options.nothing()
        try:
            options = Options.from_params(params, besides=PARAMETERS, count=SHOWN)
        except InvalidQuery as error:
            problems = {**error.errors, **problems}
        if problems:
            raise InvalidQuery(problems)
        return cls(options, base, like, unlike, upload)

    @property
    def wanted(self) -> tuple[UUID, ...]:
        return self.like if self.base is None else (self.base, *self.like)

    @property
    def path(self) -> str:
        if self.base is None:
            return reverse("search-similar")
        return reverse("similar-faces", args=[self.base])

    @property
    def address(self) -> str:
        params = self.to_params()
        return f"{self.path}?{params.urlencode()}" if params else self.path

    def to_params(self) -> QueryDict:
        params = self.options.to_params(count=SHOWN)
        for name, uids in (("like", self.like), ("unlike", self.unlike)):
            if uids:
                params.setlist(name, [str(uid) for uid in uids])
        if self.upload:
            params["upload"] = self.upload
        return params

    def more_like(self, uid: UUID) -> Looked:
        """Return the page with one more example."""
        return replace(self, like=(*self.like, uid))

    def not_like(self, uid: UUID) -> Looked:
        """Return the page with one more unwanted face."""
        return replace(self, unlike=(*self.unlike, uid))

    def without(self, uid: UUID) -> Looked:
        """Return the page without one of its examples."""
        return replace(
            self,
            like=tuple(one for one in self.like if one != uid),
            unlike=tuple(one for one in self.unlike if one != uid),
        )

    def with_options(self, options: Options) -> Looked:
        return replace(self, options=options)

    def with_query(self, query: FaceQuery) -> Looked:
        return replace(self, options=replace(self.options, query=query))


@dataclass(frozen=True, slots=True)
class ExampleCard:
    """An example on the page; `rest` is the address without it, empty where it cannot go."""

    face: Face
    rest: str


@dataclass(frozen=True, slots=True)
class ResultCard:
    """A similar face on the page, and addresses that take it as an example."""

    similar: SimilarFace
    words: str
    percent: str
    more_like: str
    not_like: str


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything that a page of similar faces shows."""

    looked: Looked
    wanted: tuple[ExampleCard, ...]
    unwanted: tuple[ExampleCard, ...]
    upload: KeptFace | None
    nearest: Nearest
    results: tuple[ResultCard, ...]

    @property
    def is_mixed(self) -> bool:
        """Tell whether there is more than one example."""
        return len(self.wanted) + len(self.unwanted) + (self.upload is not None) > 1

    @property
    def wanted_uids(self) -> str:
        """The stored examples, with spaces between them."""
        return " ".join(str(card.face.uid) for card in self.wanted)

    @property
    def exactly(self) -> str:
        """The address of the same, exact."""
        return self.looked.with_options(replace(self.looked.options, exact=True)).address


def show(looked: Looked, *, upload: KeptFace | None = None) -> Shown:
    """Search, and return what the page shows. Raises InvalidQuery for faces that are gone."""
    examples = find_examples(
        looked.wanted,
        looked.unlike,
        unstored=upload.example if upload else None,
        names=("like", "unlike"),
    )
    options = looked.options
    nearest = nearest_faces(
        options.query,
        examples.target(),
        limits=options.limits,
        leave_out=examples.face_ids,
        exact=options.exact,
        load_from=named_faces(),
    )
    return Shown(
        looked=looked,
        wanted=_example_cards(examples.wanted, looked),
        unwanted=_example_cards(examples.unwanted, looked),
        upload=upload,
        nearest=nearest,
        results=tuple(_result_card(similar, looked) for similar in nearest.faces),
    )


def find_worth_a_look(face: Face, *, count: int) -> tuple[SimilarFace, ...]:
    """Return the few faces that are most like one and maybe the same person."""
    limits = Limits(count=count, min_probability=0.5)
    examples = Examples(wanted=(face,))
    found = nearest_faces(
        FaceQuery(),
        examples.target(),
        limits=limits,
        leave_out=examples.face_ids,
        load_from=faces_for_tiles(),
    )
    return found.faces


def in_words(chance: float | None) -> str:
    """Say how probable it is that two faces are one person; nothing where that is not known."""
    if chance is None:
        return ""
    return next(words for least, words in _WORDS if chance >= least)


def in_percent(chance: float | None) -> str:
    """Return a probability without ever saying certain."""
    if chance is None:
        return ""
    if chance >= 0.99:
        return "over 99\N{NO-BREAK SPACE}%"
    if chance < 0.01:
        return "under 1\N{NO-BREAK SPACE}%"
    return f"{100 * chance:.0f}\N{NO-BREAK SPACE}%"


def _example_cards(faces: Sequence[Face], looked: Looked) -> tuple[ExampleCard, ...]:
    # The face that the page is about cannot be taken away.
    return tuple(
        ExampleCard(face, "" if face.uid == looked.base else looked.without(face.uid).address)
        for face in faces
    )


def _result_card(similar: SimilarFace, looked: Looked) -> ResultCard:
    uid = similar.face.uid
    return ResultCard(
        similar=similar,
        words=in_words(similar.same_person),
        percent=in_percent(similar.same_person),
        more_like=looked.more_like(uid).address,
        not_like=looked.not_like(uid).address,
    )
