"""The pages of custom tags: the list, a new one, and a tag's examples, training and versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from analysis.custom_tags import tags as writer
from analysis.custom_tags.applying import activate_version
from analysis.custom_tags.candidates import Kind, suggest_faces, usual_kind
from analysis.custom_tags.errors import UnknownTag
from analysis.custom_tags.examples import MOST_AT_ONCE, NO, YES, list_examples, mark_examples
from analysis.custom_tags.state import TagState, describe_tag, describe_tags
from analysis.custom_tags.tasks import send_version
from analysis.custom_tags.training import LEAST_EXAMPLES, has_new_examples, train_tag
from analysis.custom_tags.versions import find_version
from analysis.models import CustomTag, FaceTag
from dam.errors import DamError
from dam.fragments import render_page
from dam.models import User
from dam.roles import Right, needs

CANDIDATES = 24
EXAMPLES_SHOWN = 48
VERSIONS_SHOWN = 20
_PREFIX = "face-"
_MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class ExampleGroup:
    """The examples of one value: the newest of them, and how many more there are."""

    value: str
    count: int
    shown: list[FaceTag]

    @property
    def not_shown(self) -> int:
        return self.count - len(self.shown)


@require_GET
def tags(request: HttpRequest) -> HttpResponse:
    """All tags, and how one is made."""
    states = describe_tags(CustomTag.objects.select_related("active_version"))
    return render(request, "analysis/tags.html", {"states": states, "least": LEAST_EXAMPLES})


@needs(Right.WRITE)
@require_http_methods(["GET", "POST"])
def new_tag(request: HttpRequest) -> HttpResponse:
    """The form of a new tag; once it is made, the page on which faces are marked."""
    given = {name: request.POST.get(name, "") for name in ("label", "name")}
    if request.method == "GET":
        return render(request, "analysis/new_tag.html", {"given": given})
    try:
        tag = writer.create_tag(**given, user=cast(User, request.user))
    except DamError as error:
        context = {"given": given, "errors": error.fields}
        return render(request, "analysis/new_tag.html", context, status=error.status)
    return redirect("tag", name=tag.name)


@require_GET
def tag_page(request: HttpRequest, name: str) -> HttpResponse:
    """A tag: faces to mark next, its examples, training and versions."""
    return render(request, "analysis/tag.html", _whole(request, _find(name)))


@require_GET
def tag_state(request: HttpRequest, name: str) -> HttpResponse:
    """Training and progress for htmx; 204 if they are what the page says that it shows."""
    tag = _find(name)
    state = describe_tag(tag)
    if request.htmx and request.GET.get("shown") == _shown(state):
        return HttpResponse(status=204)
    context = _training(state)
    return render_page(
        request, "analysis/tag_state.html", fragment="analysis/_tag_state.html", context=context
    )


@require_POST
def mark(request: HttpRequest, name: str) -> HttpResponse:
    """Mark the faces of the form: `face-<uid>` is yes, no, remove or blank.

    With `rest=no` the blank ones are marked no.
    """
    tag = _find(name)
    marks = _read_marks(request)
    try:
        mark_examples(
            tag,
            yes=[uid for uid, value in marks.items() if value == YES],
            no=[uid for uid, value in marks.items() if value == NO],
            remove=[uid for uid, value in marks.items() if value == "remove"],
            user=cast(User, request.user),
        )
    except DamError as error:
        messages.error(request, error.message)
    kind = request.POST.get("kind", "")
    query = f"?kind={kind}" if kind in list(Kind) else ""
    if request.htmx:
        context = _whole(request, tag, kind=kind)
        return render(request, "analysis/_tag.html", context)
    return redirect(f"{_address(tag)}{query}#marking")


@require_POST
def train(request: HttpRequest, name: str) -> HttpResponse:
    """Learn the examples and begin to tag all faces."""
    tag = _find(name)
    try:
        trained = train_tag(tag)
    except DamError as error:
        messages.error(request, error.message)
        return redirect(_address(tag))
    send_version(trained.version.pk)
    if trained.is_new:
        messages.success(request, f"Version {trained.version.number} was trained.")
    else:
        messages.info(
            request, f"Nothing changed since version {trained.version.number} was trained."
        )
    return redirect(_address(tag))


@require_POST
def apply_version(request: HttpRequest, name: str) -> HttpResponse:
    """Let the version of that `number` tag all faces from now on."""
    tag = _find(name)
    number = request.POST.get("number", "")
    if not number.isdecimal() or len(number) > _MOST_DIGITS:
        raise BadRequest("number is not the number of a version")
    try:
        version = find_version(tag, int(number))
        activate_version(version)
    except DamError as error:
        messages.error(request, error.message)
    else:
        send_version(version.pk)
        messages.success(request, f"Faces are tagged by version {number} from now on.")
    return redirect(_address(tag))


@require_POST
def rename(request: HttpRequest, name: str) -> HttpResponse:
    """Change what people see of a tag."""
    tag = _find(name)
    try:
        writer.rename_tag(tag, label=request.POST.get("label", ""))
    except DamError as error:
        messages.error(request, error.message)
    return redirect(_address(tag))


@needs(Right.WRITE)
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, name: str) -> HttpResponse:
    """Ask whether to delete a tag; a POST does it."""
    tag = _find(name)
    if request.method == "GET":
        return render(request, "analysis/delete_tag.html", {"state": describe_tag(tag)})
    writer.delete_tag(tag)
    messages.success(request, f"The tag “{tag.label}” was deleted.")
    return redirect("tags")


def _find(name: str) -> CustomTag:
    try:
        return writer.find_tag(name)
    except UnknownTag as error:
        raise Http404(error.message) from error


def _address(tag: CustomTag) -> str:
    return reverse("tag", kwargs={"name": tag.name})


def _whole(request: HttpRequest, tag: CustomTag, *, kind: str = "") -> dict[str, Any]:
    state = describe_tag(tag)
    counts = {YES: state.counts.yes, NO: state.counts.no}
    kind = kind or request.GET.get("kind", "")
    chosen = Kind(kind) if kind in list(Kind) else usual_kind(tag, yes_count=counts[YES])
    return {
        **_training(state),
        "kind": chosen,
        "kinds": [one for one in Kind if _makes_sense(one, state)],
        "candidates": suggest_faces(tag, chosen, limit=CANDIDATES),
        "groups": [
            ExampleGroup(value, count, list(list_examples(tag, value)[:EXAMPLES_SHOWN]))
            for value, count in counts.items()
        ],
        "versions": tag.versions.defer("weights")[:VERSIONS_SHOWN],
    }


def _training(state: TagState) -> dict[str, Any]:
    return {
        "state": state,
        "tag": state.tag,
        "version": state.version,
        "least": LEAST_EXAMPLES,
        "shown": _shown(state),
        "has_news": state.can_train and has_new_examples(state.tag),
    }


def _shown(state: TagState) -> str:
    """Return what changes whenever the state of training does."""
    version = state.version
    progress = f"{version.pk}-{version.faces_done}-{version.error_code}" if version else "0"
    return f"{state.status}-{progress}-{state.counts.yes}-{state.counts.no}"


def _makes_sense(kind: Kind, state: TagState) -> bool:
    match kind:
        case Kind.UNCERTAIN:
            return state.version is not None
        case Kind.LIKELY:
            return state.version is not None or state.counts.yes > 0
    return True


def _read_marks(request: HttpRequest) -> Mapping[UUID, str]:
    rest = NO if request.POST.get("rest") == NO else ""
    marks: dict[UUID, str] = {}
    for field, value in request.POST.items():
        if not field.startswith(_PREFIX):
            continue
        try:
            uid = UUID(field.removeprefix(_PREFIX))
        except ValueError as error:
            raise BadRequest(f"{field} is not a face") from error
        if value not in ("", YES, NO, "remove"):
            raise BadRequest(f"{value} is no mark")
        marks[uid] = value or rest
    if len(marks) > MOST_AT_ONCE:
        raise BadRequest("too many faces at once")
    return marks
