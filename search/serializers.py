"""The REST shapes of what is found."""

from __future__ import annotations

from rest_framework import serializers


class ValueCountSerializer(serializers.Serializer):
    """A value, how many faces or photos have it, and whether it was asked for or excluded."""

    value = serializers.CharField(source="value.name")
    label = serializers.CharField(source="value.label")
    count = serializers.IntegerField()
    chosen = serializers.BooleanField()
    excluded = serializers.BooleanField()


class FacetCountSerializer(serializers.Serializer):
    """A facet with all of its values, in its order; `custom` tells that people made it.

    Of an `open` one, whose values people write, those that are found, the most frequent first.
    """

    name = serializers.CharField(source="facet.name")
    label = serializers.CharField(source="facet.label")
    custom = serializers.BooleanField(source="facet.custom")
    open = serializers.BooleanField(source="facet.open")
    values = ValueCountSerializer(many=True)


class FacetCountsSerializer(serializers.Serializer):
    """How many faces and photos have all that is asked for, and how many each value would give."""

    faces = serializers.IntegerField()
    photos = serializers.IntegerField()
    facets = FacetCountSerializer(many=True)
