"""People who sign in: the one writer of User."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.tokens import default_token_generator
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from dam.audit import Actor, Kind, actor_of_person, record
from dam.errors import DamError
from dam.models import User

Role = User.Role


class LastAdministrator(DamError):
    """Nobody could undo it."""

    code = "last_administrator"
    status = 409

    def __init__(self) -> None:
        super().__init__(
            "This is the last administrator who can sign in. Make somebody else one first."
        )


class InvalidUser(DamError):
    """An account cannot be like that; `fields` says which value is wrong."""

    code = "invalid"
    status = 400

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message, fields={field: [message]})


class UsernameTaken(DamError):
    """Somebody else has the name."""

    code = "name_taken"
    status = 409

    def __init__(self, username: str) -> None:
        message = f"Somebody is called “{username}” already: choose another name."
        super().__init__(message, fields={"username": [message]})


@dataclass(frozen=True, slots=True)
class PasswordLink:
    """What lets somebody choose a password once, within PASSWORD_RESET_TIMEOUT."""

    user: User
    uid: str
    token: str

    def path(self) -> str:
        """Return the page at which the password is chosen."""
        return reverse("choose-password", kwargs={"uid": self.uid, "token": self.token})


def list_users() -> QuerySet[User]:
    """Return everybody, those who may sign in first, by name."""
    return User.objects.order_by("-is_active", "username")


def create_user(*, username: str, role: str, by: Actor) -> PasswordLink:
    """Make an account without a password, and the link by which its owner chooses one.

    Raises InvalidUser and UsernameTaken.
    """
    username, role = read_username(username), read_role(role)
    if User.objects.filter(username__iexact=username).exists():
        raise UsernameTaken(username)
    try:
        with transaction.atomic():
            user = User.objects.create_user(username, role=role)
            record(Kind.USER, f"made the account {username}, {Role(role).label.lower()}", by=by)
    except IntegrityError as error:
        raise UsernameTaken(username) from error
    return _password_link(user)


def change_role(user: User, role: str, *, by: Actor) -> None:
    """Give somebody another role. Raises InvalidUser and LastAdministrator."""
    role = read_role(role)
    with transaction.atomic():
        held = _hold(user, leaves_administrators=role != Role.ADMINISTRATOR)
        if held.role == role:
            return
        was, held.role = Role(held.role).label.lower(), role
        held.save(update_fields=["role"])
        text = f"made {held.username} {Role(role).label.lower()}, who was {was}"
        record(Kind.USER, text, by=by)
    user.role = role


def deactivate(user: User, *, by: Actor) -> None:
    """Let somebody sign in no more; their sessions end, and what they did stays.

    Raises LastAdministrator.
    """
    _set_active(user, is_active=False, by=by)


def reactivate(user: User, *, by: Actor) -> None:
    """Let somebody sign in again, with the password that they had."""
    _set_active(user, is_active=True, by=by)


def reset_password(user: User, *, by: Actor) -> PasswordLink:
    """Take somebody's password and sessions away, and make the link by which they choose another.

    Links that were made before work no more.
    """
    with transaction.atomic():
        user.set_unusable_password()
        user.save(update_fields=["password"])
        record(Kind.USER, f"reset the password of {user.username}", by=by)
    return _password_link(user)


def note_new_password(user: User) -> None:
    """Note that somebody chose their own password, in the transaction that stores it."""
    record(Kind.USER, "chose a new password", by=actor_of_person(user))


def read_username(text: str) -> str:
    """Return a name to sign in with; raises InvalidUser."""
    field = User._meta.get_field("username")
    username = User.normalize_username(text.strip())
    if not 0 < len(username) <= (field.max_length or 0):
        raise InvalidUser("username", f"Must have 1 to {field.max_length} characters.")
    try:
        UnicodeUsernameValidator()(username)
    except ValidationError as error:
        raise InvalidUser("username", "Letters, digits and @ . + - _ only.") from error
    return str(username)


def read_role(text: str) -> str:
    """Return a role's value; raises InvalidUser."""
    if text not in Role.values:
        raise InvalidUser("role", f"Must be one of {', '.join(Role.values)}.")
    return text


def _set_active(user: User, *, is_active: bool, by: Actor) -> None:
    with transaction.atomic():
        held = _hold(user, leaves_administrators=not is_active)
        if held.is_active == is_active:
            return
        held.is_active = is_active
        held.save(update_fields=["is_active"])
        verb = "reactivated" if is_active else "deactivated"
        record(Kind.USER, f"{verb} the account {held.username}", by=by)
    user.is_active = is_active


def _hold(user: User, *, leaves_administrators: bool) -> User:
    """Hold a person's row; raises LastAdministrator where they are the last one and would leave.

    Who leaves holds all administrators' rows, in one order: two cannot be the last but one at once.
    """
    rows = User.objects.select_for_update(no_key=True).order_by("pk")
    if leaves_administrators:
        working = list(rows.filter(role=Role.ADMINISTRATOR, is_active=True))
        if [one.pk for one in working] == [user.pk]:
            raise LastAdministrator
    held: User = rows.get(pk=user.pk)
    return held


def _password_link(user: User) -> PasswordLink:
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return PasswordLink(user=user, uid=uid, token=default_token_generator.make_token(user))
