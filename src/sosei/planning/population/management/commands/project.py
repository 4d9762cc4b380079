"""`sosei project CODE`: a projection at the prompt, as a table, JSON, CSV or a chart file."""

from __future__ import annotations

import argparse
import csv
import difflib
import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import override as use_language

from sosei.engines.demography.errors import DemographyError
from sosei.engines.demography.indicators import support_ratio
from sosei.engines.demography.project import Projection
from sosei.engines.demography.scenario import Scenario as EngineScenario
from sosei.engines.demography.scenario import scenario_from_yaml
from sosei.planning.population.area_inputs import inputs_of, scenarios_of
from sosei.planning.population.inputs import WIDTH, ProjectionInputs
from sosei.planning.population.management.documents import WRONG_USE, find_area, read_document
from sosei.planning.population.management.terminal import reader_language
from sosei.planning.population.models import Area, Scenario
from sosei.planning.population.vision_notes import in_language


class Command(BaseCommand):
    """Project one municipality under one scenario."""

    help = "市区町村の人口を推計します / Project a municipality's population"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The command's words."""
        parser.add_argument("area", help="5桁の市区町村コードまたは名前 / 5-digit code or name")
        parser.add_argument(
            "--scenario", default="baseline", help="シナリオ名または YAML ファイル / name or YAML file"
        )
        parser.add_argument("--base", type=int, help="基準年 / base year (default: the assumptions')")
        parser.add_argument("--to", type=int, default=2060, help="最後の年 / last year")
        parser.add_argument("--language", choices=("ja", "en"))
        output = parser.add_mutually_exclusive_group()
        output.add_argument("--json", action="store_true", help="JSON で出力 / print JSON")
        output.add_argument(
            "--csv", action="store_true", help="年・男女・年齢別の CSV / CSV by year, sex, age"
        )
        output.add_argument(
            "--chart", type=Path, help="総人口の図を .svg か .png に書く / write a chart file"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Project and print."""
        language = reader_language(options["language"])
        with use_language(language):
            try:
                self._project(options)
            except DemographyError as error:
                raise CommandError(error.text(language), returncode=WRONG_USE) from error

    def _project(self, options: dict[str, Any]) -> None:
        area = find_area(options["area"])
        scenario = self._scenario(area, options["scenario"])
        inputs = inputs_of(area, until=_reach(area, scenario, options["to"]), base_year=options["base"])
        projection = inputs.project(scenario)
        projection.check_balance()
        projection = projection.up_to(options["to"])
        if options["json"]:
            self.stdout.write(json.dumps(_document(area, scenario, inputs, projection), ensure_ascii=False))
        elif options["csv"]:
            self.stdout.write(_csv(projection), ending="")
        elif options["chart"]:
            self._chart(options["chart"], area, scenario, projection)
        else:
            self.stdout.write(_table(area, scenario, projection))

    def _scenario(self, area: Area, wanted: str) -> EngineScenario:
        path = Path(wanted)
        if path.suffix in (".yaml", ".yml"):
            return scenario_from_yaml(read_document(path))
        stored = {s.name: s for s in Scenario.objects.visible_to(None).offered_to(area)}
        if wanted not in stored:
            near = difflib.get_close_matches(wanted, stored, n=3, cutoff=0.3) or list(stored)
            raise CommandError(
                _("「%(wanted)s」というシナリオはありません。近いもの: %(near)s")
                % {"wanted": wanted, "near": ", ".join(near) or "-"},
                returncode=WRONG_USE,
            )
        return scenario_from_yaml(stored[wanted].document)

    def _chart(self, path: Path, area: Area, scenario: EngineScenario, projection: Projection) -> None:
        # Drawing is the slowest import of the house; only this output needs it.
        from sosei.planning.population.prompt_chart import total_chart

        if path.suffix not in (".svg", ".png"):
            raise CommandError(
                _("図は .svg か .png で書きます: %(path)s") % {"path": path}, returncode=WRONG_USE
            )
        if not path.absolute().parent.is_dir():
            raise CommandError(
                _("フォルダーがありません: %(path)s") % {"path": path.absolute().parent}, returncode=WRONG_USE
            )
        path.write_bytes(total_chart(area, in_language(scenario.title), projection, path.suffix[1:]))
        sys.stderr.write(_("図を書きました: %(path)s") % {"path": path} + "\n")


def _reach(area: Area, scenario: EngineScenario, until: int) -> int:
    """`until`, or the last year that the scenario or its bases name: a path must be known to its end to be begun.

    A year that is not the end of a step is left for the projection to refuse.
    """
    stored = scenarios_of(area)
    chain = [scenario]
    while chain[-1].base in stored and len(chain) <= len(stored):
        chain.append(stored[chain[-1].base])
    named = [year for one in chain for o in one.overrides for year in o.years_named().values()]
    step_off = until % WIDTH
    return max([until, *(year for year in named if year % WIDTH == step_off)])


def _document(
    area: Area, scenario: EngineScenario, inputs: ProjectionInputs, projection: Projection
) -> dict[str, Any]:
    total = projection.total()
    ratio = support_ratio(projection.everyone)
    years = [str(y) for y in total["year"].values]
    return {
        "area": area.code,
        "scenario": scenario.name,
        "totals": dict(zip(years, [round(float(v), 1) for v in total.values], strict=True)),
        "support_ratio": dict(zip(years, [round(float(v), 3) for v in ratio.values], strict=True)),
        "assumptions": {
            **{n.key: in_language(n.value) for n in inputs.assumptions.notes},
            "base_year": inputs.base_year,
            "overrides": [{o.key: o.to_document()} for o in scenario.overrides],
            "fingerprint": inputs.fingerprint(scenario),
        },
    }


def _csv(projection: Projection) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    columns = [
        "year",
        "sex",
        "age",
        "population",
        "residents",
        "special",
        "births",
        "deaths",
        "net_migration",
    ]
    writer.writerow(columns)
    everyone = projection.everyone.transpose("year", "sex", "age")
    for year in everyone["year"].values:
        first = year == everyone["year"].values[0]
        for sex in everyone["sex"].values:
            for age in everyone["age"].values:
                at = {"year": year, "sex": sex, "age": age}
                total, residents = float(everyone.sel(at)), float(projection.population.sel(at))
                births = "" if first or age else f"{float(projection.births.sel(year=year, sex=sex)):.3f}"
                flows: Sequence[str] = (
                    ["", ""]
                    if first
                    else [f"{float(b.sel(at)):.3f}" for b in (projection.deaths, projection.net_migration)]
                )
                people = [f"{total:.3f}", f"{residents:.3f}", f"{total - residents:.3f}"]
                writer.writerow([year, sex, age, *people, births, *flows])
    return "\ufeff" + out.getvalue()


def _table(area: Area, scenario: EngineScenario, projection: Projection) -> str:
    total = projection.total()
    ratio = support_ratio(projection.everyone)
    first = float(total.values[0])
    lines = [
        f"{area} — {in_language(scenario.title)}",
        _("年　　　総人口（人）　基準年比　75歳以上1人を支える15～64歳（人）"),
    ]
    lines += [
        f"{year}  {float(t):>12,.0f}  {float(t) / first:>8.1%}  {float(r):>8.1f}"
        for year, t, r in zip(total["year"].values, total.values, ratio.values, strict=True)
    ]
    return "\n".join(lines)
