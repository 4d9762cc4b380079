"""`sosei assumptions CODE`: print a municipality's assumptions as a file, or store its own from a file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import override as use_language

from sosei.engines.demography.errors import DemographyError
from sosei.planning.population import services
from sosei.planning.population.area_inputs import assumptions_of, newest_assumption_set
from sosei.planning.population.assumptions import assumptions_from_yaml
from sosei.planning.population.inputs import build_inputs
from sosei.planning.population.management.documents import WRONG_USE, find_area, read_document
from sosei.planning.population.management.terminal import operator_name, reader_language
from sosei.planning.population.observations import censuses_of
from sosei.planning.population.tasks import HORIZON


class Command(BaseCommand):
    """Show or store assumptions."""

    help = "推計の仮定を表示・登録します / Show or store the assumptions of a municipality"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The command's words."""
        parser.add_argument("area", help="5桁の市区町村コードまたは名前 / 5-digit code or name")
        parser.add_argument("--set", type=Path, metavar="FILE", help="YAML を登録する / store this YAML file")
        parser.add_argument("--language", choices=("ja", "en"))

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the document, or check it whole, store it and project anew."""
        language = reader_language(options["language"])
        with use_language(language):
            area = find_area(options["area"])
            try:
                if options["set"] is None:
                    stored = newest_assumption_set(area)
                    document = dict(assumptions_of(area, censuses_of(area)).document)
                    self.stdout.write(
                        stored.document
                        if stored
                        else yaml.safe_dump(document, allow_unicode=True, sort_keys=False),
                        ending="",
                    )
                    return
                text = read_document(options["set"])
                build_inputs(censuses_of(area), assumptions_from_yaml(text), until=HORIZON)
                services.store_assumptions(area=area, document=text, stored_by=operator_name())
                runs = services.run_all_projections(area=area, until=HORIZON, run_by=operator_name())
            except DemographyError as error:
                raise CommandError(error.text(language), returncode=WRONG_USE) from error
            self.stdout.write(
                _("%(area)s の仮定を登録し、%(runs)s 本の推計を行いました。")
                % {"area": area, "runs": len(runs)}
            )
