"""A person's own account: who they are here, and their password."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import PasswordChangeView
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse_lazy

from dam.users import note_new_password


class AccountView(PasswordChangeView):
    """Name and role, and a form for another password; other sessions end with the old one."""

    template_name = "dam/settings/account.html"
    success_url = reverse_lazy("account")

    def form_valid(self, form: PasswordChangeForm[Any]) -> HttpResponse:
        with transaction.atomic():
            response = super().form_valid(form)
            note_new_password(form.user)
        messages.success(self.request, "Your password was changed. Other sessions have ended.")
        return response

    def form_invalid(self, form: PasswordChangeForm[Any]) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)
