"""A partner's catalogue: the list, one thing, the file in and out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from sosei.programmes.spaces.errors_ict import IctError
from sosei.programmes.spaces.forms_ict import FileForm, ItemForm, KindForm
from sosei.programmes.spaces.ict_catalogue_file import as_csv
from sosei.programmes.spaces.models import CatalogueItem, IctPartner
from sosei.programmes.spaces.open_data import LARGEST, OpenDataError, decode
from sosei.programmes.spaces.services import ict_catalogue as services
from sosei.programmes.spaces.services.ict_catalogue_import import Does, Report, apply, preview
from sosei.programmes.spaces.services.ict_needs import today_in
from sosei.programmes.spaces.views.ict_common import own_partner, partner_crumbs, partner_url, tell
from sosei.programmes.spaces.words_ict_sizing import GOODS, capacity_texts

SALT = "spaces.ict_catalogue"
WORDS = {
    Does.NEW: gettext_lazy("新しい品"),
    Does.CHANGE: gettext_lazy("変える"),
    Does.SAME: gettext_lazy("同じ"),
    Does.REFUSED: gettext_lazy("取り込めない"),
}
TAGS = {Does.NEW: "success", Does.CHANGE: "info", Does.SAME: "neutral", Does.REFUSED: "error"}


def _items(request: Any, partner: IctPartner) -> Any:
    rows = CatalogueItem.objects.visible_to(request.user).filter(partner=partner, ended_at__isnull=True)
    return rows.select_related("partner__municipality").order_by("kind", "first_yen", "pk")


@require_safe
def listed(request: Any, code: str, partner_id: int) -> HttpResponse:
    """Everything that is sold, by kind."""
    partner = own_partner(request, partner_id)
    today = today_in(partner.municipality)
    order = list(GOODS)
    items = sorted(_items(request, partner), key=lambda item: order.index(item.kind))
    context = {
        "partner": partner,
        "items": [
            (
                item,
                capacity_texts(item.capacity),
                item.valid_until is not None and item.valid_until < today,
            )
            for item in items
        ],
        "crumbs": partner_crumbs(request, partner, (_("カタログ"), "")),
    }
    return render(request, "spaces/ict/catalogue.html", context)


@require_safe
def export(request: Any, code: str, partner_id: int) -> HttpResponse:
    """The catalogue as CSV."""
    partner = own_partner(request, partner_id)
    answer = HttpResponse(as_csv(_items(request, partner)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="ict_catalogue_{partner.pk}.csv"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Any, code: str, partner_id: int) -> HttpResponse:
    """A thing of the kind of `?kind=`."""
    partner = own_partner(request, partner_id)
    kind = request.GET.get("kind", "")
    crumbs = partner_crumbs(
        request, partner, (_("カタログ"), partner_url("ict-catalogue", partner)), (_("品を加える"), "")
    )
    if kind not in GOODS:
        context = {"partner": partner, "form": KindForm(), "crumbs": crumbs}
        return render(request, "spaces/ict/item_kind.html", context)
    form = ItemForm(request.POST or None, kind=kind)
    if request.method == "POST" and form.is_valid():
        try:
            item = services.enter_item(partner=partner, offer=form.offer(), actor=request.user)
        except IctError as error:
            tell(request, form, error)
        else:
            messages.success(request, _("「%(item)s」をカタログに加えました。") % {"item": item})
            return redirect(partner_url("ict-catalogue", partner))
    context = {
        "form": form,
        "heading": _("カタログに加える：%(kind)s") % {"kind": GOODS[kind]},
        "submit": _("加える"),
        "cancel_url": partner_url("ict-catalogue", partner),
        "crumbs": crumbs,
    }
    return render(request, "spaces/ict/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: Any, code: str, partner_id: int, item_id: int) -> HttpResponse:
    """Corrects a thing, or ends it."""
    partner = own_partner(request, partner_id)
    item = _items(request, partner).filter(pk=item_id).first()
    if item is None:
        raise Http404
    ends = "end" in request.POST
    form = ItemForm(
        request.POST if request.method == "POST" and not ends else None, kind=item.kind, item=item
    )
    if request.method == "POST" and (ends or form.is_valid()):
        try:
            if ends:
                services.end_item(item=item, actor=request.user)
                told = _("「%(item)s」を売るのをやめました。")
            else:
                services.change_item(item=item, offer=form.offer(), actor=request.user)
                told = _("「%(item)s」を直しました。これまでの提案の値段は変わりません。")
        except IctError as error:
            tell(request, None if ends else form, error)
        else:
            messages.success(request, told % {"item": item})
            return redirect(partner_url("ict-catalogue", partner))
    context = {
        "form": form,
        "item": item,
        "heading": str(item),
        "submit": _("直す"),
        "cancel_url": partner_url("ict-catalogue", partner),
        "crumbs": partner_crumbs(
            request, partner, (_("カタログ"), partner_url("ict-catalogue", partner)), (str(item), "")
        ),
    }
    return render(request, "spaces/ict/item.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def import_file(request: Any, code: str, partner_id: int) -> HttpResponse:
    """First the file, then every line of it, then all at once."""
    partner = own_partner(request, partner_id)
    if "sealed" in request.POST:
        return _second(request, partner)
    form = FileForm(request.POST or None, request.FILES or None)
    report, sealed, encoding = None, "", ""
    if request.method == "POST" and form.is_valid():
        try:
            text, encoding = decode(form.cleaned_data["file"].read(LARGEST + 1))
            report = preview(partner=partner, text=text)
        except OpenDataError as error:
            form.add_error("file", str(error))
        else:
            sealed = signing.dumps({"partner": partner.pk, "text": text}, salt=SALT, compress=True)
    return _page(request, partner, form, report, sealed, encoding)


def _second(request: Any, partner: IctPartner) -> HttpResponse:
    try:
        told = signing.loads(request.POST["sealed"], salt=SALT, max_age=24 * 3600)
    except signing.BadSignature:
        messages.error(request, _("時間がたちすぎました。もう一度ファイルを選んでください。"))
        return redirect(partner_url("ict-catalogue-import", partner))
    if told["partner"] != partner.pk:
        raise Http404
    try:
        done = apply(partner=partner, text=told["text"], actor=request.user)
    except (IctError, OpenDataError) as error:
        messages.error(request, str(error))
        return redirect(partner_url("ict-catalogue-import", partner))
    counts = {"new": done.count(Does.NEW), "changed": done.count(Does.CHANGE)}
    messages.success(request, _("新しい品を%(new)sつ加え、%(changed)sつを直しました。") % counts)
    return redirect(partner_url("ict-catalogue", partner))


def _page(
    request: Any, partner: IctPartner, form: FileForm, report: Report | None, sealed: str, encoding: str
) -> HttpResponse:
    context = {
        "form": form,
        "partner": partner,
        "report": report,
        "lines": [(line, WORDS[line.does], TAGS[line.does]) for line in (report.lines if report else ())],
        "counts": [(WORDS[does], TAGS[does], report.count(does)) for does in Does] if report else [],
        "sealed": sealed,
        "encoding": encoding,
        "crumbs": partner_crumbs(
            request,
            partner,
            (_("カタログ"), partner_url("ict-catalogue", partner)),
            (_("ファイルから取り込む"), ""),
        ),
    }
    return render(request, "spaces/ict/import.html", context, status=422 if form.errors else 200)
