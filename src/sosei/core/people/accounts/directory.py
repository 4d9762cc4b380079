"""The city's own directory (OpenID Connect): who signs in there is signed in here, and gets no role by that.

An account of the directory is joined to the person who has confirmed the same e-mail address. Sosei's own second
factor is asked for all the same. The directory must say that it verified the address (`email_verified`).
"""

from __future__ import annotations

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from allauth.utils import build_absolute_uri
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from sosei.core.people.accounts import mail
from sosei.core.people.accounts.words import DIRECTORY_ERRORS
from sosei.core.people.models import ConsentText, Person


class DirectoryAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """What the library asks about accounts of the directory."""

    error_messages = {**DefaultSocialAccountAdapter.error_messages, **DIRECTORY_ERRORS}

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """The one directory of the environment; the library's table of more is not asked."""
        from allauth.socialaccount.adapter import _build_apps_from_settings

        held = _build_apps_from_settings(provider=provider, client_id=client_id)
        return [app for apps in held.values() for app in apps]

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Any:
        """The directory, spoken to as `DirectoryProtocol` does."""
        found = super().get_provider(request, provider, client_id)
        found.oauth2_adapter_class = DirectoryProtocol
        return found

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Turns away whom the directory does not vouch for."""
        if sociallogin.is_existing or any(each.verified for each in sociallogin.email_addresses):
            return
        reason = _(
            "職員の認証から、確認済みのメールアドレスが届きませんでした。認証の担当者に、メールアドレスとその確認（email_verified）を渡すよう頼んでください。"
        )
        page = render(request, "socialaccount/authentication_error.html", {"reason": reason}, status=403)
        raise ImmediateHttpResponse(page)

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> Person:
        """A new person as the directory knows them."""
        person: Person = sociallogin.user
        person.email = (data.get("email") or "").lower() or None
        person.family_name = str(data.get("last_name") or "")[:60]
        person.given_name = str(data.get("first_name") or "")[:60]
        return person

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Without a form, unless there is a text to agree to."""
        return not ConsentText.objects.current().filter(municipality=None, is_required=True).exists()

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        """Back to where the account is looked after."""
        return reverse("people:account")

    def send_notification_mail(self, template_prefix: str, user: Person, *args: Any, **kwargs: Any) -> None:
        """Tells the owner, and leaves the entry."""
        mail.tell_of_change(user, template_prefix.rpartition("/")[2])


class DirectoryProtocol(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """The library's OpenID Connect; the token's signature is checked always, and there is one address to come back to."""

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """The same in both languages: a directory knows one address."""
        with override("ja"):
            path = reverse("openid_connect_callback", kwargs={"provider_id": self.provider_id})
        return str(build_absolute_uri(request, path, self.redirect_uri_protocol))

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        return dict(
            jwtkit.verify_and_decode(
                credential=id_token,
                keys_url=self.openid_config["jwks_uri"],
                issuer=self.openid_config["issuer"],
                audience=app.client_id,
                lookup_kid=jwtkit.lookup_kid_jwk,
                verify_signature=True,
            )
        )


def sign_in(request: HttpRequest, provider_id: str) -> HttpResponse:
    """To the directory.

    Raises:
        Http404: no directory of that name.
    """
    return _through(OAuth2LoginView, request, provider_id)


def come_back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """From the directory.

    Raises:
        Http404: no directory of that name.
    """
    return _through(OAuth2CallbackView, request, provider_id)


def _through(view: Any, request: HttpRequest, provider_id: str) -> HttpResponse:
    try:
        answer: HttpResponse = view.adapter_view(DirectoryProtocol(request, provider_id))(request)
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
    return answer
