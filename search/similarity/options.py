"""What may be asked of similar faces besides the faces to look like: filters, limits, how exact."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.http import QueryDict

from search.query import FaceQuery, InvalidQuery
from search.query.choices import Order, Show
from search.query.parameters import ParameterReader, plain_number
from search.similar import MAX_LIMIT, Limits

PARAMETERS = ("limit", "min_similarity", "min_probability", "exact")
_YES_OR_NO = ("true", "false")


@dataclass(frozen=True, slots=True)
class Options:
    """The query string of a search for similar faces, less its examples."""

    query: FaceQuery
    limits: Limits
    exact: bool = False

    @classmethod
    def from_params(
        cls, params: QueryDict, *, besides: Collection[str] = (), count: int = 20
    ) -> Options:
        """Read a query string; raise InvalidQuery with all that is wrong with it.

        `besides` names parameters that the caller reads itself, `count` is the limit if none is
        given.
        """
        reader = ParameterReader(params)
        given = reader.whole("limit", minimum=1, maximum=MAX_LIMIT)
        limits = Limits(
            count=count if given is None else int(given),
            min_similarity=reader.number("min_similarity", minimum=-1, maximum=1),
            min_probability=reader.number("min_probability", minimum=0, maximum=1),
        )
        exact = reader.choice("exact", _YES_OR_NO, default="false") == "true"
        problems = reader.problems
        query = FaceQuery()
        try:
            query = FaceQuery.from_params(params, besides=(*PARAMETERS, *besides), shows=Show.FACES)
        except InvalidQuery as error:
            problems = {**error.errors, **problems}
        if params.get("order", "").strip() not in ("", Order.NEWEST):
            problems["order"] = ["The most similar face comes first, always."]
        if problems:
            raise InvalidQuery(problems)
        return cls(query, limits, exact)

    @classmethod
    def nothing(cls, count: int = 20) -> Options:
        """Return what asks for nothing but the number of faces."""
        return cls(FaceQuery(), Limits(count))

    def to_params(self, *, count: int = 20) -> QueryDict:
        """Return the query string that `from_params` reads as this, given the same `count`."""
        params = self.query.to_params()
        if self.limits.count != count:
            params["limit"] = str(self.limits.count)
        for name in ("min_similarity", "min_probability"):
            value = getattr(self.limits, name)
            if value is not None:
                params[name] = plain_number(value)
        if self.exact:
            params["exact"] = "true"
        return params
