"""What `sosei check --deploy` looks at besides Django's own checks: settings right for a trial, wrong for a city."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register

from sosei.gateway.project.database import EMBEDDED_ENGINE


@register(Tags.security, deploy=True)
def check_deployment(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """One message for each setting that an office or the public should not run with."""
    found = [
        (
            settings.DEMONSTRATION,
            "W001",
            "実演のサイトです。The site is a demonstration.",
            "SOSEI_DEMONSTRATION を消してください。Unset SOSEI_DEMONSTRATION.",
        ),
        (
            settings.DATABASES["default"]["ENGINE"] == EMBEDDED_ENGINE,
            "W002",
            "内蔵の PostgreSQL を使っています。The embedded PostgreSQL is used.",
            "DATABASE_URL を指定してください。Set DATABASE_URL.",
        ),
        (
            not settings.EMAIL_HOST,
            "W003",
            "メールサーバーがなく、メールが送られません。There is no mail server; no mail leaves.",
            "SOSEI_MAIL_HOST を指定してください。Set SOSEI_MAIL_HOST.",
        ),
        (
            not settings.SITE_ADDRESS.startswith("https://"),
            "W004",
            f"サイトの住所 {settings.SITE_ADDRESS} が https ではありません。The address of the site is not https.",
            "SOSEI_ADDRESS を指定してください。Set SOSEI_ADDRESS.",
        ),
        (
            "SOSEI_SECRET_KEY" not in settings.ENVIRONMENT.given,
            "W005",
            "署名の鍵がフォルダーに置かれています。The secret key lies in SOSEI_HOME.",
            "SOSEI_SECRET_KEY か SOSEI_SECRET_KEY_FILE を指定してください。Set one of the two.",
        ),
    ]
    return [
        Warning(message, hint=hint, id=f"sosei.{number}") for wrong, number, message, hint in found if wrong
    ]
