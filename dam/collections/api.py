"""REST: collections, and which photos are in them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dam.collections import (
    add_assets,
    change_collection,
    create_collection,
    delete_collection,
    remove_assets,
)
from dam.collections.lists import find_assets, find_collection, with_counts
from dam.collections.serializers import (
    AddedSerializer,
    AssetUidsSerializer,
    CollectionChangeSerializer,
    CollectionSerializer,
    NewCollectionSerializer,
    RemovedSerializer,
)
from dam.models import Asset, Collection, CollectionAsset
from dam.pagination import ByName, NewestFirst
from dam.rest_requests import person, read_body
from dam.serializers import AssetSerializer


class MemberPages(NewestFirst):
    """The assets of a collection, the last added first."""

    ordering = ("-id",)

    def paginate_queryset(
        self, queryset: QuerySet[CollectionAsset], request: Request, view: Any = None
    ) -> list[Asset]:
        return [member.asset for member in super().paginate_queryset(queryset, request, view)]


@extend_schema_view(get=extend_schema(operation_id="collections_list"))
class CollectionListView(ListAPIView):
    """All collections by name, each with the number of its photos."""

    serializer_class = CollectionSerializer
    pagination_class = ByName

    def get_queryset(self) -> QuerySet[Collection]:
        return with_counts().select_related("created_by")

    @extend_schema(request=NewCollectionSerializer, responses={201: CollectionSerializer})
    def post(self, request: Request) -> Response:
        """Make an empty collection."""
        values = read_body(NewCollectionSerializer, request)
        collection = create_collection(**values, user=person(request))
        return Response(_describe(request, collection.uid), status=201)


class CollectionView(APIView):
    """One collection."""

    @extend_schema(responses=CollectionSerializer)
    def get(self, request: Request, uid: UUID) -> Response:
        """A collection with the number of its photos."""
        return Response(_describe(request, uid))

    @extend_schema(request=CollectionChangeSerializer, responses=CollectionSerializer)
    def patch(self, request: Request, uid: UUID) -> Response:
        """Change the name or the description."""
        collection = find_collection(uid)
        change_collection(collection, **read_body(CollectionChangeSerializer, request))
        return Response(_describe(request, uid))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, uid: UUID) -> Response:
        """Delete a collection. Its photos stay."""
        delete_collection(find_collection(uid))
        return Response(status=204)


class CollectionAssetsView(ListAPIView):
    """The photos of a collection, the last added first."""

    serializer_class = AssetSerializer
    pagination_class = MemberPages

    def get_queryset(self) -> QuerySet[CollectionAsset]:
        members = CollectionAsset.objects.filter(collection=find_collection(self.kwargs["uid"]))
        return members.prefetch_related(Prefetch("asset", self.get_assets()))

    def get_assets(self) -> QuerySet[Asset]:
        """Return all assets with what the serializer shows."""
        return Asset.objects.prefetch_related("collections")

    @extend_schema(request=AssetUidsSerializer, responses=AddedSerializer)
    def post(self, request: Request, uid: UUID) -> Response:
        """Put photos in; all of them, or none if one does not exist."""
        collection = find_collection(uid)
        ids = find_assets(read_body(AssetUidsSerializer, request)["assets"])
        added = add_assets(collection, ids, user=person(request))
        return Response({"added": len(added), "photo_count": find_collection(uid).photo_count})


class RemoveAssetsView(APIView):
    """Taking photos out of a collection."""

    @extend_schema(request=AssetUidsSerializer, responses=RemovedSerializer)
    def post(self, request: Request, uid: UUID) -> Response:
        """Take photos out; all of them, or none if one does not exist."""
        collection = find_collection(uid)
        removed = remove_assets(
            collection, find_assets(read_body(AssetUidsSerializer, request)["assets"])
        )
        return Response({"removed": len(removed), "photo_count": find_collection(uid).photo_count})


def _describe(request: Request, uid: UUID) -> dict[str, Any]:
    shown: dict[str, Any] = CollectionSerializer(
        find_collection(uid), context={"request": request}
    ).data
    return shown
