"""The REST shapes of keys, people and the log of who did what."""

from __future__ import annotations

from rest_framework import serializers

from dam.api_keys import LIMITS, MOST_LIMIT, is_working
from dam.audit import Kind
from dam.models import ApiKey, User
from dam.names import MOST_LETTERS
from dam.users import PasswordLink


def _limit(name: str) -> serializers.IntegerField:
    return serializers.IntegerField(
        allow_null=True,
        required=False,
        min_value=0,
        max_value=MOST_LIMIT,
        help_text=f"Its own limit of {LIMITS[name]}; null: the setting's; 0: none.",
    )


class KeySerializer(serializers.Serializer):
    """An API key, without the key itself."""

    prefix = serializers.CharField(help_text="The eight characters after `fct_`.")
    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.ChoiceField(ApiKey.Scope.choices))
    is_working = serializers.SerializerMethodField()
    created_by = serializers.CharField(source="created_by.username", allow_null=True, default=None)
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True, help_text="To the minute.")
    expires_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)
    requests_per_minute = _limit("requests_per_minute")
    megapixels_per_minute = _limit("megapixels_per_minute")
    concurrent_requests = _limit("concurrent_requests")
    pictures_per_day = _limit("pictures_per_day")

    def get_is_working(self, api_key: ApiKey) -> bool:
        return is_working(api_key)


class MadeKeySerializer(KeySerializer):
    """A key that was just made, with its text."""

    key = serializers.CharField(help_text="Keep it: it is never shown again.")


class NewKeySerializer(serializers.Serializer):
    """A key to make."""

    name = serializers.CharField(max_length=MOST_LETTERS, help_text="What it is for.")
    scopes = serializers.ListField(
        child=serializers.ChoiceField(ApiKey.Scope.choices),
        allow_empty=False,
        max_length=len(ApiKey.Scope),
        help_text="`write` includes `read` and `analyze`, `admin` includes all.",
    )
    expires_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    requests_per_minute = _limit("requests_per_minute")
    megapixels_per_minute = _limit("megapixels_per_minute")
    concurrent_requests = _limit("concurrent_requests")
    pictures_per_day = _limit("pictures_per_day")


class UserSerializer(serializers.Serializer):
    """Somebody who signs in."""

    id = serializers.IntegerField()
    username = serializers.CharField()
    role = serializers.ChoiceField(User.Role.choices)
    is_active = serializers.BooleanField(help_text="Whether they may sign in.")
    has_password = serializers.BooleanField(
        source="has_usable_password", help_text="False until they chose one."
    )
    last_login = serializers.DateTimeField(allow_null=True)
    date_joined = serializers.DateTimeField()


class PasswordLinkSerializer(serializers.Serializer):
    """What somebody needs to choose a password, once."""

    password_link = serializers.SerializerMethodField(help_text="It is never shown again.")

    def get_password_link(self, link: PasswordLink) -> str:
        address: str = self.context["request"].build_absolute_uri(link.path())
        return address


class MadeUserSerializer(PasswordLinkSerializer):
    """An account that was just made."""

    user = UserSerializer()


class NewUserSerializer(serializers.Serializer):
    """An account to make."""

    username = serializers.CharField(max_length=150, help_text="Letters, digits and @ . + - _")
    role = serializers.ChoiceField(User.Role.choices, default=User.Role.VIEWER)


class UserChangeSerializer(serializers.Serializer):
    """What is to be changed; what is left out stays."""

    role = serializers.ChoiceField(User.Role.choices, required=False)
    is_active = serializers.BooleanField(required=False)


class AuditSerializer(serializers.Serializer):
    """Something that somebody did."""

    id = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    kind = serializers.ChoiceField(Kind.choices)
    by = serializers.CharField(help_text="A person's name, `key “…”`, or `command line`.")
    text = serializers.CharField(help_text="What they did, as it follows their name.")


class AuditParams(serializers.Serializer):
    """Which entries are listed."""

    kind = serializers.ChoiceField(Kind.choices, required=False)
    by = serializers.CharField(required=False)
