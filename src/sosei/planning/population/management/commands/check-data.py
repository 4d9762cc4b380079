"""`sosei check-data`: everything stored for the population vision, checked again."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError
from django.utils import translation
from django.utils.translation import gettext as _

from sosei.engines.conventions.errors import ConventionError
from sosei.engines.conventions.municipality_code import read_code
from sosei.planning.population.importing.stored_checks import check_stored
from sosei.planning.population.management.terminal import NO_TABLES, reader_language
from sosei.planning.population.models import Area


class Command(BaseCommand):
    """Prints a line a finding; exits 1 if any is an error."""

    help = "登録済みの数値を確かめる / check the stored figures"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One area or all."""
        parser.add_argument("--area", metavar="CODE", help="地域コード（例: 07204） / area code")
        parser.add_argument("--language", choices=("ja", "en"), help="表示の言語 / language of the messages")

    def handle(self, *args: Any, **options: Any) -> None:
        """Checks, prints, and ends with 1 on errors."""
        language = reader_language(options["language"])
        with translation.override(language):
            code = self._area_code(options["area"], language) if options["area"] else None
            try:
                findings = check_stored(code)
            except ProgrammingError as error:
                raise CommandError(NO_TABLES) from error
            for finding in findings:
                self.stdout.write(finding.text(language))
            errors = sum(finding.severity == "error" for finding in findings)
            counts = {"errors": errors, "warnings": len(findings) - errors}
            self.stdout.write(_("誤り %(errors)s 件、注意 %(warnings)s 件") % counts)
        if errors:
            raise SystemExit(1)

    def _area_code(self, text: str, language: str) -> str:
        if Area.objects.filter(code=text).exists():
            return text
        try:
            code = read_code(text).code
        except ConventionError as error:
            raise CommandError(error.text(language), returncode=2) from error
        if not Area.objects.filter(code=code).exists():
            raise CommandError(_("地域 %(code)s は登録されていません。") % {"code": code}, returncode=2)
        return code
