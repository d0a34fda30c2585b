"""`manage.py prepare_database`: migrations, and the first administrator."""

from __future__ import annotations

import secrets
import time
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.db.backends.utils import CursorWrapper

FIRST_USER = "admin"
# Without those that look alike: the password is typed from a screen.
LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
PASSWORD_LENGTH = 16
# Any number will do, as long as nobody else takes it for a lock in this database.
LOCK = 7_203_114
LOCK_PAUSE_SECONDS = 0.5


class Command(BaseCommand):
    help = "Apply migrations and, while there is no user, make the administrator `admin`."

    def handle(self, **_options: Any) -> None:
        try:
            connection.ensure_connection()
        except OperationalError as error:
            reason = str(error).strip().splitlines()[-1]
            raise CommandError(f"The database does not answer: {reason}") from None
        with connection.cursor() as cursor:
            # Several machines may start at once on one database. A migration that builds an index
            # concurrently waits for all statements, so none may wait for this lock.
            while not _is_locked(cursor):
                time.sleep(LOCK_PAUSE_SECONDS)
            try:
                call_command("migrate", interactive=False, verbosity=0)
                self._make_first_user()
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])

    def _make_first_user(self) -> None:
        users = get_user_model().objects
        if users.exists():
            return
        password = "".join(secrets.choice(LETTERS) for _ in range(PASSWORD_LENGTH))
        users.create_superuser(FIRST_USER, password=password)
        self.stdout.write(f"Sign in as {FIRST_USER} with the password {password}")
        self.stdout.write("It is shown only now; manage.py changepassword admin sets another.")


def _is_locked(cursor: CursorWrapper) -> bool:
    """Take the lock if nobody has it and tell whether it is ours now."""
    cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
    return bool(cursor.fetchone()[0])
