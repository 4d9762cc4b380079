"""Django's entry to the room `core.records`."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecordsConfig(AppConfig):
    """Entries, messages, attachments (記録とお知らせ)."""

    name = "sosei.core.records"
    label = "records"
    verbose_name = _("記録とお知らせ")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Makes the vocabulary known, registers permissions and personal data, and fills the port of people."""
        words = ("words", "words_persons", "words_memberships", "words_accounts")
        own = (*words, "permissions", "row_security", "personal_data_here", "office_tasks_here")
        of_attachments = ("words", "permissions", "row_security", "personal_data")
        for module in (*own, *(f"attachments.{name}" for name in of_attachments)):
            import_module(f"sosei.core.records.{module}")
        from sosei.core.people import journal
        from sosei.core.records import services, sms

        journal.install(
            write_entry=services.write_entry,
            send_message=services.send_message,
            unread_count=services.unread_count,
            can_send_sms=sms.is_configured,
        )
