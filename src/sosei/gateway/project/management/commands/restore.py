"""`sosei restore FILE`: the whole site back from a backup, or nothing changed."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sosei.gateway.project.safekeeping.faults import SafekeepingError
from sosei.gateway.project.safekeeping.restore import check_backup, lacking_migrations, restore_backup


class Command(BaseCommand):
    """Checks a backup and brings it back."""

    help = "バックアップからサイト全体を戻す / bring the whole site back from a backup"
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which file, and how far it may go."""
        parser.add_argument("archive", type=Path, metavar="FILE", help="バックアップ / the backup")
        parser.add_argument(
            "--check", action="store_true", help="確かめるだけで何も変えない / check it, change nothing"
        )
        parser.add_argument(
            "--replace", action="store_true", help="今あるデータを置きかえる / replace what is there"
        )
        parser.add_argument(
            "--with-secret", action="store_true", help="署名の鍵も戻す / bring the secret key back as well"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Says what was restored and whether `sosei migrate` is due."""
        archive = options["archive"].expanduser().absolute()
        if not archive.is_file():
            raise CommandError(
                f"{archive} というファイルはありません。対処: バックアップの場所を確かめてください。\n"
                f"There is no file {archive}. Remedy: check where the backup is."
            )
        try:
            if options["check"]:
                manifest = check_backup(archive)
            else:
                manifest = restore_backup(
                    archive=archive, replace=options["replace"], with_secret=options["with_secret"]
                )
        except SafekeepingError as error:
            raise CommandError(str(error)) from error
        rows, done = sum(manifest.tables.values()), options["check"]
        self.stdout.write(
            f"{'確かめました' if done else '戻しました'}: {manifest.made} 版 {manifest.sosei}、行 {rows}\n"
            f"{'Sound' if done else 'Restored'}: {manifest.made}, version {manifest.sosei}, rows: {rows}"
        )
        lacking = lacking_migrations(manifest)
        if lacking:
            self.stdout.write(
                f"この版の移行がまだです（{len(lacking)}）。sosei migrate を実行してください。\n"
                f"Migrations of this version are due ({len(lacking)}). Run sosei migrate."
            )
