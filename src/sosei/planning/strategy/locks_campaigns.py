"""The only row locks of campaigns: campaign before ask, asks in the order of primary keys."""

from __future__ import annotations

from django.db import connection

from sosei.planning.strategy.models import Ask, Campaign, ValueImport


def lock_campaign(key: int) -> Campaign:
    """One campaign, for who changes its state.

    Raises:
        Campaign.DoesNotExist: no such campaign.
    """
    found: Campaign = (
        Campaign.objects.select_for_update(of=("self",)).select_related("strategy__municipality").get(pk=key)
    )
    return found


def lock_ask(key: int) -> Ask:
    """One ask; its campaign stays in its state while the transaction lasts.

    Raises:
        Ask.DoesNotExist: no such ask.
    """
    held: Ask = Ask.objects.only("campaign_id").get(pk=key)
    # Shared: thirty departments send at once, and only closing waits for them.
    list(Campaign.objects.raw("SELECT id FROM strategy_campaign WHERE id = %s FOR SHARE", [held.campaign_id]))
    found: Ask = (
        Ask.objects.select_for_update(of=("self",))
        .select_related("campaign", "department", "strategy__municipality")
        .get(pk=key)
    )
    return found


def lock_import(key: int) -> ValueImport:
    """One file that was read.

    Raises:
        ValueImport.DoesNotExist: no such file.
    """
    found: ValueImport = (
        ValueImport.objects.select_for_update(of=("self",))
        .select_related("strategy__municipality")
        .get(pk=key)
    )
    return found


def lock_all_in(campaign: int) -> None:
    """Held until the transaction ends by who has just sent and asks whether everybody has.

    An advisory lock, for the campaign's row is shared by all who send; it is taken last and waits for nobody who waits.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"strategy.campaign:{campaign}"]
        )
