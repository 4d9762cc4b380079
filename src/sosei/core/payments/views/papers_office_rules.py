"""The town's pages of what it decides about money: fees by date, exemptions by ordinance, settings of papers."""

from __future__ import annotations

from typing import Any

import rules
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from sosei.core.payments.forms_papers import ExemptionForm, FeeForm, PayeeForm
from sosei.core.payments.models import ExemptionRule, FeeRate, PayeeSettings
from sosei.core.payments.services import ledger, town_rules
from sosei.core.payments.views.papers_common import done, money_crumbs, town_url

Of = PayeeSettings.Of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def fees(request: Any, code: str) -> HttpResponse:
    """The platform's share by date, and the exemptions of the ordinance."""
    may_decide = rules.has_perm("payments.set_rates", request.user, FeeRate(municipality=request.town))
    form = FeeForm(request.POST or None)
    if request.method == "POST" and done(
        form,
        lambda: town_rules.set_fee_rate(municipality=request.town, **form.cleaned_data, actor=request.user),
    ):
        messages.success(request, _("手数料を決めました。その日からあとの請求に使います。"))
        return redirect(town_url(request, "office-rules"))
    today = ledger.today()
    rates = list(FeeRate.objects.filter(municipality=request.town).order_by("-starts_on"))
    in_force = next((one.pk for one in rates if one.starts_on <= today), None)
    exemptions = ExemptionRule.objects.filter(municipality=request.town).order_by("code", "-starts_on")
    context = {
        "form": form if may_decide else None,
        "rates": rates,
        "in_force": in_force,
        "exemptions": [
            (one, one.starts_on <= today and (one.ends_on is None or one.ends_on >= today))
            for one in exemptions
        ],
        "crumbs": money_crumbs(request, (_("手数料と減免"), "")),
    }
    return render(request, "payments/papers/office_rules.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def exemption(request: Any, code: str, exemption_id: int | None = None) -> HttpResponse:
    """A new exemption, or one that is there."""
    held = None
    if exemption_id is not None:
        held = ExemptionRule.objects.filter(municipality=request.town, pk=exemption_id).first()
        if held is None:
            raise Http404
    form = ExemptionForm(request.POST or None, held=held)
    if request.method == "POST" and done(
        form,
        lambda: town_rules.save_exemption(
            municipality=request.town, given=form.exemption, actor=request.user, rule=held
        ),
    ):
        messages.success(request, _("減免を保存しました。"))
        return redirect(town_url(request, "office-rules"))
    title = str(held) if held is not None else _("減免を加える")
    context = {
        "form": form,
        "title": title,
        "lead": _("使用料を減らせるのは、条例に書いてあるときだけです。条文を確かめて入れてください。"),
        "cancel_url": town_url(request, "office-rules"),
        "button": _("保存する"),
        "crumbs": money_crumbs(request, (_("手数料と減免"), town_url(request, "office-rules")), (title, "")),
    }
    return render(request, "payments/papers/office_form.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: Any, code: str, of: str) -> HttpResponse:
    """How the town, or who runs the site for it, stands on papers, and the account that collects and pays."""
    titles = {Of.TOWN: _("自治体の受け取りの設定"), Of.PLATFORM: _("運営者の受け取りの設定")}
    if of not in titles:
        raise Http404
    held = (
        PayeeSettings.objects.visible_to(request.user)
        .filter(municipality=request.town, payee=None, of=of)
        .first()
    )
    name = str(request.town.name) if of == Of.TOWN else ""
    form = PayeeForm(request.POST or None, of=of, name=name, held=held)
    if request.method == "POST" and done(
        form,
        lambda: town_rules.save_payee(
            municipality=request.town, of=of, payee=None, given=form.payee, actor=request.user
        ),
    ):
        messages.success(request, _("受け取りの設定を保存しました。"))
        return redirect(town_url(request, "office"))
    context = {
        "form": form,
        "title": titles[Of(of)],
        "lead": _("公の施設の使用料は、自治体の名前と口座で受け取ります。")
        if of == Of.TOWN
        else _("場所を貸す団体の予約の代金は、運営者の口座で受け取り、手数料を引いて団体に振り込みます。"),
        "cancel_url": town_url(request, "office"),
        "button": _("保存する"),
        "crumbs": money_crumbs(request, (titles[Of(of)], "")),
    }
    return render(request, "payments/papers/office_form.html", context, status=422 if form.errors else 200)
