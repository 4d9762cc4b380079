"""Settings of the tests: an embedded PostgreSQL of their own that may lose data in a power cut, and so is fast."""

from __future__ import annotations

from sosei.gateway.project.database import embedded_settings
from sosei.gateway.project.settings import *  # noqa: F403
from sosei.gateway.project.settings import SOSEI_HOME, STORAGES
from sosei.gateway.project.translations import compile_catalogues

DATABASES = {
    "default": embedded_settings(
        SOSEI_HOME / "test-postgres",
        "sosei",
        {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"},
    )
}
SECRET_KEY = "only-for-tests"  # noqa: S105
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
# Templates name static files that no test has collected.
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True

# A password costs a third of a second on purpose; the tests ask for hundreds and guess none.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

compile_catalogues()
