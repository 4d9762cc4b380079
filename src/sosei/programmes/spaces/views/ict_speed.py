"""Measuring a space's network in the browser, against this site itself, and taking over the log of a measuring tool.

What is sent and received is small and bounded: a measurement takes at most `PIECES` times `PIECE` bytes down and
`PIECES_UP` times `PIECE_UP` bytes up, and a person may ask for so many pieces in a time alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sosei.core.people.rate_limits import Limit, Per, TooManyError, attempt
from sosei.programmes.spaces.errors_ict import IctError
from sosei.programmes.spaces.forms_ict import FileForm, MeasuredForm
from sosei.programmes.spaces.models import Space, SpeedLog
from sosei.programmes.spaces.open_data import LARGEST, OpenDataError, decode
from sosei.programmes.spaces.services import ict_speed as services
from sosei.programmes.spaces.views.host_common import own_host, space_crumbs, space_url
from sosei.programmes.spaces.views.ict_common import tell

SALT = "spaces.ict_speed"
BLOCK = 250_000
PIECE = 4_000_000
PIECES = 8
PIECE_UP = 2_000_000
PIECES_UP = 6
TRIES = (Limit(240, minutes=10, per=Per.NAME),)
"""A dozen measurements in ten minutes."""
MOST_SHOWN = 60


def _space(request: Any, host_id: int, space_id: int) -> Space:
    host = own_host(request, host_id)
    rows = Space.objects.visible_to(request.user).filter(host=host, pk=space_id)
    found = rows.select_related("municipality", "host__municipality", "parent").first()
    if found is None:
        raise Http404
    return found  # type: ignore[no-any-return]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: Any, code: str, host_id: int, space_id: int) -> HttpResponse:
    """Measures, keeps what was measured, and shows what is known."""
    space = _space(request, host_id, space_id)
    form = MeasuredForm(request.POST or None, initial={"key": uuid4()})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            services.record_measurement(
                space=space,
                speed=services.Speed(given["down"], given["up"], given["ping"], given["spot"]),
                key=given["key"],
                actor=request.user,
            )
        except IctError as error:
            tell(request, form, error)
        else:
            messages.success(request, _("測った速さを記録しました。ほかの場所でも測ってください。"))
            return redirect(space_url("ict-speed", space))
    elif request.method == "POST" and {"down", "up", "ping", "key"} & set(form.errors):
        form.add_error(None, _("まだ測っていません。「測る」を押してから記録してください。"))
    context = {
        "space": space,
        "host": space.host,
        "form": form,
        "file_form": FileForm(),
        "measured": services.measured_speed(space),
        "logs": SpeedLog.objects.visible_to(request.user)
        .filter(space=space)
        .select_related("made_by")[:MOST_SHOWN],
        "work": services.under_way(space),
        "ping_url": static("spaces/ict_ping.txt"),
        "down_url": space_url("ict-speed-down", space),
        "up_url": space_url("ict-speed-up", space),
        "import_url": space_url("ict-speed-import", space),
        "piece": PIECE,
        "pieces": PIECES,
        "piece_up": PIECE_UP,
        "pieces_up": PIECES_UP,
        "crumbs": space_crumbs(request, space, (_("速さを測る"), "")),
    }
    return render(request, "spaces/ict/speed.html", context, status=422 if form.errors else 200)


@cache
def _block() -> bytes:
    """Bytes that no network squeezes."""
    return os.urandom(BLOCK)


def _piece() -> Iterator[bytes]:
    for _each in range(PIECE // BLOCK):
        yield _block()


def _may(request: Any) -> HttpResponse | None:
    try:
        attempt("spaces.ict_speed", request, name=str(request.user.pk), limits=TRIES)
    except TooManyError:
        return HttpResponse(status=429, content_type="text/plain")
    return None


@never_cache
@require_safe
def down(request: Any, code: str, host_id: int, space_id: int) -> Any:
    """A piece to be received."""
    _space(request, host_id, space_id)
    refused = _may(request)
    if refused is not None:
        return refused
    answer = StreamingHttpResponse(_piece(), content_type="application/octet-stream")
    answer["Content-Length"] = str(PIECE)
    answer["Content-Encoding"] = "identity"
    return answer


@never_cache
@require_POST
def up(request: Any, code: str, host_id: int, space_id: int) -> HttpResponse:
    """A piece to be sent; it is counted and forgotten."""
    _space(request, host_id, space_id)
    refused = _may(request)
    if refused is not None:
        return refused
    told = request.META.get("CONTENT_LENGTH") or "0"
    if not told.isdigit() or int(told) > PIECE_UP:
        return HttpResponse(status=413, content_type="text/plain")
    return JsonResponse({"bytes": len(request.body)})


@require_http_methods(["GET", "HEAD", "POST"])
def import_file(request: Any, code: str, host_id: int, space_id: int) -> HttpResponse:
    """First the file, then every line of it, then all at once."""
    space = _space(request, host_id, space_id)
    if "sealed" in request.POST:
        return _second(request, space)
    form = FileForm(request.POST or None, request.FILES or None)
    lines, sealed, encoding = None, "", ""
    if request.method == "POST" and form.is_valid():
        try:
            text, encoding = decode(form.cleaned_data["file"].read(LARGEST + 1))
            lines = services.preview_log(space=space, text=text)
        except OpenDataError as error:
            form.add_error("file", str(error))
        else:
            sealed = signing.dumps({"space": space.pk, "text": text}, salt=SALT, compress=True)
    context = {
        "space": space,
        "form": form,
        "lines": lines,
        "good": sum(1 for _row, why in lines or () if not why),
        "sealed": sealed,
        "encoding": encoding,
        "crumbs": space_crumbs(
            request, space, (_("速さを測る"), space_url("ict-speed", space)), (_("ファイルから取り込む"), "")
        ),
    }
    return render(request, "spaces/ict/speed_import.html", context, status=422 if form.errors else 200)


def _second(request: Any, space: Space) -> HttpResponse:
    try:
        told = signing.loads(request.POST["sealed"], salt=SALT, max_age=24 * 3600)
    except signing.BadSignature:
        messages.error(request, _("時間がたちすぎました。もう一度ファイルを選んでください。"))
        return redirect(space_url("ict-speed-import", space))
    if told["space"] != space.pk:
        raise Http404
    try:
        count = services.import_log(space=space, text=told["text"], actor=request.user)
    except (IctError, OpenDataError) as error:
        messages.error(request, str(error))
        return redirect(space_url("ict-speed-import", space))
    messages.success(request, _("%(count)s回の測定を取り込みました。") % {"count": count})
    return redirect(space_url("ict-speed", space))
