"""What people look for, as one value that is read from a query string and written to it."""

from search.query.choices import Order, Scope, Show
from search.query.face_query import NOT, PARAMETERS, Condition, FaceQuery, InvalidQuery

__all__ = [
    "NOT",
    "PARAMETERS",
    "Condition",
    "FaceQuery",
    "InvalidQuery",
    "Order",
    "Scope",
    "Show",
]
