"""`sosei nation`: every municipality of the newest national census projected at once, for the page /nation.

With --small-areas: very many made-up small areas with very many draws, over Dask into a Zarr store.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError
from django.utils.translation import gettext as _
from django.utils.translation import override as use_language

from sosei.engines.demography.errors import DemographyError
from sosei.planning.population.management.documents import WRONG_USE
from sosei.planning.population.management.small_area_options import SmallAreaOptionError, plan_of
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
from sosei.planning.population.small_areas import (
    NoSchedulerError,
    OtherPlanError,
    Plan,
    WorkerLostError,
    stream,
)


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
        small = parser.add_argument_group(
            "架空の小地域を大量に計算する / very many made-up small areas with draws"
        )
        small.add_argument("--small-areas", type=int, metavar="N", help="小地域の数 / how many areas")
        small.add_argument(
            "--draws", type=int, metavar="D", help="1地域の乱数の数 / draws an area (default: 1000)"
        )
        small.add_argument(
            "--store", type=Path, metavar="FOLDER", help="Zarrを書くフォルダ / folder of the Zarr store"
        )
        small.add_argument(
            "--dask",
            metavar="ADDRESS",
            help="Daskのスケジューラー / address of a Dask scheduler (default: this machine's cores)",
        )
        small.add_argument("--seed", type=int, metavar="S", help="乱数の種 / seed (default: 1)")
        small.add_argument(
            "--block", type=int, metavar="B", help="1回の地域数 / areas a block (default: 500)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, store, tell."""
        language = reader_language(options["language"])
        with use_language(language):
            try:
                plan = plan_of(options)
                if plan is None:
                    self._run(options)
                else:
                    self._stream(plan, options["store"], options["dask"] or "")
            except (DemographyError, SmallAreaOptionError) as error:
                raise CommandError(error.text(language), returncode=WRONG_USE) from error
            except (OtherPlanError, NoSchedulerError, WorkerLostError) as error:
                raise CommandError(getattr(error.text, language), returncode=WRONG_USE) from error
            except ProgrammingError as error:
                raise CommandError(NO_TABLES) from error

    def _stream(self, plan: Plan, store: Path, address: str) -> None:
        progress = ProgressLine(self.stderr, {"blocks": _("計算")})
        began = time.monotonic()
        try:
            done = stream(
                store, plan, address=address, progress=lambda made, of: progress("blocks", made, of)
            )
        finally:
            progress.close()
        told = {
            "areas": f"{plan.areas:,}",
            "draws": f"{plan.draws:,}",
            "store": store,
            "made": f"{done.made:,}",
            "blocks": f"{done.blocks:,}",
            "seconds": f"{time.monotonic() - began:.1f}",
        }
        self.stdout.write(
            _(
                "架空の %(areas)s 小地域 × %(draws)s 通りが %(store)s にそろいました"
                "（%(blocks)s ブロックのうち今回 %(made)s、%(seconds)s 秒）。"
            )
            % told
        )

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
