from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from dam.api_keys import find_api_key
from dam.models import ApiKey
from tests.factories import make_api_key

pytestmark = pytest.mark.django_db


def test_the_key_that_is_printed_works(capsys):
    call_command("create_api_key", "--name", "backup")

    printed = capsys.readouterr().out.strip()
    api_key = find_api_key(printed)
    assert api_key
    assert (api_key.name, api_key.scopes) == ("backup", ["read"])


@pytest.mark.parametrize("scope", ["read", "analyze", "write", "admin"])
def test_the_scope_is_chosen(scope):
    call_command("create_api_key", "--name", "x", "--scope", scope)

    assert ApiKey.objects.get().scopes == [scope]


def test_several_scopes_and_a_last_day_are_chosen():
    scopes = ["--scope", "analyze", "--scope", "read"]

    call_command("create_api_key", "--name", "x", *scopes, "--expires", "2099-12-31")

    api_key = ApiKey.objects.get()
    assert api_key.scopes == ["read", "analyze"]
    assert api_key.expires_at == datetime(2100, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "arguments", [[], ["--name", " "], ["--name", "x" * 101], ["--name", "x", "--scope", "root"]]
)
def test_a_wrong_name_or_scope_makes_no_key(arguments):
    with pytest.raises(CommandError):
        call_command("create_api_key", *arguments)

    assert not ApiKey.objects.exists()


def test_a_key_may_have_limits_of_its_own():
    call_command("create_api_key", "--name", "x", "--requests-per-minute", "0")

    api_key = ApiKey.objects.get()
    assert (api_key.requests_per_minute, api_key.pictures_per_day) == (0, None)


def test_a_limit_below_zero_makes_no_key():
    with pytest.raises(CommandError):
        call_command("create_api_key", "--name", "x", "--pictures-per-day", "-1")

    assert not ApiKey.objects.exists()


def test_a_key_is_revoked_by_its_prefix():
    new = make_api_key()

    call_command("revoke_api_key", new.api_key.prefix)

    assert find_api_key(new.text) is None


def test_an_unknown_prefix_is_an_error():
    with pytest.raises(CommandError, match="No working key"):
        call_command("revoke_api_key", "abcdefgh")


def test_without_a_prefix_the_working_keys_are_listed(capsys):
    kept, gone = make_api_key(name="kept"), make_api_key(name="gone")
    call_command("revoke_api_key", gone.api_key.prefix)
    capsys.readouterr()

    call_command("revoke_api_key")

    assert capsys.readouterr().out.split() == [kept.api_key.prefix, "write", "never", "kept"]
