from __future__ import annotations

import pytest
from django.test import Client

from dam.models import User
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

PAGE = "/settings/users/"
REST = "/api/v1/users"
NEW_PASSWORD = "staple battery horse"


class TestPages:
    def test_who_is_made_chooses_a_password_once_and_is_signed_in(self, browser):
        made = browser.post(f"{PAGE}new/", {"username": "anna", "role": "viewer"})
        guest = Client()
        form = guest.get(made.context["address"], follow=True)

        passwords = {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
        chosen = guest.post(form.request["PATH_INFO"], passwords)

        assert made.status_code == 201
        assert chosen.status_code == 302
        assert guest.get("/settings/account/").context["user"].username == "anna"
        assert "works no more" in Client().get(made.context["address"]).content.decode()

    def test_a_name_that_is_taken_is_said_at_the_field(self, browser):
        make_user("anna")

        response = browser.post(f"{PAGE}new/", {"username": "anna", "role": "viewer"})

        assert response.status_code == 409
        assert list(response.context["errors"]) == ["username"]

    def test_a_role_is_changed(self, browser):
        anna = make_user("anna", role=User.Role.VIEWER)

        browser.post(f"{PAGE}{anna.pk}/", {"role": "editor"})

        anna.refresh_from_db()
        assert anna.role == "editor"

    def test_the_last_administrator_hears_why_not(self, browser):
        only = User.objects.get()

        response = browser.post(f"{PAGE}{only.pk}/deactivate/", follow=True)

        assert "last administrator" in response.content.decode()
        assert User.objects.get().is_active

    def test_who_is_deactivated_is_signed_out(self, browser):
        anna, guest = make_user("anna"), Client()
        guest.force_login(anna)

        browser.post(f"{PAGE}{anna.pk}/deactivate/")

        assert guest.get("/settings/account/").status_code == 302

    def test_a_reset_shows_a_link(self, browser):
        anna = make_user("anna")

        response = browser.post(f"{PAGE}{anna.pk}/password/")

        assert "/password/" in response.context["address"]
        assert not Client().login(username="anna", password=PASSWORD)

    def test_queries_do_not_grow(self, browser, django_assert_num_queries):
        for _ in range(3):
            make_user()

        with django_assert_num_queries(4):  # session, person, pause, everybody
            browser.get(PAGE)


class TestAccount:
    def test_a_password_is_changed_and_the_session_stays(self, browser):
        passwords = {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}

        response = browser.post(
            "/settings/account/", {"old_password": PASSWORD, **passwords}, follow=True
        )

        assert "Your password was changed" in response.content.decode()
        assert User.objects.get().check_password(NEW_PASSWORD)

    def test_the_old_password_is_asked_for(self, browser):
        passwords = {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}

        response = browser.post("/settings/account/", {"old_password": "wrong", **passwords})

        assert response.status_code == 422
        assert User.objects.get().check_password(PASSWORD)


class TestRest:
    def test_an_account_is_made_with_a_link(self, api):
        response = api.post(REST, {"username": "anna", "role": "editor"}, format="json")

        made = response.json()
        assert response.status_code == 201
        assert made["user"]["role"] == "editor"
        assert Client().get(made["password_link"]).status_code == 302

    def test_role_and_access_are_changed(self, api):
        anna = make_user("anna", role=User.Role.VIEWER)

        body = {"role": "editor", "is_active": False}
        response = api.patch(f"{REST}/{anna.pk}", body, format="json")

        assert response.json()["role"] == "editor"
        assert not User.objects.get().is_active

    def test_all_of_it_is_changed_or_nothing(self, api):
        anna = make_user(role=User.Role.VIEWER)

        body = {"role": "administrator", "is_active": False}
        response = api.patch(f"{REST}/{anna.pk}", body, format="json")

        assert response.status_code == 409
        assert response.json()["error"]["code"] == "last_administrator"
        assert User.objects.get().role == "viewer"

    def test_queries_do_not_grow(self, api, django_assert_num_queries):
        for _ in range(3):
            make_user()

        with django_assert_num_queries(2):  # the key, everybody
            api.get(REST)
