"""The answer that carries a file: never run, never guessed at, never kept by anybody in between."""

from __future__ import annotations

from pathlib import Path

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.http.response import HttpResponseNotModified
from django.utils.http import content_disposition_header, parse_etags, quote_etag

from sosei.core.records.attachments import storage
from sosei.core.records.attachments.config import files_folder, sent_by_server
from sosei.core.records.attachments.images import PREVIEW
from sosei.core.records.models import Attachment

NOTHING_RUNS = (
    "sandbox; default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; frame-ancestors 'none'"
)
"""The policy of the file itself, were it ever taken for a page."""
INTERNAL = "/_files/"
"""The place in the web server's configuration that is bound to the files folder (X-Accel-Redirect)."""


def answer(request: HttpRequest, attachment: Attachment, *, preview: bool = False) -> HttpResponseBase:
    """The file, or its preview, for somebody who may see it; 304 where the browser still has it."""
    tag = quote_etag(f"{attachment.sha256}{'-preview' if preview else ''}")
    found: HttpResponseBase
    if tag in parse_etags(request.headers.get("If-None-Match", "")):
        found = HttpResponseNotModified()
    else:
        path = storage.path_of(attachment.stored_name, storage.PREVIEW_ENDING if preview else "")
        found = _with_content(path)
        found["Content-Type"] = PREVIEW.media_type if preview else _content_type(attachment)
        found["Content-Length"] = str(path.stat().st_size)
        if not preview:
            found["Content-Disposition"] = content_disposition_header(
                not attachment.file_type.shown_in_browser, attachment.original_name or "file"
            )
    found["ETag"] = tag
    # Asked every time, so that somebody who may no longer see it does not.
    found["Cache-Control"] = "private, no-cache"
    found["Content-Security-Policy"] = NOTHING_RUNS
    found["Cross-Origin-Resource-Policy"] = "same-origin"
    return found


def _content_type(attachment: Attachment) -> str:
    # Without a charset a browser would guess one; a text is saved, never shown, so its own stays unsaid.
    return "application/octet-stream" if attachment.kind == Attachment.Kind.TEXT else attachment.media_type


def _with_content(path: Path) -> HttpResponseBase:
    server = sent_by_server()
    if not server:
        return FileResponse(path.open("rb"))
    if server == "x-accel-redirect":
        return HttpResponse(headers={"X-Accel-Redirect": INTERNAL + str(path.relative_to(files_folder()))})
    return HttpResponse(headers={"X-Sendfile": str(path)})
