"""The policies of row-level security: which rows of a tenant-private table the role `sosei_web` reaches.

A policy is the wide net under `permissions.py`: it knows persons, towns and organisations, not the fine print of roles.
They are declared here and in each room's own `row_security.py`, and put in force after every `migrate`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sosei.core.people import roles
from sosei.core.people.tenancy import WEB_ROLE

ROLE_SQL = f"""
DO $$ BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{WEB_ROLE}') THEN
        BEGIN
            CREATE ROLE {WEB_ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            -- Another database of this server was migrated at the same moment.
            NULL;
        END;
    END IF;
    IF NOT pg_has_role(current_user, '{WEB_ROLE}', 'SET') THEN
        EXECUTE format('GRANT {WEB_ROLE} TO %I WITH SET TRUE', current_user);
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE EXCEPTION 'The database user % may not create the role {WEB_ROLE}.', current_user
        USING HINT = 'As an administrator of the server run: CREATE ROLE {WEB_ROLE} NOLOGIN; '
            || 'GRANT {WEB_ROLE} TO "' || current_user || '" WITH SET TRUE;';
END $$;
"""

GRANTS_SQL = f"""
GRANT USAGE ON SCHEMA public TO {WEB_ROLE};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {WEB_ROLE};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {WEB_ROLE};
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {WEB_ROLE};
"""

_STAFF = ", ".join(f"'{role}'" for role in sorted(roles.TOWN_STAFF))
_SEEN_BY_OPERATORS = ", ".join(f"'{role}'" for role in sorted(roles.SEES_MEMBERS[roles.OPERATOR]))

FUNCTIONS_SQL = f"""
CREATE OR REPLACE FUNCTION sosei_person() RETURNS bigint LANGUAGE sql STABLE AS
    $$ SELECT nullif(current_setting('sosei.person', true), '')::bigint $$;

CREATE OR REPLACE FUNCTION sosei_staff_towns() RETURNS bigint[]
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT m.municipality_id), '{{}}')
    FROM people_membership m JOIN people_municipality t ON t.id = m.municipality_id
    WHERE m.person_id = sosei_person() AND m.ended_at IS NULL AND m.role IN ({_STAFF})
        AND coalesce(nullif(current_setting('sosei.town', true), ''), t.code) = t.code $$;

CREATE OR REPLACE FUNCTION sosei_review_towns() RETURNS bigint[]
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT m.municipality_id), '{{}}')
    FROM people_membership m JOIN people_municipality t ON t.id = m.municipality_id
    WHERE m.person_id = sosei_person() AND m.ended_at IS NULL AND m.role = '{roles.REVIEWER}'
        AND coalesce(nullif(current_setting('sosei.town', true), ''), t.code) = t.code $$;

CREATE OR REPLACE FUNCTION sosei_organisations() RETURNS bigint[]
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT organisation_id) FILTER (WHERE organisation_id IS NOT NULL), '{{}}')
    FROM people_membership WHERE person_id = sosei_person() AND ended_at IS NULL $$;

CREATE OR REPLACE FUNCTION sosei_is_operator() RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM people_membership
        WHERE person_id = sosei_person() AND ended_at IS NULL AND role = '{roles.OPERATOR}') $$;
"""
"""`sosei_staff_towns` and the others read the roles as the owner, so that a policy never asks itself; `pg_temp` stands
last, so that nobody puts a temporary table of that name before the roles."""

# In parentheses, so that the database asks once a statement and not once a row.
PERSON = "(SELECT sosei_person())"
TOWNS = "((SELECT sosei_staff_towns())::bigint[])"
REVIEW_TOWNS = "((SELECT sosei_review_towns())::bigint[])"
ORGANISATIONS = "((SELECT sosei_organisations())::bigint[])"
OPERATOR = "(SELECT sosei_is_operator())"


def in_my_towns(column: str = "municipality_id") -> str:
    """The row's town is one in which the person is staff."""
    return f"{column} = ANY ({TOWNS})"


def in_my_reviews(column: str = "municipality_id") -> str:
    """The row's town is one in which the person is an external reviewer."""
    return f"{column} = ANY ({REVIEW_TOWNS})"


def is_me(column: str = "person_id") -> str:
    """The row is the person's own."""
    return f"{column} = {PERSON}"


def of_somebody_in_my_towns(column: str = "person_id") -> str:
    """The row is about somebody who has or had a role in one of those towns."""
    return (
        f"EXISTS (SELECT 1 FROM people_membership held WHERE held.person_id = {column} "
        f"AND held.municipality_id = ANY ({TOWNS}))"
    )


@dataclass(frozen=True)
class Policy:
    """Which rows of `table` the web role reads, and which it writes.

    Attributes:
        condition: what a row must fulfil to be read.
        written: what a written row must fulfil, and a row that is changed or deleted; `condition` where it is empty.
        changed: what a row must fulfil before it is changed or deleted, where that is not the same as `written`.
    """

    table: str
    condition: str
    written: str = ""
    changed: str = ""

    @property
    def sql(self) -> str:
        """Puts the policy in force, in place of an older one."""
        name, written = f"{self.table}_of_town", self.written or self.condition
        changed = self.changed or written
        policies = {
            "read": f"FOR SELECT TO {WEB_ROLE} USING ({self.condition})",
            "inserted": f"FOR INSERT TO {WEB_ROLE} WITH CHECK ({written})",
            "changed": f"FOR UPDATE TO {WEB_ROLE} USING ({changed}) WITH CHECK ({written})",
            "deleted": f"FOR DELETE TO {WEB_ROLE} USING ({changed})",
        }
        put = "".join(
            f"DROP POLICY IF EXISTS {name}_{command} ON {self.table};"
            f"CREATE POLICY {name}_{command} ON {self.table} {policy};"
            for command, policy in policies.items()
        )
        return (
            f"ALTER TABLE {self.table} ENABLE ROW LEVEL SECURITY;"
            f"DROP POLICY IF EXISTS {name} ON {self.table};{put}"
        )


_policies: dict[str, Policy] = {}


def register(policies: Iterable[Policy]) -> None:
    """Adds a room's policies; called when Django starts."""
    _policies.update({policy.table: policy for policy in policies})


def put_in_force(cursor: Any) -> bool:
    """Makes role, functions, grants and policies what is declared; False where they were already.

    Raises:
        DatabaseError: the database user may not create the role; its hint says what an administrator has to run.
    """
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
    tables = [name for (name,) in cursor.fetchall()]
    policies = [policy.sql for policy in _policies.values() if policy.table in tables]
    statements = [ROLE_SQL, FUNCTIONS_SQL, GRANTS_SQL, *policies]
    digest = hashlib.sha256("\n".join([*statements, *tables]).encode()).hexdigest()
    cursor.execute("SELECT obj_description(to_regprocedure('sosei_person()'), 'pg_proc')")
    if cursor.fetchone() == (digest,):
        return False
    for statement in statements:
        cursor.execute(statement)
    cursor.execute(f"COMMENT ON FUNCTION sosei_person() IS '{digest}'")
    return True


def _person_rows(column: str) -> str:
    # OFFSET 0 keeps the planner from reading every role of the town before it shows the first of its persons:
    # 2 ms in place of 7 for a page out of 10,000, and no more when there are 100,000.
    known = of_somebody_in_my_towns(column).removesuffix(")") + " OFFSET 0)"
    staff = (
        f"({OPERATOR} AND EXISTS (SELECT 1 FROM people_membership held WHERE held.person_id = {column} "
        f"AND held.role IN ({_SEEN_BY_OPERATORS})))"
    )
    return f"{is_me(column)} OR {staff} OR {known}"


def about_a_person(table: str) -> Policy:
    """The policy of a table whose rows are about one `person`."""
    column = f"{table}.person_id"
    return Policy(table, f"{is_me(column)} OR {of_somebody_in_my_towns(column)}")


_OPERATORS_STAFF = f"({OPERATOR} AND role IN ({_SEEN_BY_OPERATORS}))"
_MEMBERSHIP = f"{is_me()} OR {in_my_towns()} OR {_OPERATORS_STAFF}"
# Nobody gives himself a role but that of a citizen; anybody may end his own.
_OWN_WRITTEN = f"({is_me()} AND (role = '{roles.CITIZEN}' OR ended_at IS NOT NULL))"
_MEMBERSHIP_WRITTEN = f"{_OWN_WRITTEN} OR {in_my_towns()} OR {_OPERATORS_STAFF}"
_INVITATION = f"{in_my_towns()} OR {_OPERATORS_STAFF}"
_ORGANISATION = f"{in_my_towns()} OR {{id}} = ANY ({ORGANISATIONS}) OR {OPERATOR}"
_OVERSIGHT = f"{is_me()} OR {is_me('staff_id')} OR {in_my_towns()}"

POLICIES = [
    Policy("people_organisation", _ORGANISATION.format(id="people_organisation.id")),
    Policy("people_organisationevent", _ORGANISATION.format(id="people_organisationevent.pgh_obj_id")),
    Policy("people_person", _person_rows("people_person.id")),
    Policy("people_personevent", _person_rows("people_personevent.pgh_obj_id")),
    about_a_person("people_address"),
    about_a_person("people_addressevent"),
    about_a_person("people_birthdate"),
    about_a_person("people_birthdateevent"),
    Policy("people_membership", _MEMBERSHIP, _MEMBERSHIP_WRITTEN, changed=_MEMBERSHIP),
    Policy("people_membershipevent", _MEMBERSHIP),
    Policy("people_invitation", _INVITATION),
    Policy("people_invitationevent", _INVITATION),
    about_a_person("people_consent"),
    Policy("people_proxysession", _OVERSIGHT),
    Policy("people_look", _OVERSIGHT),
    about_a_person("people_erasure"),
]
PUBLIC = frozenset({"people_municipality", "people_municipalityevent", "people_consenttext"})
"""Tables that hold nothing of one town that another may not see."""

register(POLICIES)
