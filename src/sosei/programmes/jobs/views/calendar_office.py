"""The town's staff keep the harvest calendar: crops, and a table of needs pasted from a spreadsheet."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Sequence
from typing import Any

import rules
from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.people.views.members import office_crumbs
from sosei.core.records.csv_file import guarded
from sosei.programmes.jobs.errors_postings import EmployerError
from sosei.programmes.jobs.models import Crop, HarvestNeed
from sosei.programmes.jobs.rules_calendar import MOST, MOST_ROWS, Needs, Problem, Trouble, read_table
from sosei.programmes.jobs.services import calendar as services
from sosei.programmes.jobs.views.calendar import calendar_url


class CropForm(forms.Form):
    """A crop or seasonal work."""

    name = forms.CharField(
        label=gettext_lazy("作物・季節の仕事"),
        max_length=40,
        help_text=gettext_lazy("例：桃、なし、稲刈り、夏祭り"),
    )
    name_en = forms.CharField(label=gettext_lazy("英語の名前"), max_length=60, required=False)
    position = forms.IntegerField(
        label=gettext_lazy("順"),
        initial=0,
        min_value=0,
        max_value=999,
        help_text=gettext_lazy("小さい数が左に出ます。"),
    )


class NeedsForm(forms.Form):
    """A table copied from a spreadsheet."""

    table = forms.CharField(
        label=gettext_lazy("表"),
        max_length=100_000,
        widget=forms.Textarea({"rows": 12, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "1行目に作物の名前、1列目に週の日付（例：2027-08-02）。中は、その週に必要なのべ人数（人日）です。"
            "12人で6日なら72。空のところは変えません。0 にすると消します。"
        ),
    )
    source = forms.CharField(
        label=gettext_lazy("何をもとにしたか"),
        max_length=200,
        help_text=gettext_lazy("例：昨年の作付面積とJAの聞き取り"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: Any, code: str) -> HttpResponse:
    """Crops, and the table that is pasted: first shown as it was read, then saved."""
    crops = list(Crop.objects.visible_to(request.user).filter(municipality=request.town))
    form = NeedsForm(request.POST or None)
    read: Needs = {}
    if request.method == "POST" and form.is_valid():
        read, problems = read_table(form.cleaned_data["table"], {crop.name: crop.pk for crop in crops})
        for problem in problems[:10]:
            form.add_error("table", problem_text(problem))
        if not problems and not read:
            form.add_error("table", _("人数が一つも入っていません。"))
        if form.is_valid() and "save" in request.POST and _save(request, form, read):
            return redirect("jobs:calendar-office", code=code)
    context = {
        "town": request.town,
        "crops": crops,
        "form": form,
        "preview": _preview(crops, read, request) if read and form.is_valid() else None,
        "crumbs": office_crumbs(request, (_("収穫カレンダー"), "")),
        "public_url": calendar_url(code),
    }
    return render(request, "jobs/calendar/office.html", context)


def _save(request: Any, form: NeedsForm, needs: Needs) -> bool:
    try:
        count = services.set_needs(
            municipality=request.town, needs=needs, source=form.cleaned_data["source"], actor=request.user
        )
    except EmployerError as error:
        form.add_error(error.field or None, str(error))
        return False
    messages.success(request, _("%(count)sか所を変えました。") % {"count": count})
    return True


def problem_text(problem: Problem) -> str:
    """What is wrong with a pasted cell, and what to do."""
    place = {"row": problem.row, "column": problem.column, "text": problem.text}
    texts = {
        Trouble.EMPTY: _("表が読めません。1行目に作物、2行目から週を入れて、表ごと貼り付けてください。"),
        Trouble.UNKNOWN_CROP: _(
            "1行目の「%(text)s」という作物はありません。先に作物を登録するか、名前を直してください。"
        ),
        Trouble.CROP_TWICE: _("1行目に「%(text)s」が2回あります。片方を消してください。"),
        Trouble.BAD_DAY: _(
            "%(row)s行目の「%(text)s」は日付として読めません。2027-08-02 のように書いてください。"
        ),
        Trouble.WEEK_TWICE: _("%(row)s行目の「%(text)s」と同じ週が、上にもあります。片方を消してください。"),
        Trouble.BAD_NUMBER: _(
            "%(row)s行目%(column)s列目の「%(text)s」は人数として読めません。0から%(most)sまでの数を書いてください。"
        ),
        Trouble.TOO_LARGE: _("%(rows)s行より長い表は、分けて貼り付けてください。"),
    }
    return texts[problem.trouble] % {**place, "most": MOST, "rows": MOST_ROWS}


def _preview(crops: Sequence[Crop], needs: Needs, request: Any) -> dict[str, Any]:
    shown = [crop for crop in crops if any(key == crop.pk for key, _monday in needs)]
    mondays = sorted({monday for _key, monday in needs})
    held = _held(request, mondays)
    rows = [
        (monday, [(needs.get((crop.pk, monday)), held.get((crop.pk, monday), 0)) for crop in shown])
        for monday in mondays
    ]
    return {"crops": shown, "rows": rows}


def _held(
    request: Any, mondays: Sequence[datetime.date] | None = None
) -> dict[tuple[int, datetime.date], int]:
    rows = HarvestNeed.objects.visible_to(request.user).filter(municipality=request.town)
    if mondays is not None:
        rows = rows.filter(monday__in=mondays)
    return {(need.crop_id, need.monday): need.hands for need in rows.order_by()}


@require_safe
def file(request: Any, code: str) -> HttpResponse:
    """All estimates as the table that can be pasted again."""
    crops = list(Crop.objects.visible_to(request.user).filter(municipality=request.town))
    held = _held(request)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="harvest-needs-{code}.csv"'
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow([_("週の月曜日"), *(guarded(crop.name) for crop in crops)])
    for monday in sorted({monday for _key, monday in held}):
        writer.writerow([monday.isoformat(), *(held.get((crop.pk, monday), "") for crop in crops)])
    return response


def _one(request: Any, crop_id: int) -> Crop:
    rows = Crop.objects.visible_to(request.user).filter(municipality=request.town)
    found: Crop = get_object_or_404(rows.select_related("municipality"), pk=crop_id)
    if not rules.has_perm("jobs.change_crop", request.user, found):
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def new_crop(request: Any, code: str) -> HttpResponse:
    """Enters a crop."""
    form = CropForm(request.POST or None)

    def act(given: dict[str, Any]) -> None:
        services.enter_crop(municipality=request.town, actor=request.user, **given)

    return _crop_page(request, form, act, _("作物を登録する"), None)


@require_http_methods(["GET", "HEAD", "POST"])
def crop(request: Any, code: str, crop_id: int) -> HttpResponse:
    """Corrects a crop."""
    held = _one(request, crop_id)
    initial = {"name": held.name, "name_en": held.name_en, "position": held.position}
    form = CropForm(request.POST or None, initial=initial)

    def act(given: dict[str, Any]) -> None:
        services.change_crop(crop=held, actor=request.user, **given)

    return _crop_page(request, form, act, _("「%(name)s」の内容を変える") % {"name": held}, held)


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: Any, code: str, crop_id: int) -> HttpResponse:
    """Takes a crop out of the calendar."""
    held = _one(request, crop_id)
    form = forms.Form(request.POST if request.method == "POST" else None)

    def act(given: dict[str, Any]) -> None:
        services.remove_crop(crop=held, actor=request.user)

    return _crop_page(request, form, act, _("「%(name)s」を消す") % {"name": held}, None)


def _crop_page(request: Any, form: Any, act: Any, heading: str, held: Crop | None) -> HttpResponse:
    back = reverse("jobs:calendar-office", kwargs={"code": request.town.code})
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data)
        except EmployerError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("保存しました。"))
            return redirect(back)
    context = {
        "form": form,
        "heading": heading,
        "held": held,
        "cancel_url": back,
        "town": request.town,
        "crumbs": office_crumbs(request, (_("収穫カレンダー"), back), (heading, "")),
    }
    return render(request, "jobs/calendar/crop.html", context)
