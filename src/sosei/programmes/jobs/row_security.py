"""Which rows of seasonal work the web role reaches: what is public, one's own, one's employer's, one's town's.

What a service writes for the other side (a place taken, a message) steps out with `tenancy.unguarded()`.
"""

from __future__ import annotations

from sosei.core.people.row_security import (
    ORGANISATIONS,
    Policy,
    about_a_person,
    in_my_towns,
    is_me,
    register,
)
from sosei.programmes.jobs.permissions import TRACKED

EMPLOYERS = f"employer_id = ANY ({ORGANISATIONS})"
HERE = in_my_towns()


def _table(name: str) -> list[str]:
    return [f"jobs_{name}", *([f"jobs_{name}event"] if name in TRACKED else [])]


def _deal(name: str) -> list[Policy]:
    return [Policy(table, f"{is_me()} OR {EMPLOYERS} OR {HERE}") for table in _table(name)]


def _business(name: str) -> list[Policy]:
    return [Policy(table, f"{EMPLOYERS} OR {HERE}") for table in _table(name)]


def _of_person_and_town(name: str) -> list[Policy]:
    return [Policy(table, f"{is_me()} OR {HERE}") for table in _table(name)]


def _person(name: str) -> list[Policy]:
    return [about_a_person(table) for table in _table(name)]


def _with_history(name: str, key: str, seen: str, written: str) -> list[Policy]:
    """Versions are seen as the row is now, not as it was: what was hidden or taken back stays so."""
    now = f"EXISTS (SELECT 1 FROM jobs_{name} r WHERE r.{key} = jobs_{name}event.pgh_obj_id)"
    return [Policy(f"jobs_{name}", seen, written), Policy(f"jobs_{name}event", now, written)]


def _of_employer(name: str) -> list[Policy]:
    approved = (
        "EXISTS (SELECT 1 FROM jobs_employer e WHERE e.organisation_id = {table}.employer_id "
        "AND e.state = 'approved')"
    )
    written = f"{EMPLOYERS} OR {HERE}"
    return [Policy(table, f"{approved.format(table=table)} OR {written}", written) for table in _table(name)]


def _of_posting(name: str) -> list[Policy]:
    published = (
        "EXISTS (SELECT 1 FROM jobs_posting p WHERE p.id = {table}.posting_id AND p.published_at IS NOT NULL)"
    )
    written = f"{EMPLOYERS} OR {HERE}"
    return [Policy(table, f"{published.format(table=table)} OR {written}", written) for table in _table(name)]


_COMPLAINT = f"{is_me()} OR ({HERE} AND (about_id IS NULL OR NOT about_id = ANY ({ORGANISATIONS})))"
_EMPLOYER = f"organisation_id = ANY ({ORGANISATIONS}) OR {HERE}"
_POSTING = f"{EMPLOYERS} OR {HERE}"
_QUESTION = f"{is_me()} OR {EMPLOYERS} OR {HERE}"
_SHOWN = "shown_at IS NOT NULL AND hidden_at IS NULL"
_REVIEW = (
    f"({_SHOWN} AND side = 'worker') OR ({is_me()} AND (side = 'worker' OR ({_SHOWN}))) "
    f"OR ({EMPLOYERS} AND (side = 'employer' OR ({_SHOWN}))) OR {HERE}"
)
_REVIEW_WRITTEN = f"({is_me()} AND side = 'worker') OR ({EMPLOYERS} AND side = 'employer') OR {HERE}"
_PUBLISHED_RUN = (
    "EXISTS (SELECT 1 FROM jobs_round r WHERE r.id = jobs_roundrun.round_id AND r.state = 'published')"
)
_PUBLISHED_OUTCOME = (
    "EXISTS (SELECT 1 FROM jobs_roundrun u JOIN jobs_round r ON r.id = u.round_id "
    "WHERE u.id = jobs_roundoutcome.run_id AND r.state = 'published')"
)
_ON_SITE = f"EXISTS (SELECT 1 FROM jobs_safetyanswer a WHERE a.notice_id = jobs_safetynotice.id AND {is_me('a.person_id')})"

POLICIES = [
    *_with_history("employer", "organisation_id", f"state = 'approved' OR {_EMPLOYER}", _EMPLOYER),
    *_with_history("posting", "id", f"published_at IS NOT NULL OR {_POSTING}", _POSTING),
    *_with_history("review", "id", _REVIEW, _REVIEW_WRITTEN),
    *(policy for name in ("workplace", "lodging", "lodgingnight") for policy in _of_employer(name)),
    *_of_posting("shift"),
    Policy("jobs_question", f"answered_at IS NOT NULL OR {_QUESTION}", _QUESTION),
    *(
        policy
        for name in ("workerprofile", "licence", "availability", "bankaccount", "savedsearch")
        for policy in _person(name)
    ),
    *(
        policy
        for name in (
            "group",
            "application",
            "applicationshift",
            "contract",
            "contractversion",
            "contractconsent",
            "workday",
            "cancellation",
            "punch",
            "correction",
            "safetyanswer",
            "payslip",
            "payslipline",
            "payrunline",
            "restriction",
            "returninvitation",
        )
        for policy in _deal(name)
    ),
    *(policy for name in ("sitecode", "payrun") for policy in _business(name)),
    *(policy for name in ("certificate", "relocationwish") for policy in _of_person_and_town(name)),
    *(Policy(table, _COMPLAINT) for table in _table("complaint")),
    Policy("jobs_safetynotice", f"{_ON_SITE} OR {EMPLOYERS} OR {HERE}", f"{EMPLOYERS} OR {HERE}"),
    *(Policy(table, "true", HERE) for name in ("round", "roundcap") for table in _table(name)),
    Policy("jobs_roundrun", f"{_PUBLISHED_RUN} OR {HERE}", HERE),
    Policy(
        "jobs_roundoutcome",
        f"({_PUBLISHED_OUTCOME} AND ({is_me()} OR {EMPLOYERS})) OR {HERE}",
        HERE,
    ),
    *(
        Policy(table, "true", HERE)
        for name in ("crop", "harvestneed", "fitweights")
        for table in _table(name)
    ),
]
PUBLIC = frozenset({"jobs_matchingchange"})
"""Keys of rows that changed, and nothing of what stands in them."""

register(POLICIES)
