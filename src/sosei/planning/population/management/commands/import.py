"""`sosei import FILE…`: public statistics into the population vision, each file whole or not at all."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError
from django.utils import translation
from django.utils.translation import gettext as _

from sosei.core.design import civil_day
from sosei.planning.population.importing.findings import ImportRefusedError
from sosei.planning.population.importing.recognise import FORMATS
from sosei.planning.population.importing.services import ImportResult, import_file
from sosei.planning.population.management.terminal import (
    NO_TABLES,
    ProgressLine,
    operator_name,
    reader_language,
)

NOTES_SHOWN = 20
REFUSED = 2


class Command(BaseCommand):
    """Imports files one after another; a refused one leaves the database as it was and ends with 2."""

    help = "公的統計のファイルを取り込む / import files of public statistics"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The files and how to read them."""
        parser.add_argument(
            "files",
            nargs="+",
            type=Path,
            metavar="FILE",
            help="CSV・JSON・GeoJSON・TopoJSON（.gz も可） / CSV, JSON, GeoJSON or TopoJSON, also .gz",
        )
        parser.add_argument("--dry-run", action="store_true", help="確かめるだけで保存しない / check only")
        parser.add_argument("--source", help="出典（図の下に示す） / where the figures come from")
        parser.add_argument(
            "--format", choices=sorted(FORMATS), help="形式 / format, if it is not recognised"
        )
        parser.add_argument("--json", action="store_true", help="結果を JSON で / print the result as JSON")
        parser.add_argument("--language", choices=("ja", "en"), help="表示の言語 / language of the messages")

    def handle(self, *args: Any, **options: Any) -> None:
        """Imports every file that can be; exits 2 if any was refused."""
        language = reader_language(options["language"])
        try:
            with translation.override(language):
                outcomes = [self._import(path, language, options) for path in options["files"]]
        except ProgrammingError as error:
            raise CommandError(NO_TABLES) from error
        if options["json"]:
            self.stdout.write(json.dumps({"files": outcomes}, ensure_ascii=False, indent=1))
        if any(outcome["status"] == "refused" for outcome in outcomes):
            raise SystemExit(REFUSED)

    def _import(self, path: Path, language: str, options: dict[str, Any]) -> dict[str, Any]:
        stages = {"read": _("読み取り"), "check": _("照合"), "store": _("保存")}
        progress = ProgressLine(self.stderr, stages)
        try:
            result = import_file(
                path=path,
                imported_by=operator_name(),
                source=options["source"],
                format_name=options["format"],
                dry_run=options["dry_run"],
                progress=progress,
            )
        except ImportRefusedError as error:
            progress.close()
            if not options["json"]:
                self.stderr.write(error.text(language))
            return {
                "file": str(path),
                "status": "refused",
                "problem_total": error.findings.problem_total,
                "problems": [problem.as_json() for problem in error.findings.problems],
            }
        progress.close()
        if not options["json"]:
            self._tell(result, language)
        status = "already" if result.already else "imported" if result.batch else "checked"
        return {
            "file": str(path),
            "status": status,
            "format": result.recognised_format,
            "encoding": result.encoding,
            "batch": result.batch.pk if result.batch else None,
            "report": result.report,
        }

    def _tell(self, result: ImportResult, language: str) -> None:
        named = {
            "file": result.file_name,
            "format": FORMATS[result.recognised_format].TITLE[language != "ja"],
        }
        if result.already and result.batch is not None:
            named["date"] = civil_day.day_of(result.batch.imported_at).isoformat()
            self.stdout.write(
                _("%(file)s: 同じ内容を %(date)s に取り込み済みです。何も変えていません。") % named
            )
            return
        if result.batch is None:
            self.stdout.write(_("%(file)s: 取り込めます（%(format)s）。保存はしていません。") % named)
        else:
            self.stdout.write(_("%(file)s: 取り込みました（%(format)s）。") % named)
        self.stdout.write(
            "  "
            + _(
                "文字コード %(encoding)s、%(lines)s 行、地域 %(areas)s、人口 %(observations)s 件"
                "（性・年齢別 %(cells)s 件）、動態 %(vital_statistics)s 件"
            )
            % {**result.report, "encoding": result.encoding}
        )
        if result.report.get("boundaries"):
            self.stdout.write("  " + _("境界 %(boundaries)s 地域") % result.report)
        for note in result.findings.notes[:NOTES_SHOWN]:
            self.stdout.write(f"  {note.text(language)}")
        rest = result.findings.note_total - NOTES_SHOWN
        if rest > 0:
            self.stdout.write("  " + _("…ほか %(count)s 件の注記（--json で見られます）") % {"count": rest})
