"""The page Upload. A person sees their own uploads; a script sends files one by one."""

from __future__ import annotations

import re
from typing import cast
from uuid import UUID

from django.conf import settings
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import replace_url, trigger_client_event

from analysis.uploading.forms import AddressesForm, AnnouncementForm, FilesForm, RetryForm
from analysis.uploading.state import (
    ON_A_PAGE,
    Status,
    cards_of,
    changed_cards,
    earlier_uploads,
    newest_upload,
    page_of_items,
    totals_of,
    uploads_of,
)
from dam.fragments import render_page
from dam.models import User
from dam.roles import Right, needs
from dam.uploading.addresses import MOST_ADDRESSES, add_addresses, retry_addresses
from dam.uploading.models import Upload, UploadItem
from dam.uploading.receiving import receive
from dam.uploading.uploads import (
    KEPT_FOR,
    announce_files,
    chosen_file,
    clear,
    find_unsent,
    take_up,
)

Context = dict[str, object]

_SHOWN = re.compile(r"(\d{1,18}):([a-z0-9-]+)", re.ASCII)


@needs(Right.WRITE)
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """The page with the newest upload. It takes files: many of a form, or one of a script."""
    if request.method == "GET":
        return _page(request, newest_upload(_user(request)))
    form = FilesForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, newest_upload(_user(request)), files=form, status=422)
    files = form.cleaned_data["files"]
    if form.cleaned_data["item"] is not None:
        item = _item(request, form.cleaned_data["item"])
        receive(item, files[0])
        return _card(request, item)
    upload = take_up(_user(request))
    chosen = [chosen_file(file.name or "", size_bytes=file.size) for file in files]
    for item, file in zip(announce_files(upload, chosen), files, strict=True):
        if item.status == Status.WAITING:
            receive(item, file)
    return redirect("upload-one", uid=upload.uid)


@needs(Right.WRITE)
@require_GET
def upload_one(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The page with one upload; `show` is a status to show alone, `page` counts from 1."""
    return _page(request, _upload(request, uid))


@needs(Right.WRITE)
@require_GET
def upload_list(request: HttpRequest) -> HttpResponse:
    """All uploads of a person that are kept."""
    page = Paginator(uploads_of(_user(request)), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "kept_days": KEPT_FOR.days}
    return render(request, "analysis/uploading/uploads.html", context)


@needs(Right.WRITE)
@require_GET
def upload_state(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The numbers of an upload and the cards that changed; 204 if nothing has.

    The page sends the `totals` it shows, and unfinished cards as `shown`: id and state.
    """
    upload = _upload(request, uid)
    totals = totals_of(upload)
    changed = changed_cards(upload, _shown(request))
    if not changed and str(totals) == request.GET.get("totals"):
        return HttpResponse(status=204)
    context = {"upload": upload, "totals": totals, "cards": changed, "is_update": True}
    return render(request, "analysis/uploading/_update.html", context)


@needs(Right.WRITE)
@require_POST
def announce(request: HttpRequest) -> JsonResponse:
    """Note files that the page is about to send; tell which items they are, None for no need."""
    form = AnnouncementForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=422)
    uid, files = form.cleaned_data["upload"], form.cleaned_data["files"]
    if form.cleaned_data["again"]:
        upload = _upload(request, uid)
        needed = find_unsent(upload, files)
    else:
        upload = take_up(_user(request), uid)
        items = announce_files(upload, files)
        needed = [item.pk if item.status == Status.WAITING else None for item in items]
    address = reverse("upload-one", args=[upload.uid])
    return JsonResponse({"upload": upload.uid, "address": address, "items": needed})


@needs(Right.WRITE)
@require_POST
def add_list(request: HttpRequest) -> HttpResponse:
    """Take a list of addresses for a worker to fetch. htmx gets the form anew, and the upload."""
    form = AddressesForm(request.POST)
    if not form.is_valid():
        if request.htmx:
            return render(request, "analysis/uploading/_addresses.html", _form_context(form))
        return _page(request, newest_upload(_user(request)), addresses=form, status=422)
    upload = take_up(_user(request), form.cleaned_data["upload"])
    add_addresses(upload, form.cleaned_data["addresses"])
    if not request.htmx:
        return redirect("upload-one", uid=upload.uid)
    context = _upload_context(request, upload) | _form_context(AddressesForm())
    response = render(request, "analysis/uploading/_addresses_taken.html", context)
    return replace_url(response, reverse("upload-one", args=[upload.uid]))


@needs(Right.WRITE)
@require_POST
def retry(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Let a worker fetch an address again that failed, or all of them."""
    upload, form = _upload(request, uid), RetryForm(request.POST)
    if not form.is_valid():
        raise BadRequest("item is not the number of one")
    item_id = form.cleaned_data["item"]
    retry_addresses(upload, item_id=item_id)
    if request.htmx and item_id is not None:
        return trigger_client_event(_card(request, _item(request, item_id)), "upload-changed")
    return _page(request, upload) if request.htmx else redirect("upload-one", uid=uid)


@needs(Right.WRITE)
@require_POST
def clear_upload(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Let the page not begin with an upload any more."""
    clear(_upload(request, uid))
    return redirect("upload")


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _upload(request: HttpRequest, uid: UUID | None) -> Upload:
    return get_object_or_404(Upload, uid=uid, user=_user(request))


def _item(request: HttpRequest, pk: int) -> UploadItem:
    items = UploadItem.objects.select_related("upload__user", "asset")
    return get_object_or_404(items, pk=pk, upload__user=_user(request))


def _card(request: HttpRequest, item: UploadItem) -> HttpResponse:
    """Answer how an item stands now."""
    item.refresh_from_db()
    (card,) = cards_of([item])
    context = {"card": card, "upload": item.upload}
    return render(request, "analysis/uploading/_item.html", context)


def _page(
    request: HttpRequest,
    upload: Upload | None,
    *,
    files: FilesForm | None = None,
    addresses: AddressesForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Answer the whole page; htmx gets the part about one upload."""
    context = _upload_context(request, upload) | _form_context(addresses or AddressesForm())
    if not request.htmx:
        context["earlier"] = earlier_uploads(_user(request), than=upload)
    context |= {"files": files, "max_bytes": settings.DAM_MAX_UPLOAD_BYTES}
    fragment = "analysis/uploading/_upload.html"
    page = "analysis/uploading/upload.html"
    return render_page(request, page, fragment=fragment, context=context, status=status)


def _form_context(form: AddressesForm) -> Context:
    return {"form": form, "most_addresses": MOST_ADDRESSES}


def _upload_context(request: HttpRequest, upload: Upload | None) -> Context:
    if upload is None:
        return {"upload": None}
    shown = request.GET.get("show", "")
    if shown not in Status.values:
        shown = ""
    page = page_of_items(upload, status=shown, number=request.GET.get("page", ""))
    return {
        "upload": upload,
        "totals": totals_of(upload),
        "shown": shown,
        "page": page,
        "cards": cards_of(page.object_list),
    }


def _shown(request: HttpRequest) -> dict[int, str]:
    """Return the states of the cards that a page shows, by the ids of their items."""
    told = [_SHOWN.fullmatch(text) for text in request.GET.getlist("shown")[:ON_A_PAGE]]
    if None in told:
        raise BadRequest("shown is not an id and a state")
    return {int(match[1]): match[2] for match in told if match}
