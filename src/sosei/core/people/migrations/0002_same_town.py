"""A role in an organisation, and an invitation to one, is held to the organisation's own town."""

from django.db import migrations

FORWARD = """
ALTER TABLE people_{table} ADD CONSTRAINT {table}_organisation_of_same_town
    FOREIGN KEY (organisation_id, municipality_id) REFERENCES people_organisation (id, municipality_id);
"""
BACK = "ALTER TABLE people_{table} DROP CONSTRAINT {table}_organisation_of_same_town;"


class Migration(migrations.Migration):
    """A foreign key over two columns, which Django's own fields cannot express."""

    dependencies = [("people", "0001_initial")]

    operations = [
        migrations.RunSQL(FORWARD.format(table=table), BACK.format(table=table))
        for table in ("membership", "invitation")
    ]
