"""What the buttons do that try failed analyses again."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import pluralize
from django.views.decorators.http import require_POST

from analysis.queue.failures import retry_failures


class _Choice(forms.Form):
    """Which failures: of one reason, one alone, or all."""

    code = forms.CharField(required=False, max_length=50)
    run = forms.UUIDField(required=False)


@require_POST
def retry(request: HttpRequest) -> HttpResponse:
    """Queue failed analyses again, and lead to the status."""
    form = _Choice(request.POST)
    if not form.is_valid():
        messages.error(request, "There is no such analysis. It may have been deleted.")
        return redirect("status")
    chosen = form.cleaned_data
    queued = retry_failures(code=chosen["code"], run=chosen["run"])
    if queued:
        messages.success(request, f"{queued} photo{pluralize(queued)} will be analyzed again.")
    else:
        messages.info(request, "Nothing had to be tried again: somebody else was faster.")
    return redirect("status")
