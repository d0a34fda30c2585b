"""A person's own account: who they are here, and their password."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm
from django.contrib.auth.views import PasswordChangeView, PasswordResetConfirmView
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator

from dam.roles import ROLE_HINTS
from dam.users import note_new_password


class AccountView(PasswordChangeView):
    """Name and role, and a form for another password; other sessions end with the old one."""

    template_name = "dam/settings/account.html"
    success_url = reverse_lazy("account")

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        hint = ROLE_HINTS[self.request.user.role]
        return super().get_context_data(role_hint=hint, **context)

    def form_valid(self, form: PasswordChangeForm[Any]) -> HttpResponse:
        with transaction.atomic():
            response = super().form_valid(form)
            note_new_password(form.user)
        messages.success(self.request, "Your password was changed. Your other sessions have ended.")
        return response

    def form_invalid(self, form: PasswordChangeForm[Any]) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


@method_decorator(login_not_required, name="dispatch")
class ChoosePasswordView(PasswordResetConfirmView):
    """Where the link of an account leads: its owner chooses a password, once, and is signed in."""

    template_name = "registration/choose_password.html"
    success_url = reverse_lazy("photos")
    post_reset_login = True

    def dispatch(
        self, request: HttpRequest, *args: Any, uid: str, **kwargs: Any
    ) -> HttpResponseBase:
        return super().dispatch(request, *args, uidb64=uid, **kwargs)

    def form_valid(self, form: SetPasswordForm[Any]) -> HttpResponse:
        with transaction.atomic():
            response = super().form_valid(form)
            note_new_password(form.user)
        return response

    def form_invalid(self, form: SetPasswordForm[Any]) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)
