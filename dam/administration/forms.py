"""Forms of the settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from dam.api_keys import LIMITS, MOST_LIMIT, end_of
from dam.models import ApiKey
from dam.names import MOST_LETTERS

# What each scope lets a program do, beside its name.
SCOPE_HINTS: Mapping[str, str] = {
    ApiKey.Scope.READ: "see, search and export",
    ApiKey.Scope.ANALYZE: "have pictures looked at that are not kept, also by other vendors' ways",
    ApiKey.Scope.WRITE: "as an editor: both of these, and upload, correct and organize",
    ApiKey.Scope.ADMIN: "everything, also delete for good and make keys",
}


class KeyForm(forms.Form):
    """A key to make. `dam.api_keys` says what a key may be."""

    name = forms.CharField(
        max_length=MOST_LETTERS, error_messages={"required": "Say what the key is for."}
    )
    scopes = forms.MultipleChoiceField(
        choices=ApiKey.Scope.choices,
        error_messages={"required": "Choose what the key allows."},
    )
    expires = forms.DateField(
        required=False, error_messages={"invalid": "Give a day, such as 2027-12-31."}
    )
    requests_per_minute = forms.IntegerField(required=False, min_value=0, max_value=MOST_LIMIT)
    megapixels_per_minute = forms.IntegerField(required=False, min_value=0, max_value=MOST_LIMIT)
    concurrent_requests = forms.IntegerField(required=False, min_value=0, max_value=MOST_LIMIT)
    pictures_per_day = forms.IntegerField(required=False, min_value=0, max_value=MOST_LIMIT)

    def values(self) -> dict[str, Any]:
        """Return what a valid form says, as create_api_key takes it."""
        cleaned = self.cleaned_data
        return {
            "name": cleaned["name"],
            "scopes": cleaned["scopes"],
            "limits": {limit: cleaned[limit] for limit in LIMITS},
            "expires_at": end_of(cleaned["expires"]) if cleaned["expires"] else None,
        }

    def scope_choices(self) -> list[dict[str, Any]]:
        """Return each scope with what it allows, and whether it is chosen."""
        chosen = self.data.getlist("scopes") if self.is_bound else [ApiKey.Scope.READ.value]
        return [
            {
                "value": scope,
                "label": label,
                "hint": SCOPE_HINTS[scope],
                "chosen": scope in chosen,
            }
            for scope, label in ApiKey.Scope.choices
        ]

    def limit_fields(self) -> list[dict[str, Any]]:
        """Return the fields of limits, each with what it counts."""
        return [{"field": self[limit], "what": what} for limit, what in LIMITS.items()]
