"""Our words for what the sign-in library says: errors of forms, and banners."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

_WRONG = _("メールアドレスか電話番号、またはパスワードがちがいます。入力したものを確かめてください。")
_CODE = _("コードがちがいます。届いた数字を確かめて、もう一度入力してください。")
_MANY = _("まちがいが続いたため、しばらく受け付けません。数分待ってから、やり直してください。")

ERRORS = {
    "account_inactive": _("このアカウントは使えません。"),
    "cannot_remove_primary_email": _("このメールアドレスは消せません。別のアドレスに変えてください。"),
    "duplicate_email": _("これは、いま登録しているメールアドレスです。"),
    "email_password_mismatch": _WRONG,
    "phone_password_mismatch": _WRONG,
    "username_password_mismatch": _WRONG,
    "invalid_login": _WRONG,
    "email_taken": _("このメールアドレスは、別のアカウントで使われています。"),
    "phone_taken": _("この電話番号は、別のアカウントで使われています。"),
    "enter_current_password": _("いまのパスワードがちがいます。"),
    "incorrect_password": _("パスワードがちがいます。"),
    "incorrect_code": _CODE,
    "invalid_or_expired_key": _("リンクの期限が切れています。もう一度はじめからやり直してください。"),
    "invalid_password_reset": _("リンクの期限が切れています。もう一度はじめからやり直してください。"),
    "too_many_login_attempts": _MANY,
    "rate_limited": _MANY,
    "same_as_current": _("いまと同じです。新しいものを入力してください。"),
    "select_only_one": _("メールアドレスか電話番号の、どちらか一つを入力してください。"),
    "unverified_primary_email": _("メールアドレスの確認がまだです。"),
    "password_too_short": _("パスワードは10文字以上にしてください。"),
    "password_too_similar": _("メールアドレスや名前と似ています。別のパスワードにしてください。"),
    "password_too_common": _(
        "よく使われるパスワードで、見破られやすいものです。別のパスワードにしてください。"
    ),
    "password_entirely_numeric": _("数字だけのパスワードは見破られやすいです。文字も入れてください。"),
}

SECOND_FACTOR_ERRORS = {
    "add_email_blocked": _("2段階認証を使っているため、メールアドレスを加えられません。"),
    "cannot_delete_authenticator": _("2段階認証を止められません。"),
    "cannot_generate_recovery_codes": _("予備のコードは、2段階認証を設定してから作れます。"),
    "incorrect_code": _CODE,
    "unverified_email": _("先に、メールアドレスを確かめてください。"),
}

DIRECTORY_ERRORS = {
    "email_taken": _(
        "このメールアドレスのアカウントがもうあります。先にそのアカウントでログインしてください。"
    ),
    "invalid_token": _("認証の情報を確かめられませんでした。もう一度ログインしてください。"),
    "no_password": _("先にパスワードを決めてください。つながりを切ると、ログインできなくなります。"),
    "no_verified_email": _(
        "先にメールアドレスを確かめてください。つながりを切ると、ログインできなくなります。"
    ),
    "disconnect_last": _("最後のつながりは切れません。"),
    "connected_other": _("この認証は、別のアカウントにつながっています。"),
}

FLASHES = {
    "email_confirmed": _("メールアドレスを確かめました。"),
    "email_confirmation_failed": _("このメールアドレスは、別のアカウントで使われています。"),
    "logged_out": _("ログアウトしました。"),
    "password_changed": _("パスワードを変えました。"),
    "password_set": _("パスワードを決めました。"),
    "phone_verified": _("電話番号を確かめました。"),
    "totp_activated": _("認証アプリを登録しました。"),
    "totp_deactivated": _("認証アプリの登録を消しました。"),
    "webauthn_added": _("パスキーを登録しました。"),
    "webauthn_removed": _("パスキーを消しました。"),
    "recovery_codes_generated": _(
        "予備のコードを作りました。紙に書くなどして、安全なところに置いてください。"
    ),
    "account_connected": _("認証をつなぎました。"),
    "account_connected_updated": _("認証をつなぎました。"),
    "account_connected_other": _("この認証は、別のアカウントにつながっています。"),
    "account_disconnected": _("認証のつながりを切りました。"),
}
"""Banner -> words; one that is not here is not shown."""
