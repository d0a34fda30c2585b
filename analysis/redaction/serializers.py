"""What may be asked of a photo with hidden faces."""

from __future__ import annotations

from rest_framework import serializers

from analysis.redaction.choosing import Hide
from analysis.redaction.hiding import Shape, Style
from analysis.redaction.redacting import Options


class RedactionSerializer(serializers.Serializer):
    """Which faces are hidden, and how."""

    hide = serializers.ChoiceField(
        choices=[one.value for one in Hide],
        default=Hide.ALL,
        help_text="All faces, those named by `face`, or all others.",
    )
    face = serializers.ListField(
        child=serializers.UUIDField(), default=list, help_text="Uids of faces of this photo."
    )
    style = serializers.ChoiceField(choices=[one.value for one in Style], default=Style.BLUR)
    shape = serializers.ChoiceField(choices=[one.value for one in Shape], default=Shape.OVAL)
    keep_credits = serializers.BooleanField(
        default=False,
        help_text="Write creator, copyright and time into the file; else it has no metadata.",
    )

    def options(self) -> Options:
        """Return what is asked; raises ValidationError with all that is wrong."""
        self.is_valid(raise_exception=True)
        values = self.validated_data
        return Options(
            hide=Hide(values["hide"]),
            faces=frozenset(values["face"]),
            style=Style(values["style"]),
            shape=Shape(values["shape"]),
            keep_credits=values["keep_credits"],
        )
