"""What search keeps: the face index and the marks of what has changed since. See search.index."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Func, Value
from django.db.models.functions import Now


class IndexChunk(models.Model):
    """Columns of the present faces with ids of one range. Written by search.index alone.

    Without `columns` it is unbuilt: all faces of its range have to be read from their rows.
    """

    # Face id >> CHUNK_BITS.
    number = models.IntegerField(primary_key=True)
    # A new one whenever the row is written. Random, so that none comes back after a rollback.
    version = models.UUIDField(default=uuid.uuid4)
    columns = models.BinaryField(null=True)
    # Apart from the columns, because they are most of the bytes and seldom change.
    sketch_version = models.UUIDField(default=uuid.uuid4)
    sketches = models.BinaryField(null=True)

    def __str__(self) -> str:
        return f"chunk {self.number}"


class ChangedFace(models.Model):
    """Says that a face may differ from its chunk. Triggers add rows, folding removes them."""

    # From a sequence that TRUNCATE does not start again: processes remember ids they have seen.
    id = models.BigIntegerField(
        primary_key=True, db_default=Func(Value("search_mark"), function="nextval")
    )
    # No foreign key: the face may be gone. Not unique: writers must never wait for each other.
    face_id = models.BigIntegerField()
    marked_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"change of face {self.face_id}"
