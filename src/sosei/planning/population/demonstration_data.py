"""The demonstration: the project's own small tables of Iwaki and Fukushima city, stored with their sources."""

from __future__ import annotations

import csv
import datetime
import hashlib
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml
from django.db import transaction

from sosei.engines.demography.shipped import SHIPPED, shipped_text
from sosei.planning.population import services
from sosei.planning.population.area_inputs import newest_assumption_set
from sosei.planning.population.models import (
    Area,
    ImportBatch,
    Observation,
    ObservationCell,
    PublishedFigure,
    Scenario,
    VitalStatistic,
)

UNTIL = 2060
LOADED_BY = "sosei load_demonstration"
ASSUMPTIONS = {"07204": "iwaki.yaml", "07201": "fukushima.yaml"}
CHECK_DIGITS = {"00000": "", "07000": "9", "07201": "0", "07204": "4"}
BASIS = {
    "as_enumerated": Observation.Kind.CENSUS_ENUMERATED,
    "unknown_age_distributed": Observation.Kind.CENSUS_DISTRIBUTED,
}
PROVISIONAL_CENSUSES = (2025,)


def load_demonstration() -> list[str]:
    """Store areas, censuses, vital statistics, published figures, assumptions, scenarios and projections.

    Repeating it changes nothing, and leaves assumptions and scenarios alone that somebody else has stored. Returns
    a line a step, for the terminal.
    """
    with transaction.atomic():
        loaded = ["もとの数値は読み込み済みです / figures already loaded"]
        lines = loaded if _already_loaded() else _store_figures()
        for position, name in enumerate(SHIPPED):
            newest = Scenario.objects.filter(area=None, name=name).order_by("-id").first()
            if newest is None or newest.created_by == LOADED_BY:
                services.store_scenario(
                    document=shipped_text(name), stored_by=LOADED_BY, position=position * 10
                )
        for code, file in ASSUMPTIONS.items():
            area = Area.objects.get(code=code)
            own = newest_assumption_set(area)
            if own is None or own.created_by == LOADED_BY:
                services.store_assumptions(area=area, document=_text(file), stored_by=LOADED_BY)
            runs = services.run_all_projections(area=area, until=UNTIL, run_by=LOADED_BY)
            lines.append(f"{area.name}: {len(runs)} シナリオの推計 / projections of {area.name_en}")
    return lines


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for name in (
        "areas.csv",
        "census.csv",
        "evacuees.csv",
        "vital_statistics.csv",
        "published_figures.csv",
        "sources.yaml",
    ):
        digest.update(_text(name).encode())
    return digest.hexdigest()


def _already_loaded() -> bool:
    return ImportBatch.objects.filter(sha256=_fingerprint(), recognised_format="demonstration").exists()


def _store_figures() -> list[str]:
    for row in _rows("areas.csv"):
        parent = Area.objects.filter(code=row["parent"]).first() if row["parent"] else None
        Area.objects.update_or_create(
            code=row["code"],
            defaults={
                "check_digit": CHECK_DIGITS[row["code"]],
                "name": row["name"],
                "name_en": row["name_en"],
                "kind": row["kind"],
                "parent": parent,
            },
        )
    batches = {key: _batch(key) for key in _sources()}
    censuses = _store_censuses(batches["census"])
    _store_evacuees(batches["iwaki-evacuees"])
    areas = {a.code: a for a in Area.objects.all()}
    VitalStatistic.objects.bulk_create(
        VitalStatistic(
            area=areas[r["code"]],
            year=int(r["year"]),
            kind=r["kind"],
            value=r["value"],
            note_en=r["note"],
            note="2008～2012年の平均" if r["note"] else "",
            batch=batches[r["source"]],
        )
        for r in _rows("vital_statistics.csv")
    )
    PublishedFigure.objects.bulk_create(
        PublishedFigure(
            area=areas[r["code"]],
            scenario_name=r["scenario"],
            quantity=r["quantity"],
            year=int(r["year"]),
            value=r["value"],
            approximate=r["approximate"] == "1",
            batch=batches[r["source"]],
        )
        for r in _rows("published_figures.csv")
    )
    return [f"国勢調査 {censuses} 回分 / {censuses} censuses"]


def _store_censuses(batch: ImportBatch) -> int:
    areas = {a.code: a for a in Area.objects.all()}
    observations: dict[tuple[str, str], Observation] = {}
    cells = []
    for row in _rows("census.csv"):
        key = row["code"], row["year"]
        if key not in observations:
            year = int(row["year"])
            observations[key] = Observation.objects.create(
                area=areas[row["code"]],
                date=datetime.date(year, 10, 1),
                kind=BASIS[row["basis"]],
                provisional=year in PROVISIONAL_CENSUSES,
                batch=batch,
            )
        cells += _cells(observations[key], row)
    ObservationCell.objects.bulk_create(cells)
    return len(observations)


def _store_evacuees(batch: ImportBatch) -> None:
    observation = None
    cells = []
    for row in _rows("evacuees.csv"):
        if observation is None:
            observation = Observation.objects.create(
                area=Area.objects.get(code=row["code"]),
                date=datetime.date(int(row["year"]), 10, 1),
                kind=Observation.Kind.CENSUS_DISTRIBUTED,
                group="evacuees",
                note="人数は市の公表、年齢構成はSoseiの仮定",
                note_en="Number as the city published; ages assumed by Sosei",
                batch=batch,
            )
        cells += _cells(observation, row)
    ObservationCell.objects.bulk_create(cells)


def _cells(observation: Observation, row: dict[str, str]) -> list[ObservationCell]:
    found = []
    for label, persons in row.items():
        if label in ("code", "year", "basis", "sex") or persons == "":
            continue
        ages: tuple[int | None, int | None]
        if label == "unknown":
            ages = None, None
        elif label.endswith("+"):
            ages = int(label[:-1]), None
        else:
            first, last = label.split("-")
            ages = int(first), int(last)
        found.append(
            ObservationCell(
                observation=observation, sex=row["sex"], age_from=ages[0], age_to=ages[1], persons=persons
            )
        )
    return found


def _batch(key: str) -> ImportBatch:
    source = _sources()[key]
    return ImportBatch.objects.create(
        file_name=f"demonstration/{key}",
        sha256=_fingerprint(),
        recognised_format="demonstration",
        encoding="utf-8",
        source=source["ja"],
        source_en=source["en"],
        source_url=source["url"],
        imported_by=LOADED_BY,
    )


@lru_cache
def _sources() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = yaml.safe_load(_text("sources.yaml"))
    return found


@lru_cache
def _text(name: str) -> str:
    folder: Any = resources.files(__package__) / "demonstration"
    text: str = (folder / name).read_text(encoding="utf-8")
    return text


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(_text(name).splitlines()))
