"""The function that refuses a ledger transaction which does not add up to zero."""

from django.db import migrations

from sosei.core.payments.models.triggers import BALANCE_SQL


class Migration(migrations.Migration):
    """Asked by the deferred triggers of the ledger."""

    dependencies = [("payments", "0001_initial")]

    operations = [
        migrations.RunSQL(BALANCE_SQL, "DROP FUNCTION IF EXISTS payments_must_balance(bigint)"),
    ]
