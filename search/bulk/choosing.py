"""The step from a page on which something is selected to the question what to do with it."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from search.browse.addresses import browse_address
from search.bulk.asking import ACTIONS, argument_names
from search.bulk.selections import keep_selection
from search.query import FaceQuery, InvalidQuery


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keep what is selected and ask for what its `action` needs.

    `uid` has one uid, or several with spaces between them, and may be repeated. They are of what
    `query` shows. With `everything` it is all that the query finds. Arguments of the action that
    the page knows already are passed on.
    """
    given = request.POST
    if given.get("action") not in ACTIONS:
        raise BadRequest("There is no such action.")
    try:
        query = FaceQuery.from_params(QueryDict(given.get("query", "")))
        uids = [UUID(text) for one in given.getlist("uid") for text in one.split()]
    except (InvalidQuery, ValueError) as error:
        raise BadRequest("The query or a uid cannot be read.") from error
    params = {"action": given["action"], "query": query.to_params().urlencode()}
    params |= {name: given[name] for name in argument_names(given["action"]) if given.get(name)}
    if not given.get("everything"):
        if not uids:
            messages.error(request, "Select something first: nothing was changed.")
            return redirect(browse_address(query))
        params["selection"] = keep_selection(request.session, show=query.show, uids=uids).token
    return redirect(f"{reverse('bulk-new')}?{urlencode(params)}")
