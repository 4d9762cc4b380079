"""`sosei backup FILE`: the whole site, database and attached files, in one checked file."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sosei.gateway.project.safekeeping.backup import forget_older, make_backup, name_now
from sosei.gateway.project.safekeeping.faults import SafekeepingError
from sosei.gateway.project.safekeeping.restore import check_backup


class Command(BaseCommand):
    """Writes a backup while the site runs; reads it back to be sure."""

    help = "サイト全体のバックアップを1つのファイルに作る / back the whole site up into one file"
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to, how many to keep, and whether the key goes with it."""
        parser.add_argument(
            "target", type=Path, metavar="FILE", help="ファイル、またはフォルダー / file, or a folder"
        )
        parser.add_argument(
            "--keep",
            type=int,
            metavar="N",
            help="フォルダーに新しい N 個だけ残す / keep only the newest N of the folder",
        )
        parser.add_argument(
            "--with-secret",
            action="store_true",
            help="署名の鍵も入れる（ファイルの扱いに注意）/ include the secret key (guard the file accordingly)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Makes the file, compares its checksums, then lets older ones go."""
        target, keep = options["target"].expanduser().absolute(), options["keep"]
        folder = target if target.is_dir() else None
        if keep is not None and (keep < 1 or folder is None):
            raise CommandError(
                f"--keep {keep} は使えません。対処: 1以上の数と、フォルダーを指定してください。\n"
                f"--keep {keep} cannot be used. Remedy: give 1 or more, and a folder."
            )
        target = folder / name_now() if folder else target
        try:
            manifest = make_backup(target=target, with_secret=options["with_secret"])
            check_backup(target)
        except SafekeepingError as error:
            raise CommandError(str(error)) from error
        rows, files = (
            sum(manifest.tables.values()),
            sum(1 for each in manifest.members if each.startswith("files/")),
        )
        self.stdout.write(
            f"バックアップ: {target}（表 {len(manifest.tables)}、行 {rows}、添付ファイル {files}）\n"
            f"Backup: {target} (tables: {len(manifest.tables)}, rows: {rows}, attached files: {files})"
        )
        if folder and keep is not None:
            for path in forget_older(folder, keep):
                self.stdout.write(f"古いものを消しました / deleted: {path}")
