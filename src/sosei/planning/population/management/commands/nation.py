"""`sosei nation`: every municipality of the newest national census projected at once, for the page /nation."""

from __future__ import annotations

import argparse
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError
from django.utils.translation import gettext as _
from django.utils.translation import override as use_language

from sosei.engines.demography.errors import DemographyError
from sosei.planning.population.management.documents import WRONG_USE
from sosei.planning.population.management.terminal import (
    NO_TABLES,
    ProgressLine,
    operator_name,
    reader_language,
)
from sosei.planning.population.nation.census import NATIONWIDE, WIDTH
from sosei.planning.population.nation.models import NationalRun
from sosei.planning.population.nation.reading import compared_areas, median_difference
from sosei.planning.population.nation.services import UNTIL, run_nation


class Command(BaseCommand):
    """Project all municipalities; with --compare, beside the official projection."""

    help = "全国の市区町村の人口をまとめて推計します / Project every municipality at once"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The command's words."""
        parser.add_argument(
            "--base", type=int, help="基準年 / base year (default: the newest national census)"
        )
        parser.add_argument("--to", type=int, default=UNTIL, help="最後の年 / last year")
        parser.add_argument(
            "--fewest",
            type=int,
            default=NATIONWIDE,
            help="必要な市区町村の数 / municipalities that a census must cover",
        )
        parser.add_argument(
            "--compare",
            action="store_true",
            help="社人研の推計と比べる / compare with the official projection",
        )
        parser.add_argument("--language", choices=("ja", "en"))

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, store, tell."""
        language = reader_language(options["language"])
        with use_language(language):
            try:
                self._run(options)
            except DemographyError as error:
                raise CommandError(error.text(language), returncode=WRONG_USE) from error
            except ProgrammingError as error:
                raise CommandError(NO_TABLES) from error

    def _run(self, options: dict[str, Any]) -> None:
        stages = {"read": _("読み取り"), "project": _("推計"), "solve": _("逆算"), "store": _("保存")}
        progress = ProgressLine(self.stderr, stages)
        began = time.monotonic()
        self._require_a_step(options)
        run, made = run_nation(
            run_by=operator_name(),
            until=options["to"],
            fewest=options["fewest"],
            base_year=options["base"],
            compare=options["compare"],
            progress=progress,
        )
        progress.close()
        told = {
            "areas": f"{run.municipalities:,}",
            "scenarios": len(run.scenarios),
            "base": run.base_year,
            "to": run.to_year,
            "seconds": f"{time.monotonic() - began:.1f}",
            "fingerprint": run.fingerprint[:12],
        }
        if made:
            text = _(
                "%(areas)s 市区町村を %(scenarios)s つのシナリオで %(base)s 年から %(to)s 年まで推計し、保存しました"
                "（%(seconds)s 秒、指紋 %(fingerprint)s）。/nation で見られます。"
            )
        else:
            text = _("同じ入力の推計が保存済みです（指紋 %(fingerprint)s）。何も変えていません。")
        self.stdout.write(text % told)
        if options["compare"]:
            self._tell_comparison(run)

    def _tell_comparison(self, run: NationalRun) -> None:
        count = f"{compared_areas(run):,}"
        self.stdout.write(_("社人研の推計との差（絶対値）の中央値、%(count)s 市区町村：") % {"count": count})
        for year, share in median_difference(run).items():
            self.stdout.write(f"  {year}  {share:.2%}")

    def _require_a_step(self, options: dict[str, Any]) -> None:
        wrong = options["to"] % WIDTH or (options["base"] is not None and options["base"] % WIDTH)
        if wrong:
            raise CommandError(_("年は5の倍数で指定してください（例: 2060）。"), returncode=WRONG_USE)
