"""The table of Django's database cache (counts of attempts, short-lived answers), shared by all processes."""

from django.db import migrations

MAKE = """
CREATE TABLE IF NOT EXISTS project_cache (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamp with time zone NOT NULL
);
CREATE INDEX IF NOT EXISTS project_cache_expires ON project_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = []
    operations = [migrations.RunSQL(MAKE, "DROP TABLE project_cache")]
