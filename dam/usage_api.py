"""REST: what keys used, day by day."""

from __future__ import annotations

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.generics import ListAPIView

from dam.models import KeyUsage
from dam.pagination import NewestFirst
from dam.roles import Right, held_rights
from dam.usage import usage_of


class UsageSerializer(serializers.Serializer):
    """What one key had looked at on one day, in UTC."""

    day = serializers.DateField()
    key = serializers.CharField(source="api_key.prefix", help_text="The key's prefix.")
    name = serializers.CharField(source="api_key.name", help_text="What the key is for.")
    requests = serializers.IntegerField()
    refused = serializers.IntegerField(help_text="Those among them that a limit turned away.")
    pictures = serializers.IntegerField()
    megapixels = serializers.SerializerMethodField()
    faces = serializers.IntegerField()

    def get_megapixels(self, usage: KeyUsage) -> float:
        return round(usage.pixels / 1e6, 6)


class UsagePages(NewestFirst):
    """The newest day first."""

    ordering = ("-day", "-id")


class UsageView(ListAPIView):
    """What a key used, day by day; for administrators what each key used."""

    serializer_class = UsageSerializer
    pagination_class = UsagePages

    def get_queryset(self) -> QuerySet[KeyUsage]:
        if Right.ADMIN in held_rights(self.request):
            return usage_of(None)
        # A person who does not administer has no key.
        return usage_of(self.request.auth) if self.request.auth else KeyUsage.objects.none()
