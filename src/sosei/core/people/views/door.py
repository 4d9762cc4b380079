"""The account's own page, and invitations: from the link in the mail to a role that counts."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sosei.core.people import roles
from sosei.core.people.accounts import mail, sessions
from sosei.core.people.accounts.adapter import INVITED_ADDRESS
from sosei.core.people.accounts.boxes import code_box
from sosei.core.people.accounts.second_factor import has_second_factor
from sosei.core.people.errors import RefusedError
from sosei.core.people.models import Invitation, Person
from sosei.core.people.phones import shown_phone
from sosei.core.people.rate_limits import attempt
from sosei.core.people.services import invitations
from sosei.engines.conventions.folding import fold_width

TOKEN_KEY = "invitation"  # noqa: S105
CODE_KEY = "invitation_code"
CODE_MINUTES = 15
CODE_TRIES = 5


@dataclass(frozen=True)
class Step:
    """One of the steps on top of the page."""

    label: str
    state: str


# --- the account --------------------------------------------------------------------------------------------------


@require_safe
@never_cache
def account(request: Any) -> HttpResponse:
    """How one signs in, and what protects it."""
    person: Person = request.user
    held = list(Authenticator.objects.filter(user=person).order_by("type", "pk"))
    kinds = [one.type for one in held]
    directory = settings.SOSEI_OIDC
    context = {
        "crumbs": [(_("マイページ"), reverse("people:me")), (_("ログインと安全"), "")],
        "email": EmailAddress.objects.filter(user=person, primary=True).first(),
        "phone": shown_phone(person.phone) if person.phone else "",
        "has_password": person.has_usable_password(),
        "has_app": Authenticator.Type.TOTP in kinds,
        "passkeys": kinds.count(Authenticator.Type.WEBAUTHN),
        "directory": directory["name"] if directory else "",
        "directory_joined": bool(directory) and SocialAccount.objects.filter(user=person).exists(),
        "must_have_second_factor": bool(person.standing.waiting),
    }
    return render(request, "people/account.html", context)


@require_POST
def sign_out_elsewhere(request: Any) -> HttpResponse:
    """Ends every other session."""
    sessions.end_others(request, request.user)
    mail.tell_of_change(request.user, "signed_out_elsewhere")
    messages.success(request, _("ほかの端末からログアウトしました。"))
    return redirect("people:account")


# --- invitations --------------------------------------------------------------------------------------------------


@require_safe
@never_cache
def invitation_link(request: HttpRequest, token: str) -> HttpResponse:
    """The address in the mail: the token goes into the session, so that it stands in no address from here on."""
    attempt("invitation", request)
    found = invitations.find(token)
    request.session[TOKEN_KEY] = token
    if found is not None and not invitations.problem_of(found):
        request.session[INVITED_ADDRESS] = found.email
    return redirect("people:invitation")


class CodeForm(forms.Form):
    """The code sent to the invited address."""

    code = code_box()


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def invitation(request: Any) -> HttpResponse:
    """What is offered, and the next step towards it."""
    token = request.session.get(TOKEN_KEY, "")
    offer = invitations.find(token) if token else None
    if offer is None:
        text = _("招待が見つかりません。招待のメールのリンクを、もう一度開いてください。")
        return render(request, "people/invitation_problem.html", {"problem": text}, status=404)
    if offer.accepted_by_id is not None and offer.accepted_by_id == request.user.pk:
        return _after(request, offer)
    problem = invitations.problem_of(offer)
    if problem:
        return render(request, "people/invitation_problem.html", {"problem": problem}, status=410)
    if not request.user.is_authenticated:
        return _ask_to_sign_in(request, offer)
    if request.method == "POST":
        return _posted(request, offer, token)
    return _show(request, offer)


def _posted(request: Any, offer: Invitation, token: str) -> HttpResponse:
    attempt("invitation", request)
    action = request.POST.get("action")
    own = invitations.is_own_address(request.user, offer.email)
    if action == "send" and not own:
        return _send_code(request, offer)
    if action == "confirm" and not own:
        form = CodeForm(request.POST)
        if not (form.is_valid() and _code_fits(request, offer, form)):
            return _show(request, offer, form)
    elif not own:
        return _show(request, offer)
    try:
        invitations.accept(token=token, person=request.user, address_confirmed=action == "confirm")
    except RefusedError as error:
        return render(request, "people/invitation_problem.html", {"problem": str(error)}, status=410)
    request.session.pop(CODE_KEY, None)
    return redirect("people:invitation")


def _after(request: Any, offer: Invitation) -> HttpResponse:
    """Accepted: to the second factor where the role waits for one, else into the office."""
    for key in (TOKEN_KEY, INVITED_ADDRESS, CODE_KEY):
        request.session.pop(key, None)
    if _needs_second_factor(offer) and not has_second_factor(request.user):
        messages.success(
            request, _("招待を受けました。次に、もう一つの確認（2段階認証）を設定してください。")
        )
        return redirect("mfa_index")
    messages.success(request, _("招待を受けました。役割を使えます。"))
    return redirect("people:operator" if offer.role == roles.OPERATOR else "people:offices")


def _needs_second_factor(offer: Invitation) -> bool:
    return offer.role in roles.STAFF


def _show(request: Any, offer: Invitation, form: CodeForm | None = None) -> HttpResponse:
    waiting = request.session.get(CODE_KEY) or {}
    context = {
        "offer": offer,
        "rows": _rows(offer),
        "steps": _steps(offer, request.user),
        "own": invitations.is_own_address(request.user, offer.email),
        "code_sent": waiting.get("invitation") == offer.pk or form is not None,
        "form": form or CodeForm(),
    }
    return render(request, "people/invitation.html", context)


def _ask_to_sign_in(request: Any, offer: Invitation) -> HttpResponse:
    back = urlencode({"next": reverse("people:invitation")})
    context = {
        "offer": offer,
        "rows": _rows(offer),
        "steps": _steps(offer, None),
        "sign_up_url": f"{reverse('account_signup')}?{back}",
        "sign_in_url": f"{reverse('account_login')}?{back}",
    }
    return render(request, "people/invitation.html", context)


def _rows(offer: Invitation) -> list[dict[str, Any]]:
    rows = [
        {"label": _("役割"), "value": offer.get_role_display()},
        {"label": _("自治体"), "value": offer.municipality or _("Sosei 全体")},
    ]
    if offer.organisation is not None:
        rows.append({"label": _("部署・団体"), "value": offer.organisation})
    if offer.invited_by is not None and offer.invited_by.full_name:
        rows.append({"label": _("招いた人"), "value": offer.invited_by.full_name})
    return [*rows, {"label": _("招待したアドレス"), "value": offer.email}]


def _steps(offer: Invitation, person: Person | None) -> list[Step]:
    labels = [_("アカウント"), _("招待を受ける")]
    if _needs_second_factor(offer):
        labels.append(_("2段階認証"))
    labels.append(_("使い始める"))
    current = 0 if person is None else 1
    return [
        Step(label, "done" if place < current else "current" if place == current else "todo")
        for place, label in enumerate(labels)
    ]


def _send_code(request: Any, offer: Invitation) -> HttpResponse:
    attempt("send_code", request, name=offer.email)
    code = f"{secrets.randbelow(1_000_000):06d}"
    request.session[CODE_KEY] = {
        "invitation": offer.pk,
        "hash": _hash(code, offer),
        "until": (timezone.now() + timedelta(minutes=CODE_MINUTES)).timestamp(),
        "tries": 0,
    }
    mail.send("people/invitation_code", offer.email, {"code": code, "user": request.user})
    return redirect("people:invitation")


def _hash(code: str, offer: Invitation) -> str:
    return salted_hmac("sosei.people.invitation_code", f"{offer.pk}|{code}", algorithm="sha256").hexdigest()


def _code_fits(request: Any, offer: Invitation, form: CodeForm) -> bool:
    waiting = request.session.get(CODE_KEY)
    over = (
        waiting is None or waiting["invitation"] != offer.pk or timezone.now().timestamp() > waiting["until"]
    )
    if over or waiting["tries"] >= CODE_TRIES:
        request.session.pop(CODE_KEY, None)
        form.add_error("code", _("このコードはもう使えません。新しいコードを送ってください。"))
        return False
    request.session[CODE_KEY] = {**waiting, "tries": waiting["tries"] + 1}
    given = fold_width(form.cleaned_data["code"]).replace(" ", "").replace("-", "")
    if not constant_time_compare(_hash(given, offer), waiting["hash"]):
        form.add_error("code", _("コードがちがいます。届いた数字を確かめて、もう一度入力してください。"))
        return False
    return True
