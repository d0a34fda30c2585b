from __future__ import annotations

import pytest

from dam.audit import COMMAND_LINE
from dam.models import AuditEntry, User
from dam.users import (
    InvalidUser,
    LastAdministrator,
    UsernameTaken,
    change_role,
    create_user,
    deactivate,
    reactivate,
    reset_password,
)
from tests.factories import make_user

pytestmark = pytest.mark.django_db

VIEWER, EDITOR, ADMINISTRATOR = User.Role.VIEWER, User.Role.EDITOR, User.Role.ADMINISTRATOR


def noted() -> list[str]:
    return [entry.text for entry in AuditEntry.objects.all()]


def test_an_account_begins_without_a_password():
    user = create_user(username="anna", role=EDITOR, by=COMMAND_LINE).user

    assert not user.has_usable_password()
    assert noted() == ["made the account anna, editor"]


@pytest.mark.parametrize("username", ["", " ", "a b", "x" * 151])
def test_a_name_that_nobody_can_sign_in_with_is_refused(username):
    with pytest.raises(InvalidUser):
        create_user(username=username, role=EDITOR, by=COMMAND_LINE)


def test_a_role_that_nobody_knows_is_refused():
    with pytest.raises(InvalidUser):
        create_user(username="anna", role="root", by=COMMAND_LINE)


def test_names_that_differ_in_case_only_are_the_same():
    make_user("anna")

    with pytest.raises(UsernameTaken):
        create_user(username="Anna", role=EDITOR, by=COMMAND_LINE)


def test_a_role_is_changed_and_noted():
    make_user()
    anna = make_user("anna")

    change_role(anna, EDITOR, by=COMMAND_LINE)

    assert User.objects.get(username="anna").role == EDITOR
    assert noted() == ["made anna editor, who was administrator"]


def test_the_same_role_again_is_not_noted():
    change_role(make_user("anna", role=VIEWER), VIEWER, by=COMMAND_LINE)

    assert noted() == []


def test_the_last_administrator_stays_one():
    anna = make_user("anna")
    make_user(role=EDITOR)

    with pytest.raises(LastAdministrator):
        change_role(anna, VIEWER, by=COMMAND_LINE)
    with pytest.raises(LastAdministrator):
        deactivate(anna, by=COMMAND_LINE)

    assert noted() == []


def test_an_administrator_who_cannot_sign_in_does_not_count():
    anna, bert = make_user("anna"), make_user("bert")
    deactivate(bert, by=COMMAND_LINE)

    with pytest.raises(LastAdministrator):
        change_role(anna, VIEWER, by=COMMAND_LINE)


def test_who_was_deactivated_signs_in_with_the_old_password_again(client):
    anna = make_user("anna", role=VIEWER)

    deactivate(anna, by=COMMAND_LINE)
    may_not = client.login(username="anna", password="correct horse battery")
    reactivate(anna, by=COMMAND_LINE)

    assert not may_not
    assert client.login(username="anna", password="correct horse battery")


def test_a_reset_ends_sessions_and_older_links(client):
    anna = make_user("anna")
    client.force_login(anna)
    older = reset_password(anna, by=COMMAND_LINE)

    newer = reset_password(anna, by=COMMAND_LINE)

    assert client.get("/settings/account/").status_code == 302
    assert "works no more" in client.get(older.path()).content.decode()
    assert client.get(newer.path()).status_code == 302
