"""Fills a database with one large town of 50,000 spaces and five million taken times; `python -m bench.site.spaces`.

All in one town, which is harder than a country of small ones: every search sees them all. A tenth are halls with rooms.
Everything is invented and written in SQL, triggers resting meanwhile; the indexes of what is taken are built afterwards.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

SPACES, TAKEN = 50_000, 5_000_000
HALLS, ROOMS = 5_000, 4
"""The first so many spaces are halls, with as many rooms each following them."""
AHEAD = 90
"""Days ahead into which more than half of what is taken falls."""
CODE = "10001"
GUARD = "space_never_taken_twice"
_PLACES = (
    "平 湯本 小名浜 勿来 植田 泉 内郷 四倉 久之浜 好間 三和 田人 川前 小川 遠野 "
    "常磐 鹿島 中央 駅前 港 山手 海岸 城下 桜町 緑町 栄町 本町 新町 東町 西町 "
    "南町 北町 川辺 大工町 紺屋町 鍛冶町 田町 谷川 石森 神谷"
)
_THINGS = (
    "会議室 集会所 公民館 ホール スタジオ アトリエ 和室 教室 体育館 茶室 倉 古民家 "
    "図書室 工房 キッチン ギャラリー テラス 広場 カフェ 書斎 音楽室 研修室 交流館 "
    "会館 学習室"
)
_MOODS = "静かな部屋 明るい部屋 海の見える部屋 木の香りのする部屋 駅に近い部屋 音を出せる部屋 畳の部屋"
PLACES = _PLACES.split()
THINGS = _THINGS.split()
MOODS = _MOODS.split()

SPACES_SQL = """
INSERT INTO spaces_space (
    id, municipality_id, host_id, parent_id, kind, name, name_en, about, about_en, official_id, postcode, address,
    latitude, longitude, access, floor, area_m2, seats, equipment, uses, rules, rules_en, step_free, step_free_note, way,
    by_lottery, residents_only, overnight, lodging_permit, buffer_before, buffer_after, step_minutes, min_minutes,
    notice_minutes, horizon_days, closed_on_holidays, ladder_id, ways_to_pay, state, published_at, decision_reason,
    words, made_at, out_of_order
)
SELECT
    n, 1, 1 + n %% %(hosts)s,
    CASE WHEN n > %(halls)s AND n <= %(halls)s * (1 + %(rooms)s) THEN 1 + (n - %(halls)s - 1) / %(rooms)s END,
    CASE WHEN n <= %(halls)s THEN 'hall'
        ELSE (ARRAY['desk', 'room', 'room', 'kitchen', 'shop', 'outdoor'])[1 + n %% 6] END,
    places[1 + n %% 40] || things[1 + n / 40 %% 25] || n, 'Measured ' || n,
    moods[1 + n %% 7] || 'です。' || things[1 + n / 7 %% 25] || 'のそばにあります。'
        || moods[1 + n / 3 %% 7] || 'にも使えます。',
    '', '', '', '福島県いわき市' || places[1 + n / 25 %% 40] || n %% 30, 36.9 + (n::bigint * 7919 %% 10000) / 25000.0,
    140.7 + (n::bigint * 104729 %% 10000) / 20000.0, '', '', 20 + n %% 200, 1 + n * 13 %% 80,
    (SELECT array_agg(slug) FROM unnest(%(equipment)s::text[]) WITH ORDINALITY AS e(slug, bit)
        WHERE (n * 31 + bit * n) %% 3 = 0),
    (SELECT array_agg(slug) FROM unnest(%(uses)s::text[]) WITH ORDINALITY AS u(slug, bit)
        WHERE (n * 17 + bit * n) %% 4 <> 1),
    '', '', CASE n %% 3 WHEN 0 THEN 'yes' WHEN 1 THEN 'no' ELSE '' END, '',
    CASE WHEN n %% 5 = 0 THEN 'request' ELSE 'instant' END,
    false, n %% 50 = 0, false, '', CASE WHEN n %% 4 = 0 THEN 15 ELSE 0 END, CASE WHEN n %% 3 = 0 THEN 15 ELSE 0 END, 30, 60,
    n %% 3 * 60, 90, n %% 6 = 0, (SELECT min(id) FROM spaces_ladder), '{card,on_site}', 'published',
    now(), '', '{}', now(), '{}'
FROM generate_series(1, %(spaces)s) AS n, (
    SELECT %(places)s::text[] AS places, %(things)s::text[] AS things, %(moods)s::text[] AS moods
) AS named
"""
HOURS_SQL = """
INSERT INTO spaces_openinghour (municipality_id, host_id, space_id, kind, day, opens, closes)
SELECT 1, s.host_id, s.id, hours.kind, day, opens, closes
FROM spaces_space s, unnest(ARRAY['opening', 'bookable']) AS hours(kind), generate_series(0, 6) AS day,
    LATERAL (
        SELECT 480 + s.id % 4 * 60 AS opens, 1080 + s.id % 5 * 60 AS closes WHERE s.id % 9 <> 0
        UNION ALL SELECT * FROM (VALUES (540, 720), (780, 1020), (1080, 1260)) AS slots WHERE s.id % 9 = 0
    ) AS bands
WHERE (s.id + day) % 7 <> 0
"""
PRICES_SQL = """
WITH lists AS (
    INSERT INTO spaces_pricelist (municipality_id, host_id, space_id, valid_from, ordinance, made_at, combine)
    SELECT 1, host_id, id, current_date - 300, '', now(), true FROM spaces_space RETURNING id, host_id, space_id
)
INSERT INTO spaces_priceitem (
    municipality_id, host_id, space_id, price_list_id, kind, name, name_en, tier, days, opens, closes, yen, position
)
SELECT 1, host_id, space_id, id, items.kind, '', '', 'all', days, 0, 1440, yen, position
FROM lists, LATERAL (VALUES
    ('hour', 'weekday', 300 + space_id % 30 * 100, 0), ('hour', 'off', 400 + space_id % 30 * 100, 1),
    ('day', 'all', 2000 + space_id % 30 * 500, 2)
) AS items(kind, days, yen, position)
"""
TAKEN_SQL = """
INSERT INTO spaces_occupancy (municipality_id, space_id, period, block_id)
SELECT 1, leaf.id, tstzrange(starts, starts + (1 + leaf.id %% 3) * interval '1 hour'), 1
FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM spaces_space WHERE id > %(halls)s) AS leaf,
    generate_series(0, %(each)s - 1) AS n,
    LATERAL (SELECT (current_date + CASE
        WHEN n < %(ahead)s * 2 / 3 THEN n * 3 / 2 + leaf.id %% 2 ELSE %(ahead)s * 2 / 3 - 2 - n * 3 END::int
        + time '09:00' + abs(hashint8(leaf.id * 1000 + n)) %% 10 * interval '1 hour'
        )::timestamp AT TIME ZONE 'Asia/Tokyo' AS starts) AS at
"""


@contextmanager
def without_indexes(cursor: Any) -> Iterator[None]:
    """What is taken is written without its indexes, which are built afterwards at once."""
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'spaces_occupancy' "
        "AND indexname NOT IN (SELECT conname FROM pg_constraint)"
    )
    indexes = cursor.fetchall()
    cursor.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [GUARD])
    (guard,) = cursor.fetchone()
    cursor.execute(f"ALTER TABLE spaces_occupancy DROP CONSTRAINT {GUARD}")
    for name, _definition in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    cursor.execute(f"ALTER TABLE spaces_occupancy ADD CONSTRAINT {GUARD} {guard}")
    for _name, definition in indexes:
        cursor.execute(definition)


def main() -> None:
    """Fills the database of the environment."""
    import django

    django.setup()
    from django.db import connection, transaction
    from django.utils import timezone

    from sosei.core.people.models import Municipality, Organisation, Person
    from sosei.programmes.spaces import kinds
    from sosei.programmes.spaces.models import Block, Host, Space
    from sosei.programmes.spaces.search_triggers import fill_sql, texts_sql
    from sosei.programmes.spaces.search_words import words_sql

    now, hosts = timezone.now(), 1000
    given = {
        "spaces": SPACES,
        "halls": HALLS,
        "rooms": ROOMS,
        "hosts": hosts,
        "ahead": AHEAD,
        "each": -(-TAKEN // (SPACES - HALLS)),
        "equipment": [kind.slug for kind in kinds.EQUIPMENT],
        "uses": [kind.slug for kind in kinds.USES],
        "places": PLACES,
        "things": THINGS,
        "moods": MOODS,
    }
    with connection.cursor() as cursor:
        # As PostgreSQL's own manual advises for a server with 4 GB or more; from the next start on.
        cursor.execute("ALTER SYSTEM SET shared_buffers = '1GB'")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        town = Municipality.objects.create(pk=1, code=CODE, name="測定市", name_en="Measured", opened_at=now)
        Organisation.objects.bulk_create(
            Organisation(pk=n, municipality=town, kind="host", name=f"測定{n}") for n in range(1, hosts + 1)
        )
        Host.objects.bulk_create(
            Host(
                organisation_id=n,
                municipality=town,
                name=f"測定{n}",
                state="approved",
                asked_at=now,
                decided_at=now,
            )
            for n in range(1, hosts + 1)
        )
        Person.objects.create(family_name="測定", given_name="人", email="person@example.jp")
        cursor.execute(SPACES_SQL, given)
        cursor.execute(f"UPDATE spaces_space s SET words = {words_sql(texts_sql('s'))}")  # noqa: S608
        cursor.execute(HOURS_SQL)
        cursor.execute(PRICES_SQL)
        cursor.execute("ANALYZE spaces_space, spaces_openinghour, spaces_pricelist, spaces_priceitem")
        cursor.execute(fill_sql())
        Block.objects.create(
            pk=1,
            municipality=town,
            host_id=1,
            space=Space.objects.get(pk=1),
            period=(now, now + datetime.timedelta(hours=1)),
            reason="測定",
            made_at=now,
        )
        with without_indexes(cursor):
            cursor.execute(TAKEN_SQL, given)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    main()
