"""Refunds are found by the key that the gateway tells in its notices."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """An index, as payments have one."""

    dependencies = [("payments", "0002_balance")]

    operations = [
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(
                condition=models.Q(("gateway_key", ""), _negated=True),
                fields=["gateway_key"],
                name="refund_of_the_gateway",
            ),
        ),
    ]
