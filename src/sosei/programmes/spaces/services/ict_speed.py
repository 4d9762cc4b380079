"""Measurements of a space's network: noted as they were, never changed; what the listing shows of them."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.models import Person
from sosei.core.records.services import write_entry
from sosei.programmes.spaces.errors_ict import IctError
from sosei.programmes.spaces.ict_speed_file import Measured as FileRow
from sosei.programmes.spaces.ict_speed_file import read
from sosei.programmes.spaces.models import Installation, Space, SpeedLog
from sosei.programmes.spaces.rules_ict_figures import Need
from sosei.programmes.spaces.rules_ict_results import Acceptance, Sample, accept
from sosei.programmes.spaces.services.ict_needs import check_runs

MOST_SPEED = Decimal(100_000)
MOST_PING = Decimal(10_000)
OLDEST = datetime.timedelta(days=366)
MOST_SHOWN = 200
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Speed:
    """What one measurement found: Mbit/s and ms, and where in the space."""

    down: Decimal
    up: Decimal
    ping: Decimal
    spot: str = ""


@dataclass(frozen=True)
class MeasuredSpeed:
    """What a listing tells of a space's network: what was measured last, never what was promised.

    Attributes:
        down, up, ping: the medians of that day.
        day: the civil day of the measurements; `count` of them, at `spots`.
        accepted: the day on which they were held against a promise and passed; None where they were not.
    """

    down: Decimal
    up: Decimal
    ping: Decimal
    day: datetime.date
    count: int
    spots: Sequence[str]
    accepted: datetime.date | None


@transaction.atomic
def record_measurement(*, space: Space, speed: Speed, key: UUID, actor: Person) -> SpeedLog:
    """Notes what the page measured; the same key again gives the measurement that is there.

    Raises:
        IctError: `actor` does not run the host, or figures that no network has.
    """
    check_runs(actor, space)
    _check(speed)
    known: SpeedLog | None = SpeedLog.objects.filter(key=key).first()
    if known is None:
        try:
            with transaction.atomic():
                known = SpeedLog.objects.create(
                    **_columns(space, speed),
                    way=SpeedLog.Way.BROWSER,
                    measured_at=timezone.now(),
                    key=key,
                    made_by=actor,
                )
        except IntegrityError:
            known = SpeedLog.objects.filter(key=key).first()
        else:
            _record(space, actor, 1)
    if known is None or known.space_id != space.pk:
        raise IctError(_("この測定は、もう別の場所に記録されています。もう一度測ってください。"))
    return known


def preview_log(*, space: Space, text: str) -> list[tuple[FileRow, str]]:
    """Every line of a measuring tool's file with what stands against it; "" for one that can be taken. Nothing is written.

    Raises:
        OpenDataError: nothing can be read.
    """
    rows = read(text, ZoneInfo(space.municipality.zone))
    at = [row.at for row in rows if row.at is not None]
    held = {
        (log.measured_at, log.spot, log.down, log.up)
        for log in SpeedLog.objects.filter(space=space, measured_at__in=at)
    }
    found: list[tuple[FileRow, str]] = []
    for row in rows:
        why = " ".join(row.flaws) or _why_not(row)
        one = (row.at, row.spot, row.down, row.up)
        if not why and one in held:
            why = _("この測定は、もう記録されています。")
        held.add(one)  # type: ignore[arg-type]
        found.append((row, why))
    return found


@transaction.atomic
def import_log(*, space: Space, text: str, actor: Person) -> int:
    """Notes the measurements of a file, as far as its lines can be taken; how many.

    Raises:
        IctError: `actor` does not run the host, or no line can be taken.
        OpenDataError: nothing can be read.
    """
    check_runs(actor, space)
    rows = [row for row, why in preview_log(space=space, text=text) if not why]
    if not rows:
        raise IctError(_("取り込める測定がありません。"))
    SpeedLog.objects.bulk_create(
        SpeedLog(
            **_columns(space, Speed(row.down, row.up, row.ping, row.spot)),
            way=SpeedLog.Way.FILE,
            measured_at=row.at,
            made_by=actor,
        )
        for row in rows
        if row.down is not None and row.up is not None and row.ping is not None
    )
    _record(space, actor, len(rows))
    return len(rows)


def _why_not(row: FileRow) -> str:
    now = timezone.now()
    if row.at is None or row.down is None or row.up is None or row.ping is None:
        return _("日時、下り、上り、応答（ping）のどれかがありません。")
    if row.at > now:
        return _("まだ来ていない時刻です。測った機器の時計を確かめてください。")
    if row.at < now - OLDEST:
        return _("1年より前の測定は取り込みません。")
    try:
        _check(Speed(row.down, row.up, row.ping, row.spot))
    except IctError as error:
        return str(error)
    return ""


def _check(speed: Speed) -> None:
    if not (speed.down.is_finite() and speed.up.is_finite() and speed.ping.is_finite()):
        raise IctError(_("測った値が数ではありません。もう一度測ってください。"))
    if not (0 < speed.down <= MOST_SPEED and 0 < speed.up <= MOST_SPEED):
        raise IctError(_("速さは0より大きく、%(most)s Mbpsまでです。") % {"most": f"{MOST_SPEED:,}"})
    if not 0 <= speed.ping <= MOST_PING:
        raise IctError(_("応答（ping）は0から%(most)sミリ秒までです。") % {"most": f"{MOST_PING:,}"})
    if len(speed.spot) > 60:
        raise IctError(_("測った場所は60字までで書いてください。"), "spot")


def _columns(space: Space, speed: Speed) -> dict[str, object]:
    return {
        "municipality": space.municipality,
        "host": space.host,
        "space": space,
        "installation": under_way(space),
        "spot": " ".join(speed.spot.split()),
        "down": speed.down.quantize(CENT, ROUND_HALF_UP),
        "up": speed.up.quantize(CENT, ROUND_HALF_UP),
        "ping": speed.ping.quantize(CENT, ROUND_HALF_UP),
    }


def under_way(space: Space) -> Installation | None:
    """The work that waits for its acceptance in a space: what is measured now speaks for it."""
    rows = Installation.objects.filter(space=space, state=Installation.State.BUILT)
    found: Installation | None = rows.order_by("-built_at").first()
    return found


def _record(space: Space, actor: Person, count: int) -> None:
    write_entry(
        actor=actor,
        verb="ict.speed_measured",
        subject=space,
        municipality=space.municipality,
        data={"space": space.name, "count": count},
    )


# --- What measurements say --------------------------------------------------------------------------------------------


def speaking_for(work: Installation) -> list[SpeedLog]:
    """Measurements on which the acceptance of a work rests: those since it was built last."""
    if work.built_at is None:
        return []
    rows = SpeedLog.objects.filter(space=work.space_id, measured_at__gte=work.built_at)
    if work.state == Installation.State.ACCEPTED and work.decided_at is not None:
        rows = rows.filter(measured_at__lte=work.decided_at)
    return list(rows.order_by("measured_at")[:MOST_SHOWN])


def samples_of(logs: Sequence[SpeedLog]) -> list[Sample]:
    """Measurements as the rules take them: speeds rounded down, times up."""
    return [
        Sample(
            log.measured_at,
            int(log.down * 1000),
            int(log.up * 1000),
            int(log.ping.to_integral_value(ROUND_CEILING)),
        )
        for log in logs
    ]


def compared(work: Installation, logs: Sequence[SpeedLog]) -> Acceptance | None:
    """What was measured against what was promised; None as long as nothing was measured."""
    if not logs:
        return None
    promised = {
        Need.DOWN: int(work.promised_down * 1000),
        Need.UP: int(work.promised_up * 1000),
        Need.PING: int(work.promised_ping),
    }
    return accept(samples_of(logs), promised)


def measured_speed(space: Space) -> MeasuredSpeed | None:
    """What is known of a space's network by measurement, of the last day on which somebody measured; two queries.

    Of the day on which equipment was built, only what was measured afterwards counts.
    """
    zone = ZoneInfo(space.municipality.zone)
    logs = list(SpeedLog.objects.filter(space=space).order_by("-measured_at")[:MOST_SHOWN])
    if not logs:
        return None
    day = logs[0].measured_at.astimezone(zone).date()
    work = _built_before(space, logs[0].measured_at)
    since = work.built_at if work is not None and work.built_at is not None else logs[-1].measured_at
    of_day = [
        log for log in logs if log.measured_at >= since and log.measured_at.astimezone(zone).date() == day
    ]
    found = accept(samples_of(of_day), {Need.DOWN: 0, Need.UP: 0, Need.PING: int(MOST_PING)})
    accepted = (
        work.decided_at
        if work is not None
        and work.state == Installation.State.ACCEPTED
        and work.decided_at is not None
        and work.decided_at >= of_day[-1].measured_at
        else None
    )
    return MeasuredSpeed(
        down=Decimal(found.down_kbps) / 1000,
        up=Decimal(found.up_kbps) / 1000,
        ping=Decimal(found.ping_ms),
        day=day,
        count=len(of_day),
        spots=sorted({log.spot for log in of_day if log.spot}),
        accepted=accepted.astimezone(zone).date() if accepted else None,
    )


def _built_before(space: Space, moment: datetime.datetime) -> Installation | None:
    """The last work built before a moment. That it was accepted is public where the measurement is; what was agreed
    with the partner is not."""
    rows = Installation.objects.filter(space=space, built_at__lte=moment).order_by("-built_at")
    with tenancy.unguarded():
        found: Installation | None = rows.only("state", "built_at", "decided_at").first()
    return found
