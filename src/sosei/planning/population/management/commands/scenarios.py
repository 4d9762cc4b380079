"""`sosei scenarios CODE`: list the scenarios offered to a municipality, print one, or store one from a file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import override as use_language

from sosei.engines.demography.errors import DemographyError
from sosei.engines.demography.scenario import scenario_from_yaml
from sosei.planning.population import services
from sosei.planning.population.area_inputs import inputs_of
from sosei.planning.population.management.documents import WRONG_USE, find_area, read_document
from sosei.planning.population.management.terminal import operator_name, reader_language
from sosei.planning.population.models import Scenario
from sosei.planning.population.tasks import HORIZON


class Command(BaseCommand):
    """List, show or store scenarios."""

    help = "シナリオを一覧・表示・登録します / List, show or store the scenarios of a municipality"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The command's words."""
        parser.add_argument("area", help="5桁の市区町村コードまたは名前 / 5-digit code or name")
        parser.add_argument("--show", metavar="NAME", help="YAML を表示する / print one as YAML")
        parser.add_argument("--add", type=Path, metavar="FILE", help="YAML を登録する / store this YAML file")
        parser.add_argument("--language", choices=("ja", "en"))

    def handle(self, *args: Any, **options: Any) -> None:
        """List, print, or check against the area's rates and store."""
        language = reader_language(options["language"])
        with use_language(language):
            area = find_area(options["area"])
            offered = {s.name: s for s in Scenario.objects.visible_to(None).offered_to(area)}
            if options["show"]:
                if options["show"] not in offered:
                    raise CommandError(
                        _("「%(wanted)s」というシナリオはありません。近いもの: %(near)s")
                        % {"wanted": options["show"], "near": ", ".join(offered)},
                        returncode=WRONG_USE,
                    )
                self.stdout.write(offered[options["show"]].document, ending="")
                return
            if options["add"] is None:
                for scenario in offered.values():
                    self.stdout.write(f"{scenario.name}\t{scenario.local_title}")
                return
            text = read_document(options["add"])
            try:
                inputs_of(area, until=HORIZON).project(scenario_from_yaml(text))
                stored = services.store_scenario(document=text, stored_by=operator_name(), area=area)
                services.run_all_projections(area=area, until=HORIZON, run_by=operator_name())
            except DemographyError as error:
                raise CommandError(error.text(language), returncode=WRONG_USE) from error
            self.stdout.write(
                _("%(area)s のシナリオ「%(title)s」を登録しました。")
                % {"area": area, "title": stored.local_title}
            )
