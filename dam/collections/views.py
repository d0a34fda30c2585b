"""The pages of collections, and the part of a photo's page that is about them."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dam.collections import collections as writer
from dam.collections.errors import UnknownCollection
from dam.collections.lists import (
    collections_of,
    find_collection,
    list_collections,
    suggested_names,
)
from dam.collections.members import add_assets, remove_assets
from dam.errors import DamError
from dam.models import Asset, Collection, User
from dam.names import InvalidName
from dam.roles import Right, needs

PAGE_SIZE = 48


@require_http_methods(["GET", "POST"])
def collections(request: HttpRequest) -> HttpResponse:
    """All collections by name, from `after` on; a POST makes one."""
    given = {"name": request.POST.get("name", "")}
    errors: dict[str, list[str]] = {}
    status = 200
    if request.method == "POST":
        try:
            made = writer.create_collection(**given, user=cast(User, request.user))
        except DamError as error:
            errors, status = error.fields, error.status
        else:
            messages.success(request, f"The collection “{made.name}” was made.")
            return redirect("collections")
    after = request.GET.get("after", "")
    context = {
        "page": list_collections(after=after, limit=PAGE_SIZE),
        "after": after,
        "given": given,
        "errors": errors,
    }
    return render(request, "dam/collections/collections.html", context, status=status)


@require_GET
def open_collection(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Lead to the photos of a collection: the address to share."""
    collection = _find(uid)
    return redirect(
        f"{reverse('faces')}?{urlencode({'collection': collection.uid, 'show': 'photos'})}"
    )


@needs(Right.WRITE)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The name and the description of a collection."""
    collection = _find(uid)
    given = {"name": collection.name, "description": collection.description}
    errors: dict[str, list[str]] = {}
    status = 200
    if request.method == "POST":
        given = {name: request.POST.get(name, "") for name in given}
        try:
            writer.change_collection(collection, **given)
        except DamError as error:
            errors, status = error.fields, error.status
        else:
            messages.success(request, f"The collection “{collection.name}” was changed.")
            return redirect("collections")
    context = {"collection": collection, "given": given, "errors": errors}
    return render(request, "dam/collections/edit_collection.html", context, status=status)


@needs(Right.WRITE)
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Ask whether a collection is to be deleted, and delete it."""
    collection = _find(uid)
    if request.method == "GET":
        return render(request, "dam/collections/delete_collection.html", {"collection": collection})
    writer.delete_collection(collection)
    messages.success(request, f"The collection “{collection.name}” was deleted. Its photos stay.")
    return redirect("collections")


@require_POST
def add_photo(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Put a photo into the collection called `name`, a new one if there is none."""
    asset = get_object_or_404(Asset, uid=uid)
    user, name = cast(User, request.user), request.POST.get("name", "")
    try:
        collection = writer.find_or_create_collection(name=name, user=user)
        add_assets(collection, [asset.pk], user=user)
    except InvalidName as error:
        if not request.htmx:
            raise BadRequest(error.message) from error
        return _show_collections_of(request, asset, error=error, given=name)
    return _show_collections_of(request, asset)


@require_POST
def remove_photo(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take a photo out of the `collection` with that uid."""
    asset = get_object_or_404(Asset, uid=uid)
    try:
        collection = find_collection(UUID(request.POST.get("collection", "")))
        remove_assets(collection, [asset.pk])
    except ValueError as error:
        raise BadRequest("collection is not a uid") from error
    except UnknownCollection:
        # Then the photo is in it no more, either.
        pass
    return _show_collections_of(request, asset)


def _show_collections_of(
    request: HttpRequest, asset: Asset, *, error: InvalidName | None = None, given: str = ""
) -> HttpResponse:
    """Answer with the part of the photo's page, or lead to the page where there is no htmx."""
    if not request.htmx:
        return redirect("photo", uid=asset.uid)
    context = {
        "asset": asset,
        "collections": collections_of(asset),
        "collection_names": suggested_names(),
        "collection_error": error,
        "collection_given": given,
    }
    return render(request, "dam/collections/_photo_collections.html", context)


def _find(uid: UUID) -> Collection:
    try:
        return find_collection(uid)
    except UnknownCollection as error:
        raise Http404(error.message) from error
