"""What a department does with its page: save as it goes, send all at once, take back; by link or signed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import roles, tenancy
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Membership, Person
from sosei.core.records.services import send_message, write_entry
from sosei.planning.strategy import letters_campaigns as letters
from sosei.planning.strategy import locks_campaigns as locks
from sosei.planning.strategy.answer_reading import Known, Reading, read_answer
from sosei.planning.strategy.chosen_values import chosen_actuals
from sosei.planning.strategy.errors_campaigns import AnswerError
from sosei.planning.strategy.models import Answer, Ask, Campaign, Kpi, KpiActual, KpiTarget, Origin
from sosei.planning.strategy.permissions_campaigns import can_answer
from sosei.planning.strategy.services.ask_links import recipients_of
from sosei.planning.strategy.services.kpis import Report, record_actuals
from sosei.planning.strategy.services.reports import SAID

LONGEST_NAME = 80
YEARS = range(1900, 2200)
"""Fiscal years that can be said in words; any other would leave a page that nobody can open again."""


@dataclass(frozen=True)
class Typed:
    """What was typed for one KPI; `version` is that of the answer the person had before their eyes."""

    version: int
    kind: str = Answer.Kind.VALUE.value
    typed: str = ""
    yearly_typed: str = ""
    carried_from: int | None = None
    period: str = ""
    explanation: str = ""
    source: str = ""
    sure: bool = False


COLUMNS = ("kind", "typed", "yearly_typed", "carried_from", "period", "explanation", "source", "sure")


@dataclass(frozen=True)
class Line:
    """One KPI of a department's page.

    Attributes:
        clash: what the person typed, where somebody else saved something else in the meantime.
    """

    answer: Answer
    kpi: Kpi
    known: Known
    reading: Reading
    clash: Typed | None = None


@dataclass(frozen=True)
class Sheet:
    """A department's page: its KPIs with what is known and what was typed so far."""

    ask: Ask
    lines: Sequence[Line]

    @property
    def blank(self) -> int:
        """KPIs without an answer."""
        return sum(line.answer.is_blank for line in self.lines)

    @property
    def answered(self) -> int:
        """KPIs with an answer, readable or not."""
        return len(self.lines) - self.blank

    @property
    def problems(self) -> list[Line]:
        """What stands in the way of sending."""
        return [
            line
            for line in self.lines
            if line.reading.problem or (line.reading.doubt and not line.answer.sure)
        ]

    @property
    def without_cause(self) -> list[Line]:
        """KPIs behind their path whose cause was not explained."""
        return [line for line in self.lines if line.reading.needs_cause]

    @property
    def seen(self) -> str:
        """A mark of everything on the page: another one means that somebody changed something."""
        state = ",".join(f"{line.answer.pk}:{line.answer.version}" for line in self.lines)
        return sha256(state.encode()).hexdigest()[:20]


def sheet_of(ask: Ask) -> Sheet:
    """The page of an ask, in a fixed number of queries. Who calls has checked the token or the person's leave."""
    with tenancy.unguarded():
        answers = list(
            ask.answers.select_related(
                "kpi__strategy__municipality", "kpi__department", "kpi__goal", "kpi__package", "kpi__measure"
            ).order_by("kpi__position", "kpi_id")
        )
        known = known_of([answer.kpi_id for answer in answers])
    year = ask.campaign.fiscal_year
    return Sheet(
        ask,
        [
            Line(
                answer,
                answer.kpi,
                known[answer.kpi_id],
                read_answer(answer, answer.kpi, known[answer.kpi_id], year),
            )
            for answer in answers
        ],
    )


def known_of(kpis: Sequence[int]) -> dict[int, Known]:
    """Past values and targets of KPIs, in three queries."""
    past = chosen_actuals(kpis)
    targets: dict[int, dict[int, object]] = {}
    for kpi, year, value in KpiTarget.objects.filter(kpi__in=kpis).values_list(
        "kpi_id", "fiscal_year", "value"
    ):
        targets.setdefault(kpi, {})[year] = value
    return {kpi: Known(past.get(kpi, {}), targets.get(kpi, {})) for kpi in kpis}  # type: ignore[arg-type]


@transaction.atomic
def save_answers(*, ask: Ask, given: Mapping[int, Typed], person: Person | None) -> Sheet:
    """Keeps what was typed, read or not. What somebody else changed since the page was read is left as it is, and the
    line carries what was typed now as its `clash`, so that nothing is lost without a word.

    Args:
        given: key of the answer -> what was typed; keys of other asks are passed over.
        person: who is signed in; None for somebody who came by a link, which the caller has checked.

    Raises:
        NotAllowedError: `person` neither plans nor owns the department's KPIs.
        AnswerError: sent already, or the campaign is closed.
    """
    with tenancy.unguarded():
        held = _open_ask(ask, person)
        if held.is_sent:
            raise AnswerError(
                _("もう送ってあるため、保存できません。直すときは、先に「取り戻して直す」を押してください。")
            )
        clashes: dict[int, Typed] = {}
        for answer in held.answers.filter(pk__in=given).select_for_update().order_by("pk"):
            new = _bounded(given[answer.pk])
            if all(getattr(answer, name) == getattr(new, name) for name in COLUMNS):
                continue
            if answer.version != new.version:
                clashes[answer.pk] = new
                continue
            for name in COLUMNS:
                setattr(answer, name, getattr(new, name))
            answer.version += 1
            answer.saved_at = timezone.now()
            answer.save(update_fields=[*COLUMNS, "version", "saved_at"])
        sheet = sheet_of(held)
    return Sheet(held, [replace(line, clash=clashes.get(line.answer.pk)) for line in sheet.lines])


def _bounded(typed: Typed) -> Typed:
    """Texts as long as the tables keep them.

    Raises:
        AnswerError: a text is longer, or something was chosen that is not on offer.
    """
    for name in ("typed", "yearly_typed", "period", "source"):
        field = Answer._meta.get_field(name)
        if len(getattr(typed, name)) > (field.max_length or 0):
            raise AnswerError(
                _("「%(field)s」の「%(value)s…」が長すぎます。%(most)s文字までにしてください。")
                % {"field": field.verbose_name, "value": getattr(typed, name)[:20], "most": field.max_length}
            )
    if len(typed.explanation) > 4000:
        raise AnswerError(_("要因が長すぎます。4000文字までにしてください。"))
    if typed.kind not in Answer.Kind.values:
        raise AnswerError(_("「値の有無」の「%(value)s」は選べません。") % {"value": typed.kind})
    if typed.carried_from is not None and typed.carried_from not in YEARS:
        raise AnswerError(
            _("「%(field)s」の「%(value)s」は選べません。一覧から選んでください。")
            % {"field": Answer._meta.get_field("carried_from").verbose_name, "value": typed.carried_from}
        )
    return typed


@transaction.atomic
def send_answers(*, ask: Ask, person: Person | None, name: str, seen: str, reason: str = "") -> Ask:
    """Sends a department's answers: each becomes a value of its KPI, or a row that corrects the one there was.

    Args:
        name: who typed, kept with the answer.
        seen: `Sheet.seen` of the page that was looked over.
        reason: why values sent before are corrected; needed where there are such.

    Raises:
        NotAllowedError: as `save_answers`.
        AnswerError: sent already, closed, something is missing or unreadable, somebody changed something since the
            page was looked over, no name, or values are corrected without a reason.
        ActualsError: a value cannot be recorded.
    """
    with tenancy.unguarded():
        held = _open_ask(ask, person)
        if held.is_sent:
            raise AnswerError(_("もう送ってあります。同じ部署のほかの人が先に送りました。"))
        sheet = sheet_of(held)
        if sheet.seen != seen:
            raise AnswerError(
                _("確かめているあいだに、ほかの人が値を変えました。もう一度見てから送ってください。")
            )
        _check_complete(sheet)
        name = " ".join(name.split())
        if not name:
            raise AnswerError(_("入力した人の名前を書いてください。問い合わせのときに使います。"), "name")
        if len(name) > LONGEST_NAME:
            raise AnswerError(_("名前は%(most)s文字までにしてください。") % {"most": LONGEST_NAME}, "name")
        reports = _reports(sheet)
        corrects = any(report.replaces is not None for _line, report in reports)
        if corrects and held.rounds and not reason.strip():
            raise AnswerError(
                _("前に送った値を直しています。直した理由を書いてください。記録に残ります。"), "reason"
            )
        rows = record_actuals(
            reports=[report for _line, report in reports],
            origin=Origin.TYPED,
            entered_by=person,
            entered_for=held.department,
            reason=reason.strip() or _("実績の調査への回答"),
        )
        made = {row.kpi_id: row for row in rows}
        for line in sheet.lines:
            row = made.get(line.kpi.pk)
            if row is not None:
                Answer.objects.filter(pk=line.answer.pk).update(actual=row)
        held.sent_at, held.sent_name, held.sent_by = timezone.now(), name, person
        held.rounds += 1
        held.save(update_fields=["sent_at", "sent_name", "sent_by", "rounds"])
        _record(held, "campaign.answered", person, reason, kpis=len(sheet.lines), rows=len(rows))
        _tell(held, person, len(sheet.lines))
    return held


def _check_complete(sheet: Sheet) -> None:
    problems = [line.reading.problem or line.reading.doubt for line in sheet.problems]
    if problems:
        raise AnswerError(
            _("まだ送れません。%(count)s件のKPIを直してください。") % {"count": len(problems)},
            problems=problems,
        )


def corrections_of(sheet: Sheet) -> list[Line]:
    """Lines whose value differs from one that is recorded already."""
    return [line for line, report in _reports(sheet) if report.replaces is not None]


def _reports(sheet: Sheet) -> list[tuple[Line, Report]]:
    """What would be recorded: new values and corrections; answers that say what is there already are no news."""
    year = sheet.ask.campaign.fiscal_year
    with tenancy.unguarded():
        rows = KpiActual.objects.live().filter(
            kpi__in=[line.kpi.pk for line in sheet.lines], reported_in=year, origin=Origin.TYPED
        )
        there = {row.kpi_id: row for row in rows}
    made = []
    for line in sheet.lines:
        value = line.reading.value
        if value is None:
            continue
        report = Report(
            kpi=line.kpi,
            reported_in=year,
            value=value.value,
            availability=value.availability,
            yearly_value=value.yearly_value,
            carried_forward=value.carried_forward,
            period=value.period,
            period_starts_on=value.starts_on,
            period_ends_on=value.ends_on,
            printed=value.printed,
            source=line.answer.source.strip(),
            explanation=line.answer.explanation.strip(),
            replaces=there.get(line.kpi.pk),
        )
        if report.replaces is None or any(
            getattr(report.replaces, name) != getattr(report, name) for name in SAID
        ):
            made.append((line, report))
    return made


@transaction.atomic
def take_back(*, ask: Ask, person: Person | None) -> Ask:
    """Opens the department's page again after sending. The values stand until it sends again.

    Raises:
        NotAllowedError: as `save_answers`.
        AnswerError: not sent, or the campaign is closed.
    """
    with tenancy.unguarded():
        held = _open_ask(ask, person)
        if not held.is_sent:
            raise AnswerError(_("まだ送っていません。そのまま直せます。"))
        held.sent_at = None
        held.save(update_fields=["sent_at"])
        _record(held, "campaign.taken_back", person, "")
    return held


def _open_ask(ask: Ask, person: Person | None) -> Ask:
    held = locks.lock_ask(ask.pk)
    if person is not None and not can_answer(person, held):
        raise NotAllowedError(
            _("%(department)sの実績を入れられるのは、その部署のKPI担当と企画担当です。")
            % {"department": held.department}
        )
    if held.campaign.state != Campaign.State.OPEN:
        raise AnswerError(_("この調査は締め切りました。直したいときは、企画担当に連絡してください。"))
    return held


def _tell(ask: Ask, person: Person | None, count: int) -> None:
    """A receipt to the department, and to the planners when all are in."""
    words = letters.receipt(ask, count).as_arguments()
    recipients = recipients_of(ask)
    for recipient in recipients:
        if person is not None and recipient.person is not None and recipient.person.pk != person.pk:
            continue
        to = recipient.person.pk if recipient.person is not None else "department"
        send_message(
            key=f"campaign.receipt:{ask.pk}:{ask.rounds}:{to}",
            kind="campaign.receipt",
            recipient=recipient.person,
            to_address=recipient.address,
            language="ja" if recipient.person is None else "",
            municipality=ask.strategy.municipality,
            about=ask.campaign,
            **words,
        )
    campaign = ask.campaign
    # Whoever sends last is the last to see nobody missing: the campaign's row is read again under a lock, so that of
    # two last ones at once one tells.
    locks.lock_all_in(campaign.pk)
    if campaign.asks.filter(sent_at__isnull=True).exists():
        return
    planners = Membership.objects.held().filter(
        role=roles.PLANNER, municipality=ask.strategy.municipality, person__is_active=True
    )
    words = letters.all_in(campaign, campaign.asks.count()).as_arguments()
    for membership in planners.select_related("person").order_by("pk"):
        send_message(
            key=f"campaign.all_in:{campaign.pk}:{membership.person_id}",
            kind="campaign.all_in",
            recipient=membership.person,
            municipality=ask.strategy.municipality,
            about=campaign,
            **words,
        )


def _record(ask: Ask, verb: str, actor: Person | None, reason: str, **data: object) -> None:
    write_entry(
        actor=actor,
        verb=verb,
        subject=ask.campaign,
        municipality=ask.strategy.municipality,
        reason=reason.strip(),
        data={"department": ask.department.name, "year": ask.campaign.fiscal_year, **data},
    )
