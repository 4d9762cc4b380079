"""A strategy as a whole: written from scratch or as the next term, changed, published, dropped while a draft."""

from __future__ import annotations

from dataclasses import dataclass, fields

from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people.models import Municipality, Person
from sosei.planning.strategy.errors import StrategyError
from sosei.planning.strategy.models import NationalFramework, Strategy
from sosei.planning.strategy.services.structure import checks, copying
from sosei.planning.strategy.services.structure.common import (
    check_fiscal_year,
    check_leave,
    check_reason,
    check_title,
    note,
    save,
    set_columns,
)

LONGEST_TERM = 20


@dataclass(frozen=True, kw_only=True)
class StrategyText:
    """What is written about a strategy as a whole."""

    title: str
    title_en: str = ""
    short_title: str = ""
    short_title_en: str = ""
    term: int
    first_fiscal_year: int
    last_fiscal_year: int
    concept: str = ""
    concept_en: str = ""
    text: str = ""
    text_en: str = ""
    legal_basis: str = ""
    legal_basis_en: str = ""
    framework: NationalFramework | None = None
    source: str = ""
    source_en: str = ""


@transaction.atomic
def write_strategy(*, municipality: Municipality, text: StrategyText, written_by: Person) -> Strategy:
    """Begins a strategy as a draft that only the town's own people see.

    Raises:
        NotAllowedError: `written_by` is no planner of the town.
        StrategyError: no title, years that cannot be, or the town has a strategy of that term already.
    """
    strategy = Strategy(municipality=municipality, **_columns(text))
    check_leave(written_by, strategy)
    _save(strategy)
    note("strategy.written", strategy, written_by)
    return strategy


@transaction.atomic
def write_next_term(
    *, previous: Strategy, text: StrategyText, written_by: Person, with_measures: bool, with_kpis: bool
) -> Strategy:
    """Begins the next term from an existing strategy: goals, packages and promotion models are copied, and every
    package is noted as kept. Measures that have not ended, and KPIs without their values and targets, where wanted.

    Raises:
        NotAllowedError, StrategyError: as `write_strategy`; or the new term begins before the one it follows.
    """
    if text.first_fiscal_year <= previous.first_fiscal_year:
        raise StrategyError(
            _("次の期は、前の期（%(first)s年度から）より後の年度から始めてください。")
            % {"first": previous.first_fiscal_year},
            "first_fiscal_year",
        )
    strategy = Strategy(
        municipality=previous.municipality, previous=previous, rule=previous.rule, **_columns(text)
    )
    check_leave(written_by, strategy)
    _save(strategy)
    copying.copy_structure(previous, strategy, with_measures=with_measures, with_kpis=with_kpis)
    note("strategy.next_term_written", strategy, written_by, previous_title=previous.title)
    return strategy


@transaction.atomic
def change_strategy(
    *, strategy: Strategy, text: StrategyText, changed_by: Person, reason: str = ""
) -> Strategy:
    """Changes what is written about a strategy as a whole.

    Raises:
        NotAllowedError, StrategyError: as `write_strategy`; or published and no reason.
    """
    check_leave(changed_by, strategy)
    changed = set_columns(strategy, _columns(text))
    if not changed:
        return strategy
    given = check_reason(strategy, reason)
    _save(strategy)
    note("strategy.changed", strategy, changed_by, reason=given, columns=changed)
    return strategy


@transaction.atomic
def publish_strategy(*, strategy: Strategy, published_by: Person, reason: str = "") -> Strategy:
    """From now on everybody sees the strategy; its actuals only when a review closes or a planner says so.

    Raises:
        NotAllowedError: `published_by` is no planner of the town.
        StrategyError: something without which a strategy is none is missing, or it is published already.
    """
    check_leave(published_by, strategy)
    refused = [finding for finding in checks.publication_findings(strategy) if finding.refuses]
    if refused:
        raise StrategyError(" ".join(finding.text for finding in refused))
    published = Strategy.objects.filter(pk=strategy.pk, published_at__isnull=True).update(
        published_at=timezone.now()
    )
    if not published:
        raise StrategyError(_("この戦略は、もう公表されています。画面を読み直してください。"))
    strategy.refresh_from_db()
    note("strategy.published", strategy, published_by, reason=reason.strip())
    return strategy


@transaction.atomic
def drop_strategy(*, strategy: Strategy, dropped_by: Person, reason: str) -> None:
    """Throws a draft away, with all its parts; only one to which nothing was reported yet.

    Raises:
        NotAllowedError: `dropped_by` is no planner of the town.
        StrategyError: published, no reason, or values, campaigns or a next term hang on it.
    """
    check_leave(dropped_by, strategy)
    if strategy.published_at is not None:
        raise StrategyError(_("公表した戦略は消せません。"))
    if not reason.strip():
        raise StrategyError(_("消す理由を書いてください。"), "reason")
    municipality, title = strategy.municipality, strategy.title
    try:
        with transaction.atomic():
            copying.delete_structure(strategy)
            strategy.delete()
    except ProtectedError as error:
        raise StrategyError(
            _("この下書きには、実績値、照会、または次の期がつながっているため、消せません。")
        ) from error
    note(
        "strategy.dropped",
        Strategy(municipality=municipality, title=title),
        dropped_by,
        reason=reason.strip(),
    )


def _columns(text: StrategyText) -> dict[str, object]:
    given = {field.name: getattr(text, field.name) for field in fields(text)}
    columns: dict[str, object] = {
        name: value.strip() if isinstance(value, str) else value for name, value in given.items()
    }
    columns["title"] = check_title(text.title)
    if not 1 <= text.term <= 99:
        raise StrategyError(_("第何期かを、1から99までの数で書いてください。"), "term")
    check_fiscal_year(text.first_fiscal_year, "first_fiscal_year")
    check_fiscal_year(text.last_fiscal_year, "last_fiscal_year")
    years = text.last_fiscal_year - text.first_fiscal_year + 1
    if not 1 <= years <= LONGEST_TERM:
        raise StrategyError(
            _("最後の年度は、最初の年度から%(most)s年間までのどこかにしてください（今は%(years)s年間）。")
            % {"most": LONGEST_TERM, "years": years},
            "last_fiscal_year",
        )
    return columns


def _save(strategy: Strategy) -> None:
    text = _("第%(term)s期の戦略は、もうあります。期の番号を変えるか、その戦略を直してください。")
    save(strategy, {"strategy_term_once": (text % {"term": strategy.term}, "term")})
