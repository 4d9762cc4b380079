"""The verbs of this room: what persons and staff do with accounts, roles, consents and personal data."""
