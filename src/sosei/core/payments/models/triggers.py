"""What the database itself refuses: unbalanced books, lines added later, payments and refunds beyond their bill."""

from __future__ import annotations

from collections.abc import Iterable

import pgtrigger


def same_database_transaction() -> tuple[pgtrigger.Trigger, pgtrigger.Trigger]:
    """Triggers of ledger transaction and ledger line: lines are written in the database transaction that wrote it."""
    remembers = pgtrigger.Trigger(
        name="ledger_remembers_database_transaction",
        operation=pgtrigger.Insert,
        when=pgtrigger.Before,
        func="NEW.database_transaction := pg_current_xact_id()::text::bigint; RETURN NEW;",
    )
    refuses = pgtrigger.Trigger(
        name="ledger_line_with_its_transaction",
        operation=pgtrigger.Insert,
        when=pgtrigger.Before,
        func="""
        IF NOT EXISTS (
            SELECT 1 FROM payments_ledgertransaction t WHERE t.id = NEW.transaction_id
                AND t.municipality_id = NEW.municipality_id
                AND t.database_transaction = pg_current_xact_id()::text::bigint
        ) THEN
            RAISE EXCEPTION 'pgtrigger: the ledger transaction % is complete, no line is added', NEW.transaction_id
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
        """,
    )
    return remembers, refuses


def balanced(name: str, column: str) -> pgtrigger.Trigger:
    """A trigger that, when the database transaction ends, refuses a ledger transaction that does not add up to zero.

    It asks a function that runs as the owner of the tables: at that moment a request may be guarded again.
    """
    return pgtrigger.Trigger(
        name=name,
        operation=pgtrigger.Insert,
        when=pgtrigger.After,
        timing=pgtrigger.Deferred,
        func=f"PERFORM payments_must_balance(NEW.{column}); RETURN NULL;",
    )


BALANCE_SQL = """
CREATE OR REPLACE FUNCTION payments_must_balance(asked bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    total bigint;
    lines integer;
BEGIN
    SELECT coalesce(sum(yen), 0), count(*) INTO total, lines FROM payments_ledgerline WHERE transaction_id = asked;
    IF total <> 0 OR lines < 2 THEN
        RAISE EXCEPTION 'the ledger transaction % has % lines and adds up to % yen, not to zero', asked, lines, total
            USING ERRCODE = 'check_violation';
    END IF;
END $$;
"""


def within_bill(name: str) -> pgtrigger.Trigger:
    """A trigger of payments: none starts for more than is open. Locks the bill, so that two cannot start at once."""
    return pgtrigger.Trigger(
        name=name,
        operation=pgtrigger.Insert,
        when=pgtrigger.After,
        declare=[("charged", "bigint"), ("covered", "bigint")],
        func="""
        PERFORM 1 FROM payments_bill WHERE id = NEW.bill_id FOR NO KEY UPDATE;
        SELECT coalesce(sum(yen), 0) INTO charged FROM payments_charge WHERE bill_id = NEW.bill_id;
        SELECT coalesce(sum(p.yen), 0) - coalesce((
                SELECT sum(r.yen) FROM payments_refund r
                WHERE r.bill_id = NEW.bill_id AND r.state NOT IN ('failed', 'returned')
            ), 0) INTO covered
            FROM payments_payment p
            WHERE p.bill_id = NEW.bill_id AND p.state IN ('asked', 'waiting', 'paid');
        IF covered > charged THEN
            RAISE EXCEPTION 'the payments of bill % come to % yen, of which % are charged', NEW.bill_id, covered, charged
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
        """,
    )


def within_payment(name: str) -> pgtrigger.Trigger:
    """A trigger of refunds: together they never come to more than the payment, and only what is paid is refunded."""
    return pgtrigger.Trigger(
        name=name,
        operation=pgtrigger.Insert | pgtrigger.Update,
        when=pgtrigger.After,
        declare=[("paid", "bigint"), ("refunded", "bigint")],
        func="""
        PERFORM 1 FROM payments_bill WHERE id = NEW.bill_id FOR NO KEY UPDATE;
        SELECT CASE WHEN state = 'paid' THEN yen ELSE 0 END INTO paid
            FROM payments_payment WHERE id = NEW.payment_id AND bill_id = NEW.bill_id;
        SELECT coalesce(sum(yen), 0) INTO refunded
            FROM payments_refund WHERE payment_id = NEW.payment_id AND state NOT IN ('failed', 'returned');
        IF paid IS NULL OR refunded > paid THEN
            RAISE EXCEPTION 'the refunds of payment % come to % yen, of which % are paid', NEW.payment_id, refunded, paid
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
        """,
    )


def steps(name: str, states: dict[str, Iterable[str]]) -> pgtrigger.FSM:
    """A trigger that lets a state go only from a key to one of its values."""
    return pgtrigger.FSM(
        name=name,
        field="state",
        transitions=[(before, after) for before, afters in states.items() for after in afters],
    )


def fixed(name: str, *columns: str) -> pgtrigger.ReadOnly:
    """A trigger that lets these columns never change."""
    return pgtrigger.ReadOnly(name=name, fields=list(columns))
