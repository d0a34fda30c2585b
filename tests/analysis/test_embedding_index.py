from __future__ import annotations

import pytest
from django.db import connection


@pytest.mark.django_db
def test_index_is_there_and_valid() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indisvalid FROM pg_index WHERE indexrelid = 'face_by_embedding'::regclass"
        )
        found = cursor.fetchone()

    assert found == (True,)
