"""The site's own settings with one app more."""

from __future__ import annotations

from sosei.gateway.project.settings import *  # noqa: F403
from sosei.gateway.project.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.frame.served.apps.ServedConfig"]
ROOT_URLCONF = "tests.frame.served.urls"
