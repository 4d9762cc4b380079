"""The mails and short messages of the sign-in library, put into the outbox in both languages."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from sosei.core.people import journal
from sosei.core.people.letters import Letter, in_both_languages, link, paragraphs
from sosei.core.people.models import Person

Words = Callable[[dict[str, Any]], tuple[str, str]]


def _not_you() -> str:
    return _("心当たりがないときは、このメッセージを無視してください。コードはだれにも教えないでください。")


def _sign_up_code(told: dict[str, Any]) -> tuple[str, str]:
    return _("確認コード %(code)s") % told, paragraphs(
        _("Sosei（創生）の登録を続けるには、画面に次のコードを入力してください。15分間使えます。"),
        str(told["code"]),
        _not_you(),
    )


def _email_code(told: dict[str, Any]) -> tuple[str, str]:
    return _("確認コード %(code)s") % told, paragraphs(
        _("メールアドレスを確かめるため、画面に次のコードを入力してください。15分間使えます。"),
        str(told["code"]),
        _not_you(),
    )


def _reset_code(told: dict[str, Any]) -> tuple[str, str]:
    return _("確認コード %(code)s") % told, paragraphs(
        _("新しいパスワードを決めるには、画面に次のコードを入力してください。15分間使えます。"),
        str(told["code"]),
        _not_you(),
    )


def _exists(told: dict[str, Any]) -> tuple[str, str]:
    return _("もう登録されています"), paragraphs(
        _("このメールアドレスで登録しようとした人がいますが、アカウントはもうあります。"),
        _("あなたが登録しようとしたのなら、次のページからログインしてください。"),
        link("account_login"),
        _("パスワードを忘れたときは、次のページで新しく決められます。"),
        link("account_reset_password"),
    )


def _unknown(told: dict[str, Any]) -> tuple[str, str]:
    return _("アカウントがありません"), paragraphs(
        _("このメールアドレスのパスワードを決め直そうとした人がいますが、アカウントはありません。"),
        _(
            "あなたなら、別のメールアドレスか電話番号で登録していないか確かめてください。はじめての人は、次のページで登録できます。"
        ),
        link("account_signup"),
    )


def _invitation_code(told: dict[str, Any]) -> tuple[str, str]:
    return _("確認コード %(code)s") % told, paragraphs(
        _("招待を受けるには、画面に次のコードを入力してください。15分間使えます。"),
        str(told["code"]),
        _not_you(),
    )


CODES: dict[str, Words] = {
    "email_confirmation_signup": _sign_up_code,
    "email_confirmation": _email_code,
    "password_reset_code": _reset_code,
    "invitation_code": _invitation_code,
}
HINTS: dict[str, Words] = {"account_already_exists": _exists, "unknown_account": _unknown}


def holds_code(template_prefix: str) -> bool:
    """Whether the mail is one that anybody can have sent to an address they name."""
    name = template_prefix.rpartition("/")[2]
    return name in CODES or name in HINTS


def send(template_prefix: str, email: str, context: dict[str, Any]) -> None:
    """A mail with a code or a hint, to the very address that was typed.

    Raises:
        KeyError: the library has a mail we have no words for.
    """
    name = template_prefix.rpartition("/")[2]
    words = CODES.get(name) or HINTS[name]
    person = context.get("user")
    _put(
        letter=in_both_languages(lambda: words(context)),
        kind="account.code" if name in CODES else "account.hint",
        address=email,
        language=person.language if isinstance(person, Person) else _language(),
    )


def send_sms_code(phone: str, code: str, language: str) -> None:
    """A code by short message."""

    def words() -> tuple[str, str]:
        return _("確認コード"), _("Sosei の確認コードは %(code)s です。15分間使えます。") % {"code": code}

    _put(in_both_languages(words), kind="account.code", address=phone, language=language, channel="sms")


def send_sms_hint(phone: str, *, exists: bool) -> None:
    """A short message to a number that has an account already, or none."""

    def words() -> tuple[str, str]:
        if exists:
            return _("もう登録されています"), _(
                "Sosei：この番号のアカウントはもうあります。ログインするか、パスワードを決め直してください。"
            )
        return _("アカウントがありません"), _("Sosei：この番号のアカウントはありません。")

    _put(in_both_languages(words), kind="account.hint", address=phone, language=_language(), channel="sms")


def _put(letter: Letter, *, kind: str, address: str, language: str, channel: str = "mail") -> None:
    journal.send_message(
        key=f"{kind}:{uuid.uuid4()}",
        kind=kind,
        to_address=address,
        language=language,
        channel=channel,
        **letter.as_arguments(),
    )


def _language() -> str:
    return "en" if (get_language() or "ja").startswith("en") else "ja"


CHANGES = {
    "password_changed": gettext_lazy("パスワードが変わりました"),
    "password_set": gettext_lazy("パスワードが決まりました"),
    "password_reset": gettext_lazy("パスワードが新しくなりました"),
    "email_changed": gettext_lazy("メールアドレスが変わりました"),
    "phone_changed": gettext_lazy("電話番号が変わりました"),
    "totp_activated": gettext_lazy("認証アプリが登録されました"),
    "totp_deactivated": gettext_lazy("認証アプリの登録が消されました"),
    "webauthn_added": gettext_lazy("パスキーが登録されました"),
    "webauthn_removed": gettext_lazy("パスキーが消されました"),
    "recovery_codes_generated": gettext_lazy("予備のコードが作り直されました"),
    "account_connected": gettext_lazy("職員の認証がつながりました"),
    "account_disconnected": gettext_lazy("職員の認証のつながりが切れました"),
    "signed_out_elsewhere": gettext_lazy("ほかの端末からログアウトしました"),
}
"""Changes to an account of which its owner is told, each an entry `account.<change>`."""


def tell_of_change(person: Person, change: str, *, former_email: str | None = None) -> None:
    """Tells the owner of a change to the account, and leaves the entry; of a changed address at the former one.

    Raises:
        KeyError: a change nobody has words for.
    """

    def words() -> tuple[str, str]:
        title = str(CHANGES[change])
        return title, paragraphs(
            _("あなたの Sosei のアカウントで、%(change)s。") % {"change": title},
            _("あなたがしたのなら、何もしなくてだいじょうぶです。"),
            _("心当たりがないときは、すぐにパスワードを新しくして、市区町村の担当者に知らせてください。"),
            link("account_reset_password"),
        )

    letter = in_both_languages(words)
    if former_email:
        _put(letter, kind="account.changed", address=former_email, language=person.language)
    elif person.email or person.phone:
        journal.send_message(
            key=f"account.{change}:{uuid.uuid4()}",
            kind="account.changed",
            recipient=person,
            **letter.as_arguments(),
        )
    journal.write_entry(actor=person, verb=f"account.{change}", subject=person, person=person)
