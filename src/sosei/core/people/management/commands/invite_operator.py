"""`sosei invite_operator EMAIL`: the first operator of an installation, and any later one."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import override

from sosei.core.people import letters, roles
from sosei.core.people.errors import RefusedError
from sosei.core.people.services.invitations import invite


class Command(BaseCommand):
    """Invites and prints the link, because a new installation may have no mail server yet."""

    help = "Invites somebody to be a system operator; prints the link as well."

    def add_arguments(self, parser: CommandParser) -> None:
        """The address, the language and the reason."""
        parser.add_argument("email")
        parser.add_argument("--language", choices=("ja", "en"), default="ja")
        parser.add_argument("--reason", default="sosei invite_operator")

    def handle(self, *args: Any, **options: Any) -> None:
        """Invites."""
        try:
            invited = invite(
                role=roles.OPERATOR,
                municipality=None,
                email=options["email"],
                language=options["language"],
                invited_by=None,
                reason=options["reason"],
            )
        except RefusedError as error:
            raise CommandError(str(error)) from error
        with override(options["language"]):
            address = letters.link("people:invitation-link", token=invited.token)
        self.stdout.write(f"{invited.invitation.email}\n{address}\n")
