"""`sosei build_assets`: charts' script and font, compiled translations, collected static files."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from sosei.gateway.project.assets import AssetError, build_assets
from sosei.gateway.project.translations import compile_catalogues


class Command(BaseCommand):
    """Makes the files that are built, not kept in git; those already right are left alone."""

    help = "画面の部品（図のスクリプト、書体、訳文、静的ファイル）を作る / build the files the pages need"
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Writes into `SOSEI_HOME` and beside the .po files."""
        try:
            written = [*build_assets(settings.ASSETS_FOLDER), *compile_catalogues()]
        except AssetError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(
                f"画面の部品を書けません（{error}）。"
                "対処: 書き込める利用者で一度 sosei build_assets を実行してください。\n"
                f"The files of the pages cannot be written ({error}). "
                "Remedy: run sosei build_assets once as a user who may write there."
            ) from error
        call_command("collectstatic", interactive=False, verbosity=0)
        if options["verbosity"] > 1:
            for path in written:
                self.stdout.write(str(path))
