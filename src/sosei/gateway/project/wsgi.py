"""The WSGI application, for any server: `gunicorn sosei.gateway.project.wsgi`."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sosei.gateway.project.settings")
application = get_wsgi_application()
