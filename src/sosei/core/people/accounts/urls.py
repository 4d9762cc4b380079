"""Addresses of the door, under `account/`: those of the sign-in library that Sosei offers, each named one by one."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as second_factor
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as passkey
from allauth.socialaccount import views as directories
from django.urls import path

from sosei.core.people.accounts import directory, views
from sosei.core.people.rate_limits import limited

enter_code = limited("enter_code")

urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("signup/", views.SignUpView.as_view(), name="account_signup"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("email/", account.email, name="account_email"),
    path(
        "email/confirm/", enter_code(account.email_verification_sent), name="account_email_verification_sent"
    ),
    path("phone/change/", account.change_phone, name="account_change_phone"),
    path("phone/verify/", enter_code(account.verify_phone), name="account_verify_phone"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("password/reset/", views.ResetPasswordView.as_view(), name="account_reset_password"),
    path(
        "password/reset/code/",
        enter_code(account.confirm_password_reset_code),
        name="account_confirm_password_reset_code",
    ),
    path("password/reset/new/", account.complete_password_reset, name="account_complete_password_reset"),
    path(
        "password/reset/done/", account.password_reset_from_key_done, name="account_password_reset_completed"
    ),
    path("2fa/", second_factor.index, name="mfa_index"),
    path(
        "2fa/authenticate/",
        enter_code(views.AuthenticateWithSecondFactorView.as_view()),
        name="mfa_authenticate",
    ),
    path("2fa/reauthenticate/", enter_code(second_factor.reauthenticate), name="mfa_reauthenticate"),
    path("2fa/app/", views.ActivateAppView.as_view(), name="mfa_activate_totp"),
    path("2fa/app/remove/", app.deactivate_totp, name="mfa_deactivate_totp"),
    path("2fa/codes/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("2fa/codes/generate/", recovery_codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("2fa/codes/download/", recovery_codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("2fa/passkeys/", passkey.list_webauthn, name="mfa_list_webauthn"),
    path("2fa/passkeys/add/", views.AddPasskeyView.as_view(), name="mfa_add_webauthn"),
    path("2fa/passkeys/<int:pk>/remove/", passkey.remove_webauthn, name="mfa_remove_webauthn"),
    path("2fa/passkeys/<int:pk>/rename/", passkey.edit_webauthn, name="mfa_edit_webauthn"),
    path("2fa/passkeys/login/", passkey.login_webauthn, name="mfa_login_webauthn"),
    path("2fa/passkeys/reauthenticate/", passkey.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("directory/", directories.connections, name="socialaccount_connections"),
    path("directory/signup/", directories.signup, name="socialaccount_signup"),
    path("directory/cancelled/", directories.login_cancelled, name="socialaccount_login_cancelled"),
    path("directory/error/", directories.login_error, name="socialaccount_login_error"),
    path("directory/<slug:provider_id>/login/", directory.sign_in, name="openid_connect_login"),
    path("directory/<slug:provider_id>/callback/", directory.come_back, name="openid_connect_callback"),
]
