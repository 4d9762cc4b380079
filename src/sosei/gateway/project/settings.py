"""Django settings of Sosei: everything a site may change comes from environment variables (docs/operations.md)."""

from __future__ import annotations

import os
from pathlib import Path

import pghistory
from csp.constants import NONE, SELF

from sosei.gateway.project.database import database_settings
from sosei.gateway.project.environment import read_environment
from sosei.gateway.project.home import read_or_make_secret_key
from sosei.gateway.project.logs import logging_settings
from sosei.gateway.project.trigger_names import install as find_triggers_by_name
from sosei.gateway.project.variables import OIDC, RULES, VARIABLES

find_triggers_by_name()

SOURCE = Path(__file__).resolve().parents[2]
ENVIRONMENT = read_environment(VARIABLES, os.environ, RULES)

SOSEI_HOME = ENVIRONMENT["SOSEI_HOME"]
FILES_FOLDER = SOSEI_HOME / "files"
# Numba reads it when it is imported: what it compiled once is kept among Sosei's own files.
os.environ.setdefault("NUMBA_CACHE_DIR", str(SOSEI_HOME / "compiled"))
SECRET_KEY = read_or_make_secret_key(SOSEI_HOME, ENVIRONMENT["SOSEI_SECRET_KEY"])
DEBUG = ENVIRONMENT["SOSEI_DEBUG"]
DEMONSTRATION = ENVIRONMENT["SOSEI_DEMONSTRATION"]
SITE_ADDRESS = ENVIRONMENT["SOSEI_ADDRESS"]
CONTACT = ENVIRONMENT["SOSEI_CONTACT"]
ALLOWED_HOSTS = ENVIRONMENT["SOSEI_ALLOWED_HOSTS"]
CSRF_TRUSTED_ORIGINS = ENVIRONMENT["SOSEI_TRUSTED_ORIGINS"]
HTTPS = ENVIRONMENT["SOSEI_HTTPS"]

INSTALLED_APPS = [
    # Before whitenoise's and Django's own, so that `sosei serve` and `sosei demo` are ours.
    "sosei.gateway.project",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    "django_htmx",
    "pgtrigger",
    "pghistory",
    "csp",
    "sosei.core.design",
    "sosei.core.people",
    "sosei.core.records",
    "sosei.core.payments",
    # After people, whose templates stand in for those of the sign-in library.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "sosei.planning.population",
    "sosei.planning.strategy",
    "sosei.planning.outcomes",
    "sosei.programmes.jobs",
    "sosei.programmes.spaces",
    "sosei.gateway.portal",
]

MIDDLEWARE = [
    "sosei.gateway.project.middleware.RequestMiddleware",
    "sosei.gateway.project.headers.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "sosei.gateway.project.unreadable.UnreadableMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "sosei.core.people.middleware.PeopleMiddleware",
    "sosei.core.people.accounts.middleware.StaffMiddleware",
    "sosei.core.people.middleware.HistoryMiddleware",
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
                "django.contrib.messages.context_processors.messages",
                "sosei.core.people.context.account",
                "sosei.core.people.context.town_pages",
            ],
        },
    }
]

AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["sosei.core.people.accounts.backend.AccountBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("MinimumLengthValidator", {"min_length": 10}),
        ("UserAttributeSimilarityValidator", {"user_attributes": ("email", "family_kana", "given_kana")}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "people:me"
LOGOUT_REDIRECT_URL = "portal:home"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 14 * 24 * 3600
# Whoever holds a role of a municipality's own people signs in anew after these times.
STAFF_IDLE_MINUTES = 60
STAFF_SESSION_HOURS = 12

ACCOUNT_ADAPTER = "sosei.core.people.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    name: f"sosei.core.people.accounts.forms.{form}"
    for name, form in {
        "login": "SignInForm",
        "signup": "SignUpForm",
        "add_email": "ChangeEmailForm",
        "change_email": "CorrectEmailForm",
        "change_phone": "ChangePhoneForm",
        "change_password": "ChangePasswordForm",
        "set_password": "SetPasswordForm",
        "reset_password": "ResetPasswordForm",
        "reset_password_from_key": "NewPasswordForm",
        "reauthenticate": "PasswordAgainForm",
        "confirm_email_verification_code": "EmailCodeForm",
        "confirm_password_reset_code": "ResetCodeForm",
        "verify_phone": "PhoneCodeForm",
    }.items()
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = str
ACCOUNT_LOGIN_METHODS = {"email", "phone"}
# The library wants the address marked as needed; our form takes either it or a telephone.
ACCOUNT_SIGNUP_FIELDS = ["email*", "phone", "password1*"]
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_CHANGE = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PHONE_VERIFICATION_SUPPORTS_CHANGE = True
ACCOUNT_PHONE_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_SESSION_REMEMBER = True
# The limits that hold across processes are in sosei.core.people.rate_limits; these are a second net.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "signup": None,
    "reset_password": None,
    "login_failed": "60/m/ip,10/5m/key",
    "verify_phone": "1/20s/key",
    "change_phone": "5/10m/user",
}
ALLAUTH_USER_CODE_FORMAT = {"length": 6, "numeric": True, "dashed": False}
MFA_ADAPTER = "sosei.core.people.accounts.second_factor.SecondFactorAdapter"
MFA_FORMS = {
    name: f"sosei.core.people.accounts.forms_second_factor.{form}"
    for name, form in {
        "authenticate": "CodeForm",
        "reauthenticate": "CodeAgainForm",
        "activate_totp": "ActivateAppForm",
        "add_webauthn": "AddPasskeyForm",
        "edit_webauthn": "RenamePasskeyForm",
        "login_webauthn": "LoginPasskeyForm",
    }.items()
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Sosei"
MFA_TOTP_TOLERANCE = 1
SOCIALACCOUNT_ADAPTER = "sosei.core.people.accounts.directory.DirectoryAdapter"
SOCIALACCOUNT_FORMS = {"signup": "sosei.core.people.accounts.forms.DirectorySignUpForm"}
# By a link: browsers hold a form that leads to another site back under `form-action`.
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
# Versions in a history name who wrote them beside the row, without a table of contexts.
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()

FORM_RENDERER = "sosei.core.design.forms.Renderer"

DATABASES = {"default": database_settings(ENVIRONMENT["DATABASE_URL"], SOSEI_HOME)}
# Set by the command line for commands that write files only.
DATABASE_ROUTERS = (
    ["sosei.gateway.project.database.NoConsistencyCheck"] if ENVIRONMENT["SOSEI_NO_DATABASE"] else []
)
PROCRASTINATE_ON_APP_READY = "sosei.gateway.project.clock_first.put_first"
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
SILENCED_SYSTEM_CHECKS = [
    # The folder is made by `sosei build_assets`; its absence before that is no fault.
    "staticfiles.W004",
    # How far HTTPS is promised is the domain owner's decision, made in SOSEI_HSTS.
    "security.W005",
    "security.W021",
]

# Shared by all processes without another server; the table is made by a migration of this app.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "project_cache"}}

# Mail leaves by the worker, step by step, so that none is sent twice; the demonstration keeps it in a page of its own.
EMAIL_BACKEND = (
    "sosei.core.records.mailbox.MailboxBackend" if DEMONSTRATION else "sosei.core.records.smtp.SmtpBackend"
)
EMAIL_HOST = ENVIRONMENT["SOSEI_MAIL_HOST"]
EMAIL_PORT = ENVIRONMENT["SOSEI_MAIL_PORT"]
EMAIL_HOST_USER = ENVIRONMENT["SOSEI_MAIL_USER"]
EMAIL_HOST_PASSWORD = ENVIRONMENT["SOSEI_MAIL_PASSWORD"]
EMAIL_USE_TLS = ENVIRONMENT["SOSEI_MAIL_SECURITY"] == "starttls"
EMAIL_USE_SSL = ENVIRONMENT["SOSEI_MAIL_SECURITY"] == "tls"
EMAIL_TIMEOUT = ENVIRONMENT["SOSEI_MAIL_TIMEOUT"]
SOSEI_SMS = ENVIRONMENT["SOSEI_SMS"]
SOSEI_SMS_URL = ENVIRONMENT["SOSEI_SMS_URL"]
SOSEI_SMS_TOKEN = ENVIRONMENT["SOSEI_SMS_TOKEN"]
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENVIRONMENT["SOSEI_MAIL_FROM"]

# Name of the gateway that takes cards and slips of shops; empty where none does.
PAYMENT_GATEWAY = {"none": "", "": "embedded" if DEMONSTRATION else ""}.get(
    ENVIRONMENT["SOSEI_PAYMENT_GATEWAY"], ENVIRONMENT["SOSEI_PAYMENT_GATEWAY"]
)
STRIPE_SECRET_KEY = ENVIRONMENT["STRIPE_SECRET_KEY"]
STRIPE_PUBLISHABLE_KEY = ENVIRONMENT["STRIPE_PUBLISHABLE_KEY"]
STRIPE_WEBHOOK_SECRET = ENVIRONMENT["STRIPE_WEBHOOK_SECRET"]
STRIPE_ADDRESS = ENVIRONMENT["STRIPE_ADDRESS"]

# None, or the city's own directory for staff: id, name, server, client and secret.
SOSEI_OIDC = (
    {name.removeprefix("SOSEI_OIDC_").lower(): ENVIRONMENT[name] for name in OIDC}
    if ENVIRONMENT["SOSEI_OIDC_ID"]
    else None
)
SOCIALACCOUNT_PROVIDERS = (
    {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": SOSEI_OIDC["id"],
                    "name": SOSEI_OIDC["name"],
                    "client_id": SOSEI_OIDC["client"],
                    "secret": SOSEI_OIDC["secret"],
                    "settings": {"server_url": SOSEI_OIDC["server"]},
                }
            ],
        }
    }
    if SOSEI_OIDC
    else {}
)
DORMANT_DAYS = ENVIRONMENT["SOSEI_DORMANT_DAYS"]

UPLOAD_LIMIT = ENVIRONMENT["SOSEI_UPLOAD_MB"] * 1_000_000
ANTIVIRUS = ENVIRONMENT["SOSEI_ANTIVIRUS"]
# Files go to their own folder at once, where space is watched, never through the system's temporary one.
FILE_UPLOAD_HANDLERS = ["sosei.core.records.attachments.uploads.FilesFolderUploadHandler"]
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
DATA_UPLOAD_MAX_NUMBER_FILES = 20

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
CSRF_FAILURE_VIEW = "sosei.gateway.project.errors.csrf_failure"
CSRF_COOKIE_HTTPONLY = True

if HTTPS:
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = ENVIRONMENT["SOSEI_HSTS"] in {"subdomains", "preload"}
    SECURE_HSTS_PRELOAD = ENVIRONMENT["SOSEI_HSTS"] == "preload"
    # Load balancer and monitoring ask by plain HTTP from inside.
    SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
    CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_SECURE = True
    LANGUAGE_COOKIE_SECURE = True

PROXIES = int(HTTPS) if ENVIRONMENT["SOSEI_PROXIES"] is None else ENVIRONMENT["SOSEI_PROXIES"]

METRICS_TOKEN = ENVIRONMENT["SOSEI_METRICS_TOKEN"]
METRICS_NETWORKS = ENVIRONMENT["SOSEI_METRICS_NETWORKS"]
METRICS_FOLDER = SOSEI_HOME / "run" / "metrics"
READY_WORKER_SECONDS = ENVIRONMENT["SOSEI_READY_WORKER_SECONDS"]
READY_QUEUE_SECONDS = ENVIRONMENT["SOSEI_READY_QUEUE_SECONDS"]
READY_DISK_BYTES = ENVIRONMENT["SOSEI_READY_DISK_MB"] * 1_000_000
TRACES_ENDPOINT = ENVIRONMENT["OTEL_EXPORTER_OTLP_ENDPOINT"]
TRACES_NAME = ENVIRONMENT["OTEL_SERVICE_NAME"]

LOG_ADDRESSES = ENVIRONMENT["SOSEI_LOG_ADDRESSES"]
LOGGING = logging_settings(ENVIRONMENT["SOSEI_LOG_LEVEL"], ENVIRONMENT["SOSEI_LOG_FORMAT"])
