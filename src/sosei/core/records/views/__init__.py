"""The pages of records: notifications, entries of a town, undelivered messages, the demonstration's mailbox."""
