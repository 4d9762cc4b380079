"""公共施設一覧 as a file: written for everybody, taken over by the town's staff after a look at every line."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.people.views.members import office_crumbs
from sosei.programmes.spaces.errors_listings import HostError
from sosei.programmes.spaces.models import Host, Space
from sosei.programmes.spaces.open_data import LARGEST, OpenDataError, as_csv, decode
from sosei.programmes.spaces.services.open_data_import import Does, Report, apply, preview
from sosei.programmes.spaces.views.host_common import host_url, public_url, serves, town_of

SALT = "spaces.open_data"
MOST_EXPORTED = 10_000
WORDS = {
    Does.NEW: gettext_lazy("新しい下書き"),
    Does.CHANGE: gettext_lazy("変える"),
    Does.SAME: gettext_lazy("同じ"),
    Does.NEEDS_PLACE: gettext_lazy("場所が必要"),
    Does.REFUSED: gettext_lazy("取り込めない"),
}
TAGS = {
    Does.NEW: "success",
    Does.CHANGE: "info",
    Does.SAME: "neutral",
    Does.NEEDS_PLACE: "warning",
    Does.REFUSED: "error",
}


class ImportForm(forms.Form):
    """A file and whose facilities they are."""

    host = forms.ModelChoiceField(label=gettext_lazy("どの担当の施設か"), queryset=Host.objects.none())
    file = forms.FileField(
        label=gettext_lazy("CSVのファイル"),
        help_text=gettext_lazy(
            "公共施設一覧（自治体標準オープンデータセット・推奨データセット）。まだ何も変わりません。"
        ),
        widget=forms.FileInput({"accept": ".csv", "data-max-bytes": str(LARGEST)}),
    )

    def __init__(self, *arguments: Any, hosts: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["host"].queryset = hosts  # type: ignore[attr-defined]


@require_safe
def export(request: Any, code: str) -> HttpResponse:
    """All published public facilities of the town."""
    town = town_of(request)
    rows = (
        Space.objects.visible_to(request.user)
        .filter(municipality=town, state=Space.State.PUBLISHED, host__kind=Host.Kind.PUBLIC)
        .select_related("host", "municipality")
        .prefetch_related("hours")
        .order_by("official_id", "pk")[:MOST_EXPORTED]
    )
    content = as_csv(rows, town, lambda space: request.build_absolute_uri(public_url(space)))
    answer = HttpResponse(content, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{town.code}_public_facility.csv"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def import_file(request: Any, code: str) -> HttpResponse:
    """First the file, then every line of it, then all at once."""
    town = town_of(request)
    if not serves(request):
        raise Http404
    hosts = Host.objects.visible_to(request.user).filter(municipality=town, kind=Host.Kind.PUBLIC)
    if "sealed" in request.POST:
        return _second(request, hosts)
    form = ImportForm(request.POST or None, request.FILES or None, hosts=hosts)
    report: Report | None = None
    sealed, encoding = "", ""
    if request.method == "POST" and form.is_valid():
        try:
            text, encoding = decode(form.cleaned_data["file"].read(LARGEST + 1))
            report = preview(host=form.cleaned_data["host"], text=text, places={})
        except OpenDataError as error:
            form.add_error("file", str(error))
        else:
            host_key = form.cleaned_data["host"].pk
            sealed = signing.dumps({"host": host_key, "text": text}, salt=SALT, compress=True)
    return _page(request, form, hosts, report, sealed, encoding)


def _second(request: Any, hosts: Any) -> HttpResponse:
    try:
        told = signing.loads(request.POST["sealed"], salt=SALT, max_age=24 * 3600)
    except signing.BadSignature:
        messages.error(request, _("時間がたちすぎました。もう一度ファイルを選んでください。"))
        return redirect("spaces:spaces-import", code=request.town.code)
    host = hosts.filter(pk=told["host"]).select_related("municipality").first()
    if host is None:
        raise Http404
    places = {
        int(name.removeprefix("place_")): value
        for name, value in request.POST.items()
        if name.startswith("place_") and name.removeprefix("place_").isdigit()
    }
    if "apply" in request.POST:
        try:
            done = apply(host=host, text=told["text"], places=places, actor=request.user)
        except (HostError, OpenDataError) as error:
            messages.error(request, str(error))
        else:
            messages.success(
                request,
                _("新しい下書きを%(new)sつ作り、%(changed)sつを直しました。")
                % {"new": done.count(Does.NEW), "changed": done.count(Does.CHANGE)},
            )
            return redirect(host_url("host", host))
    report = preview(host=host, text=told["text"], places=places)
    form = ImportForm(initial={"host": host}, hosts=hosts)
    return _page(request, form, hosts, report, request.POST["sealed"], "", places)


def _page(
    request: Any, form: Any, hosts: Any, report: Report | None, sealed: str, encoding: str, places: Any = None
) -> HttpResponse:
    code = request.town.code
    lines = [
        (line, WORDS[line.does], TAGS[line.does], (places or {}).get(line.facility.line, ""))
        for line in (report.lines if report else ())
    ]
    context = {
        "form": form,
        "town": request.town,
        "has_hosts": hosts.exists(),
        "report": report,
        "lines": lines,
        "counts": [(WORDS[does], TAGS[does], report.count(does)) for does in Does] if report else [],
        "sealed": sealed,
        "encoding": encoding,
        "crumbs": office_crumbs(
            request,
            (_("場所の公開の確認"), reverse("spaces:spaces-office", kwargs={"code": code})),
            (_("公共施設の一覧を取り込む"), ""),
        ),
    }
    return render(request, "spaces/listings/import.html", context)
