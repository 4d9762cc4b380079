"""What the days put on the homes of workers and employers."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sosei.core.design.templatetags.design import screen_time
from sosei.core.people.models import Person
from sosei.engines.labour.spans import JST
from sosei.programmes.jobs.home import Card, register_employer_card, register_worker_card
from sosei.programmes.jobs.models import Correction, Employer, SafetyAnswer, WorkDay
from sosei.programmes.jobs.rules_days import CHECK_IN_BEFORE, CHECK_OUT_AFTER
from sosei.programmes.jobs.services.days_safety import bounds_of


def safety_card(person: Person, request: Any) -> Card | None:
    """A safety notice that waits for the person's answer."""
    today = timezone.now().astimezone(JST).date()
    row = (
        SafetyAnswer.objects.visible_to(request.user)
        .filter(person=person, answer=SafetyAnswer.Answer.TOLD, notice__on__gte=today)
        .select_related("notice")
        .order_by("-notice__sent_at")
        .first()
    )
    if row is None:
        return None
    told = {"kind": row.notice.get_kind_display(), "day": date_format(row.notice.on, "n/j")}
    return Card(
        _("安全の知らせ（%(kind)s）") % told,
        _("%(day)sの仕事についての知らせです。読んで、返事をしてください。") % told,
        reverse("jobs:my-safety", kwargs={"notice_id": row.notice_id}),
        urgent=True,
        order=1,
    )


def day_card(person: Person, request: Any) -> Card | None:
    """The day under way, or the next one; then the way to all days."""
    now = timezone.now()
    mine = WorkDay.objects.visible_to(request.user).filter(person=person)
    day = (
        mine.filter(state=WorkDay.State.PLANNED, period__endswith__gte=now - CHECK_OUT_AFTER)
        .order_by("period")
        .first()
    )
    if day is None:
        if not mine.exists():
            return None
        return Card(
            _("働いた日"),
            _("働いた時間を見ます。ちがうときは、修正を求められます。"),
            reverse("jobs:my-days"),
            order=45,
        )
    url = reverse("jobs:my-day", kwargs={"day_id": day.pk})
    at = date_format(screen_time(day.period.lower), "n/j H:i")
    if day.period.lower - CHECK_IN_BEFORE <= now:
        text = _("%(at)sからの仕事です。現場のQRコードを読み取ってください。") % {"at": at}
        return Card(_("今日の仕事"), text, url, urgent=True, order=5)
    return Card(_("仕事の日"), _("次は%(at)sからです。") % {"at": at}, url, order=30)


def _way(name: str, employer: Employer) -> str:
    return reverse(name, kwargs={"code": employer.municipality.code, "employer_id": employer.pk})


def today_card(employer: Employer, request: Any) -> Card | None:
    """Who works today."""
    today = timezone.now().astimezone(JST).date()
    count = (
        WorkDay.objects.visible_to(request.user)
        .filter(employer=employer, period__overlap=bounds_of(today))
        .exclude(state=WorkDay.State.CANCELLED)
        .count()
    )
    text = _("今日働く人：%(count)s人") % {"count": count} if count else _("今日働く人はいません。")
    return Card(_("今日の人"), text, _way("jobs:employer-days", employer), order=5)


def corrections_card(employer: Employer, request: Any) -> Card | None:
    """Corrections that wait for the employer's answer."""
    asked = Correction.objects.visible_to(request.user).filter(
        employer=employer, state=Correction.State.ASKED
    )
    count = asked.count()
    if not count:
        return None
    first = asked.order_by("asked_at").first()
    url = reverse(
        "jobs:employer-correction",
        kwargs={
            "code": employer.municipality.code,
            "employer_id": employer.pk,
            "correction_id": first.pk if first else 0,
        },
    )
    text = _("返事を待っている修正：%(count)s件。3日のうちに返事をしてください。") % {"count": count}
    return Card(_("時間の修正"), text, url, urgent=True, order=6)


def codes_card(employer: Employer, request: Any) -> Card | None:
    """The code to hang up."""
    text = _("働く人が着いたとき、帰るときに読み取るQRコードを印刷します。")
    return Card(_("現場のQRコード"), text, _way("jobs:employer-site-codes", employer), order=60)


def send_safety_card(employer: Employer, request: Any) -> Card | None:
    """The way to safety notices."""
    text = _("暑さや台風のとき、働いている人に知らせます。")
    return Card(_("安全の知らせ"), text, _way("jobs:employer-safety", employer), order=61)


register_worker_card(safety_card)
register_worker_card(day_card)
register_employer_card(today_card)
register_employer_card(corrections_card)
register_employer_card(codes_card)
register_employer_card(send_safety_card)
