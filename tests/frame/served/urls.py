"""The site's URL table with one address more: a form that writes a note and leaves a task in one transaction."""

from __future__ import annotations

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from sosei.gateway.project import urls
from tests.frame.served.tasks import copy_note

handler400, handler403, handler404, handler500 = (
    urls.handler400,
    urls.handler403,
    urls.handler404,
    urls.handler500,
)


@csrf_exempt
def write_note(request: HttpRequest, key: str) -> HttpResponse:
    """201 when note and task are committed together."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO served_note (key) VALUES (%s)", [key])
        copy_note.defer(key=key)
    return HttpResponse(status=201)


urlpatterns = [path("served/<slug:key>", write_note, name="served-note"), *urls.urlpatterns]
