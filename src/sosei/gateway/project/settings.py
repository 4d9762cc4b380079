"""Django settings of Sosei: everything a site may change comes from environment variables (docs/operations.md)."""

from __future__ import annotations

import os
from pathlib import Path

from csp.constants import NONE, SELF

from sosei.gateway.project.database import database_settings
from sosei.gateway.project.home import home_folder, read_or_make_secret_key


def _flag(name: str) -> bool:
    return os.environ.get(name, "").lower() in {"1", "true", "yes", "on"}


def _list(name: str, default: str = "") -> list[str]:
    return [item.strip() for item in os.environ.get(name, default).split(",") if item.strip()]


SOURCE = Path(__file__).resolve().parents[2]
SOSEI_HOME = home_folder()

SECRET_KEY = read_or_make_secret_key(SOSEI_HOME)
DEBUG = _flag("SOSEI_DEBUG")
ALLOWED_HOSTS = _list("SOSEI_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = _list("SOSEI_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    # Before whitenoise's and Django's own, so that `sosei serve` and `sosei demo` are ours.
    "sosei.gateway.project",
    "django.contrib.contenttypes",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    "django_htmx",
    "pgtrigger",
    "csp",
    "sosei.core.design",
    "sosei.planning.population",
    "sosei.gateway.portal",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "sosei.gateway.project.urls"
WSGI_APPLICATION = "sosei.gateway.project.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.template.context_processors.tz",
            ],
        },
    }
]

DATABASES = {"default": database_settings(os.environ.get("DATABASE_URL", ""), SOSEI_HOME)}
# Set by the command line for commands that write files only.
DATABASE_ROUTERS = ["sosei.gateway.project.database.NoConsistencyCheck"] if _flag("SOSEI_NO_DATABASE") else []
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語"), ("en", "English")]
LOCALE_PATHS = [SOURCE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
SCREEN_TIME_ZONE = "Asia/Tokyo"

STATIC_URL = "/static/"
STATIC_ROOT = SOSEI_HOME / "static"
ASSETS_FOLDER = SOSEI_HOME / "assets"
STATICFILES_DIRS = [("assets", ASSETS_FOLDER)]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
# The folder is made by `sosei build_assets`; its absence before that is no fault.
SILENCED_SYSTEM_CHECKS = ["staticfiles.W004"]

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True

if _flag("SOSEI_HTTPS"):
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    # The load balancer asks by plain HTTP from inside.
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    CSRF_COOKIE_SECURE = True
    LANGUAGE_COOKIE_SECURE = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("SOSEI_LOG_LEVEL", "WARNING").upper()},
    "loggers": {
        # Django's own handlers would print every line a second time.
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
    },
}
