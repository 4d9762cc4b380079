"""The triggers that keep what the search reads: the words of a space, and its narrow row (`SpaceIndex`)."""

# SQL is put together from the constants of this room alone; every value that somebody gave is a parameter.
# ruff: noqa: S608

from __future__ import annotations

import pgtrigger

from sosei.programmes.spaces.kinds import EQUIPMENT, USES, Named
from sosei.programmes.spaces.search_words import folded_sql, words_sql

TEXTS = ("name", "name_en", "about", "about_en", "address", "access")
"""Columns of a space in which words are looked for."""
NO_PRICE = 1_000_000_000
"""Stands for a price that there is not."""


def mask_sql(column: str, named: tuple[Named, ...]) -> str:
    """The slugs of a column as bits."""
    bits = ", ".join(f"('{item.slug}', {item.bit})" for item in named)
    return (
        f"(SELECT coalesce(bit_or(1::bigint << bit), 0) FROM (VALUES {bits}) AS known(slug, bit) "
        f"WHERE slug = ANY ({column}))"
    )


def texts_sql(row: str) -> str:
    """All texts of a space, one after the other."""
    return " || ' ' || ".join(f"{row}.{column}" for column in TEXTS)


_TREE = """
    WITH RECURSIVE inner_spaces AS (
        SELECT s.id UNION ALL
        SELECT p.id FROM inner_spaces i JOIN spaces_space p ON p.parent_id = i.id
    )
    SELECT array_agg(i.id ORDER BY i.id) FROM inner_spaces i
"""
# What begins on the day before counts where it goes on after midnight, be that day a holiday or not.
_OPEN = """
    SELECT array_agg(day.hours ORDER BY day.slot) FROM (
        SELECT slot, coalesce(bit_or(1 << hour) FILTER (WHERE h.id IS NOT NULL), 0) AS hours
        FROM generate_series(0, 13) AS slot CROSS JOIN generate_series(0, 23) AS hour
        LEFT JOIN spaces_openinghour h ON h.space_id = s.id AND h.kind = 'bookable' AND (
            h.opens < hour * 60 + 60 AND h.closes > hour * 60 AND h.day = CASE
                WHEN slot < 7 THEN slot
                WHEN s.closed_on_holidays THEN NULL
                WHEN EXISTS (
                    SELECT FROM spaces_openinghour o WHERE o.space_id = s.id AND o.kind = 'bookable' AND o.day = 7
                        AND o.valid_from IS NOT DISTINCT FROM h.valid_from
                        AND o.valid_until IS NOT DISTINCT FROM h.valid_until
                ) THEN 7
                ELSE slot - 7 END
            OR h.closes > 1440 + hour * 60 AND h.day IN ((slot + 6) % 7, 7)
        )
        GROUP BY slot
    ) AS day
"""
# For residents and others, each for workdays and for days off: the least hour, the least of a longer time as a whole, and
# the same reckoned for a day. An hour with a least charge is a longer time. A list that another one has replaced for good
# no longer counts; a day is left for the clocks of other zones.
_PRICES = f"""
    SELECT array_agg(coalesce(least.yen, {NO_PRICE}) ORDER BY tier.place, days.place, least.place) FROM
        (VALUES (0, 'outside'), (1, 'resident')) AS tier(place, others)
        CROSS JOIN (VALUES (0, 'off'), (1, 'weekday')) AS days(place, others)
        CROSS JOIN LATERAL (
            SELECT
                min(i.yen) FILTER (WHERE i.length = 60 AND i.kind = 'hour') AS hour,
                min(i.whole) FILTER (WHERE i.length <> 60 OR i.kind <> 'hour') AS block,
                min(least(i.whole * 1440 / i.length, {NO_PRICE})) FILTER (
                    WHERE i.length <> 60 OR i.kind <> 'hour') AS rate
            FROM spaces_pricelist l
            CROSS JOIN LATERAL (
                SELECT e.kind, e.yen, e.length,
                    CASE WHEN e.kind = 'hour' THEN e.yen * e.length / 60 ELSE e.yen END AS whole
                FROM (
                    SELECT p.kind, p.tier, p.days, p.closes, p.yen::bigint AS yen, CASE p.kind
                        WHEN 'hour' THEN greatest(coalesce(p.minutes, 60), 60)
                        WHEN 'package' THEN coalesce(p.minutes, p.closes - p.opens)
                        ELSE p.closes - p.opens END AS length
                    FROM spaces_priceitem p WHERE p.price_list_id = l.id
                ) AS e
                WHERE e.tier <> tier.others AND (e.days <> days.others OR e.closes > 1440)
            ) AS i
            WHERE l.space_id = s.id AND NOT EXISTS (
                SELECT FROM spaces_pricelist later
                WHERE later.space_id = s.id AND later.valid_from > l.valid_from AND later.valid_from < current_date
            )
        ) AS found
        CROSS JOIN LATERAL (VALUES (0, found.hour), (1, found.block), (2, found.rate)) AS least(place, yen)
"""
_NAMES = folded_sql("s.name || ' ' || s.name_en")
_COLUMNS = {
    "municipality_id": "s.municipality_id",
    "host_id": "s.host_id",
    "latitude": "s.latitude",
    "longitude": "s.longitude",
    "seats": "s.seats",
    "min_minutes": "s.min_minutes",
    "max_minutes": "coalesce(s.max_minutes, 89280)",
    "notice_minutes": "s.notice_minutes",
    "buffer_before": "s.buffer_before",
    "buffer_after": "s.buffer_after",
    "step_minutes": "s.step_minutes",
    "horizon_days": "s.horizon_days",
    "horizon_days_outside": "coalesce(s.horizon_days_outside, s.horizon_days)",
    "overnight": "s.overnight",
    "closed_on_holidays": "s.closed_on_holidays",
    "residents_only": "s.residents_only",
    "by_lottery": "s.by_lottery",
    "step_free": "s.step_free = 'yes'",
    "kind": "s.kind",
    "uses": mask_sql("s.uses", USES),
    "equipment": mask_sql("s.equipment", EQUIPMENT),
    "tree": f"({_TREE})",
    "open": f"({_OPEN})",
    "prices": f"({_PRICES})",
    "name": f"left({_NAMES}, 200)",
}
"""Columns of the index, and what they hold of the space `s`."""


def fill_sql() -> str:
    """Rows for all published spaces at once, where triggers rest: a database that is filled by COPY."""
    return (
        f"INSERT INTO spaces_spaceindex (space_id, {', '.join(_COLUMNS)}) SELECT s.id, {', '.join(_COLUMNS.values())} "
        f"FROM spaces_space s WHERE s.state = 'published'"
    )


def words_of_space() -> pgtrigger.Trigger:
    """Keeps `Space.words`."""
    return pgtrigger.Trigger(
        name="space_words_kept",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf(*TEXTS),
        func=f"NEW.words := {words_sql(texts_sql('NEW'))}; RETURN NEW;",
    )


def index_of_itself() -> pgtrigger.Trigger:
    """Reads what a row of the index holds, whatever was written: to touch a row is to bring it up to date."""
    columns = ", ".join(f"NEW.{name}" for name in _COLUMNS)
    return pgtrigger.Trigger(
        name="space_index_read",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=(
            f"SELECT {', '.join(_COLUMNS.values())} INTO {columns} FROM spaces_space s "
            "WHERE s.id = NEW.space_id AND s.state = 'published'; "
            "IF NOT FOUND THEN RETURN NULL; END IF; RETURN NEW;"
        ),
    )


def index_of_space() -> pgtrigger.Trigger:
    """Keeps the row of a space and of the halls that contain it; a space that is not published has none."""
    return pgtrigger.Trigger(
        name="space_index_kept",
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=(
            "IF NEW.state <> 'published' THEN DELETE FROM spaces_spaceindex WHERE space_id = NEW.id; "
            "ELSIF NOT EXISTS (SELECT FROM spaces_spaceindex WHERE space_id = NEW.id) THEN "
            "INSERT INTO spaces_spaceindex (space_id) VALUES (NEW.id); END IF; "
            f"{_touch(_around('NEW'))}; "
            "IF TG_OP = 'UPDATE' AND OLD.parent_id IS DISTINCT FROM NEW.parent_id THEN "
            f"{_touch(_around('OLD'))}; END IF; RETURN NULL;"
        ),
    )


def index_by(name: str) -> pgtrigger.Trigger:
    """Keeps the row of the space to which a row of hours or prices belongs."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=(
            "IF TG_OP = 'DELETE' THEN "
            f"{_touch('SELECT OLD.space_id')}; ELSE {_touch('SELECT NEW.space_id')}; END IF; RETURN NULL;"
        ),
    )


def _touch(keys: str) -> str:
    return f"UPDATE spaces_spaceindex SET space_id = space_id WHERE space_id IN ({keys})"


def _around(row: str) -> str:
    """A space and the halls that contain it."""
    return (
        f"WITH RECURSIVE halls AS (SELECT {row}.id AS id, {row}.parent_id AS parent_id UNION ALL "
        "SELECT h.id, h.parent_id FROM halls JOIN spaces_space h ON h.id = halls.parent_id) SELECT id FROM halls"
    )
