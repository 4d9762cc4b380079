"""`sosei open_municipality CODE`: a municipality begins to use the installation."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.translation import override

from sosei.core.people import letters, roles
from sosei.core.people.errors import RefusedError
from sosei.core.people.services.invitations import invite
from sosei.core.people.services.municipalities import open_municipality


class Command(BaseCommand):
    """Opens a municipality and, with --planner, invites its first planner; both or neither."""

    help = "Opens a municipality by its code; --planner EMAIL invites the first planner and prints the link."

    def add_arguments(self, parser: CommandParser) -> None:
        """The code, the names and the first planner."""
        parser.add_argument("code", help="5 digits, or 6 with the check digit")
        parser.add_argument("--name", default="", help="known from the code where it is left out")
        parser.add_argument("--name-en", default="")
        parser.add_argument("--planner", default="", metavar="EMAIL")
        parser.add_argument("--language", choices=("ja", "en"), default="ja")
        parser.add_argument("--reason", default="sosei open_municipality")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Opens and invites."""
        try:
            town = open_municipality(
                code=options["code"],
                name=options["name"],
                name_en=options["name_en"],
                opened_by=None,
                reason=options["reason"],
            )
            self.stdout.write(f"{town.code} {town.name}\n")
            if options["planner"]:
                invited = invite(
                    role=roles.PLANNER,
                    municipality=town,
                    email=options["planner"],
                    language=options["language"],
                    invited_by=None,
                    reason=options["reason"],
                )
                with override(options["language"]):
                    address = letters.link("people:invitation-link", token=invited.token)
                self.stdout.write(f"{invited.invitation.email}\n{address}\n")
        except RefusedError as error:
            raise CommandError(str(error)) from error
