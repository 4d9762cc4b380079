"""A host's pages of prices: the lists with their days, one list line by line, extras, and what a booking would cost."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from sosei.programmes.spaces.errors_listings import HostError
from sosei.programmes.spaces.forms_prices import ExtraForm, NextListForm, PriceListForm, TryForm
from sosei.programmes.spaces.models import PriceList, Space
from sosei.programmes.spaces.price_words import Tried, item_words, try_price
from sosei.programmes.spaces.services import prices as services
from sosei.programmes.spaces.views.host_common import own_space, space_crumbs, space_url
from sosei.programmes.spaces.views.listings import step_links

NOON = 12 * 60


@dataclass(frozen=True)
class ShownList:
    """A list as the page tells it."""

    row: PriceList
    items: list[Any]
    is_now: bool
    is_over: bool
    is_fixed: bool


@require_http_methods(["GET", "HEAD", "POST"])
def prices(request: Any, code: str, host_id: int, space_id: int) -> HttpResponse:
    """All lists, what can be added, and the way to the next list; a space without any gets its first here."""
    space = own_space(request, host_id, space_id)
    extra_form = ExtraForm(request.POST if "add_extra" in request.POST else None)
    next_form = NextListForm(request.POST if "next_list" in request.POST else None)
    if request.method == "POST":
        answer = _post(request, space, extra_form, next_form)
        if answer is not None:
            return answer
    elif not space.price_lists.all():
        return redirect(space_url("space-price-new", space))
    lists = shown_lists(space)
    context = {
        "lists": lists,
        "extras": [row for row in space.extras.all() if row.ended_at is None],
        "extra_form": extra_form,
        "next_form": next_form,
        **tried(request, space),
        **_common(request, space, _("料金")),
    }
    return render(request, "spaces/prices/prices.html", context)


def shown_lists(space: Space) -> list[ShownList]:
    """The lists of a space, the newest first, with which one holds today."""
    today = services.today_at(space)
    rows = sorted(space.price_lists.all(), key=lambda row: row.valid_from, reverse=True)
    begun = [row for row in rows if row.valid_from <= today]
    now = begun[0] if begun else None
    return [
        ShownList(
            row,
            [item_words(item) for item in row.items.all()],
            is_now=row is now,
            is_over=row in begun and row is not now,
            is_fixed=space.published_at is not None and row.valid_from <= today,
        )
        for row in rows
    ]


def _post(request: Any, space: Space, extra_form: ExtraForm, next_form: NextListForm) -> HttpResponse | None:
    here = space_url("space-prices", space)
    if "end_extra" in request.POST:
        extra = next((row for row in space.extras.all() if str(row.pk) == request.POST["end_extra"]), None)
        if extra is None:
            raise Http404
        services.end_extra(extra=extra, actor=request.user)
        messages.success(request, _("「%(name)s」をやめました。") % {"name": extra})
        return redirect(here)
    if "add_extra" in request.POST and extra_form.is_valid():
        given = extra_form.cleaned_data
        try:
            services.set_extra(space=space, actor=request.user, **given)
        except HostError as error:
            extra_form.add_error(error.field if error.field in extra_form.fields else None, str(error))
            return None
        messages.success(request, _("追加の料金を保存しました。"))
        return redirect(here)
    if "next_list" in request.POST and next_form.is_valid():
        source = next(
            (row for row in space.price_lists.all() if str(row.pk) == request.POST["next_list"]), None
        )
        if source is None:
            raise Http404
        try:
            made = services.next_price_list(
                source=source, valid_from=next_form.cleaned_data["valid_from"], actor=request.user
            )
        except HostError as error:
            next_form.add_error("valid_from", str(error))
            return None
        messages.success(request, _("今の料金を写しました。新しい料金に直してください。"))
        return redirect(space_url("space-price-list", space, list_id=made.pk))
    return None


def _common(request: Any, space: Space, heading: str, *more: tuple[Any, str]) -> dict[str, Any]:
    way = [(_("料金"), space_url("space-prices", space)), (heading, "")] if more else [(heading, "")]
    return {
        "space": space,
        "host": space.host,
        "heading": heading,
        "steps": step_links(space, "space-prices"),
        "crumbs": space_crumbs(request, space, *way),
    }


def tried(request: Any, space: Space) -> dict[str, Any]:
    """The question what a booking would cost, and its answer where it was asked."""
    asked = "try_day" in request.GET or "try_day_year" in request.GET
    day = services.today_at(space) + datetime.timedelta(days=7)
    start = {"try_day": day, "try_from": NOON + 60, "try_until": NOON + 240, "try_tier": "outside"}
    form = TryForm(request.GET if asked else None, initial=start)
    answer: Tried | None = None
    if asked and form.is_valid():
        given = form.cleaned_data
        answer = try_price(space, given["try_day"], given["try_from"], given["try_until"], given["try_tier"])
    return {"try_form": form, "tried": answer}


@require_http_methods(["GET", "HEAD", "POST"])
def new_list(request: Any, code: str, host_id: int, space_id: int) -> HttpResponse:
    """The first list of a space."""
    space = own_space(request, host_id, space_id)
    if space.price_lists.all():
        return redirect(space_url("space-prices", space))
    return _list(request, space, None)


@require_http_methods(["GET", "HEAD", "POST"])
def one_list(request: Any, code: str, host_id: int, space_id: int, list_id: int) -> HttpResponse:
    """A list line by line, as long as nobody could book under it."""
    space = own_space(request, host_id, space_id)
    held = next((row for row in space.price_lists.all() if row.pk == list_id), None)
    if held is None:
        raise Http404
    if services.is_fixed(held):
        messages.info(request, _("今日までに始まった料金表は変えられません。新しい料金表を作ってください。"))
        return redirect(space_url("space-prices", space))
    return _list(request, space, held)


def _list(request: Any, space: Space, held: PriceList | None) -> HttpResponse:
    more = "more_rows" in request.POST
    count = sum(1 for name in request.POST if name.startswith("items_") and name.endswith("-yen"))
    form = PriceListForm(
        request.POST or None,
        held=held,
        rows=count + (5 if more else 0),
        initial={"valid_from": services.today_at(space)},
    )
    if request.method == "POST" and more:
        for line in (form, *form.rows):
            line._errors = type(form.errors)()
    elif request.method == "POST" and form.is_valid() and _save_list(request, space, held, form):
        return redirect(space_url("space-prices", space))
    heading = _("料金表を作る") if held is None else _("%(day)sからの料金表") % {"day": held.valid_from}
    context = {
        "form": form,
        "held": held,
        "public": space.host.is_public,
        **_common(request, space, heading, ("", "")),
    }
    return render(request, "spaces/prices/list.html", context)


def _save_list(request: Any, space: Space, held: PriceList | None, form: PriceListForm) -> bool:
    given = form.cleaned_data
    try:
        services.set_price_list(
            space=space,
            valid_from=given["valid_from"],
            combine=given["combine"],
            ordinance=given["ordinance"],
            items=form.items(),
            replaces=held,
            actor=request.user,
        )
    except HostError as error:
        form.blame(error.field, str(error))
        return False
    messages.success(request, _("料金を保存しました。下の「ためしに計算する」で確かめられます。"))
    return True


@require_POST
def drop_list(request: Any, code: str, host_id: int, space_id: int, list_id: int) -> HttpResponse:
    """Takes back a list to come."""
    space = own_space(request, host_id, space_id)
    held = next((row for row in space.price_lists.all() if row.pk == list_id), None)
    if held is None:
        raise Http404
    try:
        services.drop_price_list(price_list=held, actor=request.user)
    except HostError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("これからの料金表を消しました。"))
    return redirect(space_url("space-prices", space))
