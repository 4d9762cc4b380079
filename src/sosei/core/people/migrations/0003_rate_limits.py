"""The count of attempts, and the number by which a person's other sessions are ended."""

from django.db import migrations, models

from sosei.core.people.rate_limits import TABLE_SQL


class Migration(migrations.Migration):
    """A table without a model: nothing in it is about anybody who could be named."""

    dependencies = [("people", "0002_same_town")]

    operations = [
        migrations.RunSQL(TABLE_SQL, "DROP TABLE IF EXISTS people_rate_limit"),
        migrations.AddField(
            model_name="person",
            name="session_stamp",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
    ]
