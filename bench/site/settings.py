"""Settings of the measured site: the project's own, with one address more."""

from sosei.gateway.project.settings import *  # noqa: F403

ROOT_URLCONF = "bench.site.urls"
