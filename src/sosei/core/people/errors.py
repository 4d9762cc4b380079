"""What services of accounts, roles and organisations refuse; each text is in the reader's language, with the remedy."""

from __future__ import annotations


class RefusedError(ValueError):
    """Base of the family.

    Attributes:
        field: the box of the form in which it can be mended; empty where there is none.
    """

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class NotAllowedError(RefusedError):
    """The person may not give or end that role there."""


class LastHolderError(RefusedError):
    """The last planner of a town, or the last operator, cannot lose the role."""


class InvitationError(RefusedError):
    """An invitation that cannot be made, or no longer be accepted."""


class OrganisationError(RefusedError):
    """An organisation that cannot be kept so."""


class MunicipalityError(RefusedError):
    """A municipality that cannot be opened so."""
