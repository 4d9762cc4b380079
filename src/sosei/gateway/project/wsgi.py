"""The WSGI application, for any server: `gunicorn sosei.gateway.project.wsgi`."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from sosei.gateway.project.tracing import start_tracing

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sosei.gateway.project.settings")
start_tracing()
application = get_wsgi_application()
