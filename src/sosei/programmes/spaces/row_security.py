"""Which rows of spaces the web role reaches: what is public, one's own, one's host's or partner's, one's town's.

What a service writes for the other side (a place taken, a code, a message), and what a guest without an account reads
by the secret in his link, steps out with `tenancy.unguarded()`.
"""

from __future__ import annotations

from sosei.core.people.row_security import ORGANISATIONS, Policy, in_my_towns, is_me, register
from sosei.programmes.spaces.permissions import TRACKED

HOSTS = f"host_id = ANY ({ORGANISATIONS})"
PARTNERS = f"partner_id = ANY ({ORGANISATIONS})"
HERE = in_my_towns()
BUSINESS = f"{HOSTS} OR {HERE}"
DEAL = f"{is_me()} OR {HOSTS} OR {HERE}"
ICT = f"{HOSTS} OR {PARTNERS} OR {HERE}"


def _table(name: str) -> list[str]:
    return [f"spaces_{name}", *([f"spaces_{name}event"] if name in TRACKED else [])]


def _all(condition: str, *names: str, written: str = "") -> list[Policy]:
    return [Policy(table, condition, written) for name in names for table in _table(name)]


def _with_history(name: str, key: str, seen: str, written: str) -> list[Policy]:
    """Versions are seen as the row is now, not as it was: what was hidden or taken back stays so."""
    now = f"EXISTS (SELECT 1 FROM spaces_{name} r WHERE r.{key} = spaces_{name}event.pgh_obj_id)"
    return [Policy(f"spaces_{name}", seen, written), Policy(f"spaces_{name}event", now, written)]


def _of_space(*names: str) -> list[Policy]:
    published = (
        "EXISTS (SELECT 1 FROM spaces_space s WHERE s.id = {table}.space_id AND s.published_at IS NOT NULL)"
    )
    return [
        Policy(table, f"{published.format(table=table)} OR {BUSINESS}", BUSINESS)
        for name in names
        for table in _table(name)
    ]


def _in_town_of(table: str, others: str, condition: str) -> str:
    """The person acts for one of the town's `others` (hosts, partners)."""
    return (
        f"EXISTS (SELECT 1 FROM {others} o WHERE o.municipality_id = {table}.municipality_id "
        f"AND o.organisation_id = ANY ({ORGANISATIONS}) AND {condition})"
    )


_HOST = f"organisation_id = ANY ({ORGANISATIONS}) OR {HERE}"
_SHOWN = "shown_at IS NOT NULL AND hidden_at IS NULL"
_REVIEW = (
    f"({_SHOWN} AND side = 'guest') OR ({is_me()} AND (side = 'guest' OR ({_SHOWN}))) "
    f"OR ({HOSTS} AND (side = 'host' OR ({_SHOWN}))) OR {HERE}"
)
_REVIEW_WRITTEN = f"({is_me()} AND side = 'guest') OR ({HOSTS} AND side = 'host') OR {HERE}"
_OWN = f"{is_me()} OR {HERE}"
_APPROVED = "o.state = 'approved'"
_ADMITTED = "o.ended_at IS NULL"
_WISH_ANSWERED = (
    f"EXISTS (SELECT 1 FROM spaces_wishoffer f WHERE f.wish_id = spaces_spacewish.id AND f.{HOSTS})"
)
_WISH_SHOWN = (
    f"(((state = 'open' AND hidden_at IS NULL) OR {_WISH_ANSWERED}) "
    f"AND {_in_town_of('spaces_spacewish', 'spaces_host', _APPROVED)})"
)

POLICIES = [
    *_with_history("host", "organisation_id", f"state = 'approved' OR {_HOST}", _HOST),
    *_with_history("space", "id", f"published_at IS NOT NULL OR {BUSINESS}", BUSINESS),
    *_with_history("spacereview", "id", _REVIEW, _REVIEW_WRITTEN),
    *_of_space("spacephoto", "openinghour", "pricelist", "priceitem", "extra", "speedlog"),
    *_all("true", "closure", "lottery", "lotteryspace", "lotterydraw", written=BUSINESS),
    # Written by triggers, as whoever writes the space.
    *_all("true", "spaceindex", written=BUSINESS),
    *_all("true", "usageterms", written=HERE),
    # Written by services that step out: by whom a place is taken is not the taker's to write.
    *_all("true", "occupancy", written="false"),
    *_all("true", "ladder", written=BUSINESS),
    *_all(
        DEAL,
        "order",
        "booking",
        "bookingchange",
        "bookingcancellation",
        "waitingentry",
        "lotteryentry",
        "doorcode",
        "lockuse",
        "damagereport",
        "wishoffer",
    ),
    *_all(BUSINESS, "calendarfeed", "calendarlink", "block", "lock"),
    *_all(_OWN, "usergroup"),
    *_all(HERE, "searchmiss"),
    *_with_history("spacewish", "id", f"{_OWN} OR {_WISH_SHOWN}", _OWN),
    *(
        Policy(table, f"{BUSINESS} OR {_in_town_of(table, 'spaces_ictpartner', _ADMITTED)}", BUSINESS)
        for table in _table("ictneed")
    ),
    *_all("true", "ictpartner", written=_HOST),
    *_all("true", "catalogueitem", written=f"{PARTNERS} OR {HERE}"),
    *_all(ICT, "ictproposal", "ictline", "installation"),
]

register(POLICIES)
