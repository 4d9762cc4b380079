"""Tables of records: entries, messages and their sending, preferences, the demonstration's mailbox."""

from sosei.core.records.models.attachments import Attachment, SentInADay
from sosei.core.records.models.entries import Entry
from sosei.core.records.models.mailbox import DemonstrationMail
from sosei.core.records.models.messages import Message, MessageAttempt, Preference

__all__ = [
    "Attachment",
    "DemonstrationMail",
    "Entry",
    "Message",
    "MessageAttempt",
    "Preference",
    "SentInADay",
]
