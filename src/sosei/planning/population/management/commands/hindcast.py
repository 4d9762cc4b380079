"""`sosei hindcast`: projections from an old census, scored against the later ones."""

from __future__ import annotations

import csv
import io
import json
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xarray as xr
from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError
from django.utils.translation import gettext as _
from django.utils.translation import override as use_language

from sosei.core.design import civil_day
from sosei.engines.demography.errors import DemographyError
from sosei.engines.demography.hindcast import CANDIDATES, METHODS, Outcome, hindcast, require_horizon
from sosei.planning.population.hindcast_tables import (
    CASES,
    FINER_CASES,
    Coverage,
    Row,
    coverage_rows,
    coverage_table,
    group_table,
    rows_of,
    total_table,
)
from sosei.planning.population.importing.findings import ImportRefusedError
from sosei.planning.population.management.documents import WRONG_USE
from sosei.planning.population.management.terminal import NO_TABLES, reader_language
from sosei.planning.population.nation_census import census_from_file, stored_census
from sosei.planning.population.reference import survivorship_table

WIDTH = 5


class Command(BaseCommand):
    """Score the default method beside Hamilton-Perry, exponential growth and no change."""

    help = "過去の国勢調査から推計し、その後の調査と比べる / score projections made from an old census"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to score, from which census, and how to print it."""
        parser.add_argument("--base", type=int, help="基準年 / base year")
        parser.add_argument(
            "--horizon", type=int, help="何年先まで（5の倍数） / years ahead, a multiple of 5"
        )
        parser.add_argument(
            "--all",
            action="store_true",
            help="docs/accuracy.md のすべての表 / every table of docs/accuracy.md",
        )
        parser.add_argument(
            "--without",
            nargs="+",
            default=[],
            metavar="CODE",
            help="採点しない都道府県（2桁）か市区町村（5桁） / prefectures or municipalities not to score",
        )
        parser.add_argument(
            "--census",
            type=Path,
            metavar="FILE",
            help="保存せずに読む国勢調査 / a census file, read without storing",
        )
        parser.add_argument("--language", choices=("ja", "en"), help="表示の言語 / language")
        output = parser.add_mutually_exclusive_group()
        output.add_argument("--json", action="store_true", help="JSON で出力 / print JSON")
        output.add_argument("--csv", action="store_true", help="CSV で出力 / print CSV")
        output.add_argument("--markdown", action="store_true", help="Markdown の表で出力 / print Markdown")

    def handle(self, *args: Any, **options: Any) -> None:
        """Hindcast and print; 2 where something needed is missing."""
        language = reader_language(options["language"])
        with use_language(language):
            try:
                self._hindcast(options)
            except (DemographyError, ImportRefusedError) as error:
                raise CommandError(error.text(language), returncode=WRONG_USE) from error
            except ProgrammingError as error:
                raise CommandError(NO_TABLES) from error

    def _hindcast(self, options: dict[str, Any]) -> None:
        cases = self._cases(options)
        census = self._census(options["census"], _years_needed(cases))
        without = _codes(census, options["without"])
        mortality = survivorship_table("japan")
        outcomes = hindcast(census, mortality, cases, METHODS, without=without)
        rows = rows_of(outcomes)
        variants: list[Row] = []
        held: list[Coverage] = []
        if options["all"]:
            variants = rows_of(hindcast(census, mortality, FINER_CASES, CANDIDATES, without=without))
            held = coverage_rows([o for o in outcomes if o.method == "default"])
        if options["json"]:
            document = _document([*rows, *variants], held, outcomes, options["without"])
            document["incomplete"] = census.attrs["incomplete"]
            self.stdout.write(json.dumps(document, ensure_ascii=False))
        elif options["csv"]:
            self.stdout.write(_csv([*rows, *variants], held), ending="")
        else:
            self._print(census, rows, outcomes, options)
            if options["all"]:
                self._print_choice(rows, variants, held, markdown=options["markdown"])

    def _cases(self, options: dict[str, Any]) -> list[tuple[int, int]]:
        named = options["base"] is not None and options["horizon"] is not None
        if options["all"] == (options["base"] is not None or options["horizon"] is not None):
            raise CommandError(
                _("--base と --horizon の両方か、--all を指定してください。"), returncode=WRONG_USE
            )
        if not options["all"] and not named:
            raise CommandError(
                _(
                    "--base と --horizon の両方を指定してください。例: sosei hindcast --base 1995 --horizon 15"
                ),
                returncode=WRONG_USE,
            )
        if options["all"]:
            return list(CASES)
        require_horizon(options["horizon"])
        return [(options["base"], options["horizon"])]

    def _census(self, path: Path | None, years: list[int]) -> xr.DataArray:
        if path is None:
            return stored_census(years)
        today = civil_day.today()
        return census_from_file(path, years, today=today)

    def _print(
        self,
        census: xr.DataArray,
        rows: Sequence[Row],
        outcomes: Sequence[Outcome],
        options: dict[str, Any],
    ) -> None:
        markdown = options["markdown"]
        if census.attrs["incomplete"]:
            self.stdout.write(
                _("必要な年の調査がそろわず、推計にも採点にも入らない市区町村: %(codes)s")
                % {"codes": ", ".join(census.attrs["incomplete"])}
            )
        nobody = sorted({code for one in outcomes for code in one.nobody})
        self.stdout.write(
            _("採点しない地域: %(without)s。人が住んでいなかったため採点できない市区町村: %(nobody)s")
            % {"without": ", ".join(options["without"]) or "-", "nobody": ", ".join(nobody) or "-"}
        )
        # With all cases the finer tables would fill pages: there the default and its yardstick stand alone.
        finer = [
            r
            for r in rows
            if not options["all"] or (r.method in ("default", "hamilton_perry") and _is_finer(r))
        ]
        for title, text in (
            (_("総人口の誤差"), total_table(rows, markdown=markdown)),
            (_("人口規模別"), group_table(finer, "size", markdown=markdown)),
            (_("年齢別"), group_table(finer, "age", markdown=markdown)),
        ):
            self._section(title, text, markdown=markdown)

    def _print_choice(
        self, rows: Sequence[Row], variants: Sequence[Row], held: Sequence[Coverage], *, markdown: bool
    ) -> None:
        beside = [r for r in rows if r.method == "hamilton_perry" and _is_finer(r)]
        self._section(
            _("採らなかった手法"), total_table([*beside, *variants], markdown=markdown), markdown=markdown
        )
        self._section(_("予測区間"), coverage_table(held, markdown=markdown), markdown=markdown)

    def _section(self, title: str, text: str, *, markdown: bool) -> None:
        self.stdout.write(f"\n### {title}\n\n{text}" if markdown else f"\n{title}\n{text}")


def _years_needed(cases: Sequence[tuple[int, int]]) -> list[int]:
    """The base, the two censuses before it, and the one to score against."""
    return sorted({year for b, h in cases for year in (b - 2 * WIDTH, b - WIDTH, b, b + h)})


def _codes(census: xr.DataArray, named: Sequence[str]) -> list[str]:
    """Municipalities that are named, or whose prefecture is."""
    areas = [str(a) for a in census["area"].values]
    found = [code for code in areas if code in named or code[:2] in named]
    unknown = [n for n in named if n not in found and n not in {code[:2] for code in areas}]
    if unknown:
        raise CommandError(
            _("国勢調査にない地域です: %(codes)s。2桁の都道府県か5桁の市区町村コードで指定してください。")
            % {"codes": ", ".join(unknown)},
            returncode=WRONG_USE,
        )
    return found


def _is_finer(row: Row) -> bool:
    return (row.base, row.horizon) in FINER_CASES


def _document(
    rows: Sequence[Row], held: Sequence[Coverage], outcomes: Sequence[Outcome], without: Sequence[str]
) -> dict[str, object]:
    document: dict[str, object] = {
        "without": list(without),
        "nobody": sorted({code for one in outcomes for code in one.nobody}),
        "unit": "per cent",
        "errors": [row.as_document() for row in rows],
    }
    return document | ({"intervals": [one.as_document() for one in held]} if held else {})


def _csv(rows: Sequence[Row], held: Sequence[Coverage]) -> str:
    """Errors, one a line; below them the intervals, whose lines fill the columns that only they have."""
    out = io.StringIO()
    documents = [row.as_document() for row in rows]
    intervals = [one.as_document() for one in held]
    columns = list(dict.fromkeys(name for line in (*documents, *intervals) for name in line))
    writer = csv.DictWriter(out, fieldnames=columns, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows([*documents, *intervals])
    return "\ufeff" + out.getvalue()
