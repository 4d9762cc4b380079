"""Small files in the layouts that statistics offices publish, built for the tests of the import.

The town is invented; its old women outnumber its old men, as everywhere.
"""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

from sosei.planning.population.importing.parsed import Context, ParsedFile
from sosei.planning.population.importing.recognise import recognise
from sosei.planning.population.importing.text import open_source, read_text
from sosei.planning.population.importing.validate import CheckedObservation, validate

TODAY = date(2026, 11, 21)
STARTS = tuple(range(0, 95, 5))
MALE = (98, 110, 121, 118, 84, 90, 104, 118, 130, 142, 139, 147, 160, 171, 150, 118, 79, 41, 20)
FEMALE = (93, 104, 116, 109, 80, 85, 99, 115, 127, 138, 140, 150, 166, 180, 169, 148, 121, 88, 67)
UNKNOWN = (4, 3)
PERSONS = sum(MALE) + sum(FEMALE)


def people(top: int = 90) -> dict[str, list[int]]:
    """The town by sex in five-year groups, the last one open at `top` (85, 90 or 100)."""
    found = {}
    for sex, values in (("male", MALE), ("female", FEMALE)):
        row = list(values)
        if top == 85:
            row[-2:] = [row[-2] + row[-1]]
        elif top == 100:
            rest = row.pop()
            row += [rest - rest // 4 - 1, rest // 4, 1]
        found[sex] = row
    return found


def age_names(top: int = 90, dash: str = "～") -> list[str]:
    """0～4歳 … 90歳以上."""
    return [f"{age}{dash}{age + 4}歳" for age in range(0, top, 5)] + [f"{top}歳以上"]


def wide_rows(
    code: str = "07204",
    name: str = "いわき市",
    years: tuple[int, ...] = (2010, 2015),
    *,
    unknown: bool = True,
    ages: list[str] | None = None,
) -> list[list[Any]]:
    """Rows of code,name,sex,age,years…, the header first; each later year has two more in every group."""
    labels = ages or age_names()
    table = {"M": [*MALE, UNKNOWN[0]], "F": [*FEMALE, UNKNOWN[1]]}
    table["T"] = [m + f for m, f in zip(table["M"], table["F"], strict=True)]
    rows: list[list[Any]] = [["code", "name", "sex", "age", *years]]
    for sex in "TMF":
        step = 4 if sex == "T" else 2
        body = [
            [code, name, sex, label, *(value + step * n for n in range(len(years)))]
            for label, value in zip([*labels, "年齢不詳"], table[sex], strict=True)
        ]
        if not unknown:
            body.pop()
        rows.append([code, name, sex, "総数", *(sum(row[4 + n] for row in body) for n in range(len(years)))])
        rows += body
    return rows


def long_rows(
    code: str = "07204", name: str = "いわき市", year: int = 2020, basis: str = "as_enumerated"
) -> list[list[Any]]:
    """Rows of code,name,year,basis,sex,age,population, the header first."""
    rows: list[list[Any]] = [["code", "name", "year", "basis", "sex", "age", "population"]]
    for sex, values, unknown in (("M", MALE, UNKNOWN[0]), ("F", FEMALE, UNKNOWN[1])):
        for start, value in zip(STARTS, values, strict=True):
            label = f"{start}+" if start == 90 else f"{start}-{start + 4}"
            rows.append([code, name, year, basis, sex, label, value])
        if basis == "as_enumerated":
            rows.append([code, name, year, basis, sex, "unknown", unknown])
    return rows


def open_data_rows(
    *,
    old: bool = False,
    top: int = 85,
    unknown: bool = False,
    code: str = "072044",
    day: str = "2025/4/1",
    districts: tuple[tuple[str, str], ...] = (),
) -> list[list[Any]]:
    """地域・年齢別人口 of either header generation: the municipality, then its districts of the same figures."""
    sexes = (("male", "男性"), ("female", "女性"))
    ages = age_names(top, "-")
    if old:
        header = [
            "都道府県コード又は市区町村コード",
            "地域コード",
            "都道府県名",
            "市区町村名",
            "調査年月日",
            "地域名",
        ]
    else:
        header = ["全国地方公共団体コード", "地域コード", "地方公共団体名", "調査年月日", "地域名"]
    header += ["総人口", "男性", "女性", *(f"{age}の{word}" for age in ages for _, word in sexes)]
    header += ["年齢不詳の男性", "年齢不詳の女性"] if unknown else []
    rows: list[list[Any]] = [[*header, "世帯数", "備考"]]
    town = people(top)
    for number, district in (("", ""), *districts):
        place = [code, number, "福島県", "いわき市"] if old else [code, number, "いわき市"]
        men, women = sum(town["male"]), sum(town["female"])
        figures = [value for pair in zip(town["male"], town["female"], strict=True) for value in pair]
        extra = [0, 0] if unknown else []
        rows.append([*place, day, district, men + women, men, women, *figures, *extra, 1200, ""])
    return rows


SSDSE_ITEMS = ("A1101", "A110101", "A110102", "A4101", "A4200", "A5101", "A5102")
SSDSE_NAMES = (
    "総人口",
    "総人口（男）",
    "総人口（女）",
    "出生数",
    "死亡数",
    "転入者数（日本人移動者）",
    "転出者数（日本人移動者）",
)


def ssdse_rows() -> list[list[Any]]:
    """SSDSE-A with three header rows and two municipalities."""
    return [
        ["SSDSE-A-2026", "Prefecture", "Municipality", *SSDSE_ITEMS],
        ["", "", "年度", 2020, 2020, 2020, 2023, 2023, 2024, 2024],
        ["地域コード", "都道府県", "市区町村", *SSDSE_NAMES],
        ["R07204", "福島県", "いわき市", 332931, 162893, 170038, 1658, 5110, 6800, 8400],
        ["R07201", "福島県", "福島市", 282693, 137000, 145693, 1500, 3900, 7000, 8100],
    ]


def estat_answer(
    *,
    areas: dict[str, str] | None = None,
    times: dict[str, str] | None = None,
    survey: str = "国勢調査",
    minus_for: tuple[str, str] | None = None,
) -> dict[str, Any]:
    """An answer of getStatsData. A single area or time becomes an object, as the API writes it.

    `minus_for` (sex, age name) leaves "-" where that group has no one.
    """
    areas = areas or {"07204": "いわき市"}
    times = times or {"2020000000": "2020年"}
    ages = {
        f"{n:03}": name
        for n, name in enumerate(["総数", *age_names(), "不詳", "（再掲）65歳以上", "平均年齢"])
    }
    sexes = {"0": "総数", "1": "男", "2": "女"}
    table = {"1": [*MALE, UNKNOWN[0]], "2": [*FEMALE, UNKNOWN[1]]}
    values = []
    for area in areas:
        for time in times:
            for sex in sexes:
                for number, (code, age) in enumerate(ages.items()):
                    figures = {}
                    for key in "12":
                        row = list(table[key])
                        if minus_for and (sexes[key], age) == minus_for:
                            row[number - 1] = 0
                        if minus_for and sexes[key] == minus_for[0]:
                            row[age_names().index(minus_for[1])] = 0
                        figures[key] = {
                            "総数": sum(row),
                            "（再掲）65歳以上": sum(row[13:19]),
                            "平均年齢": 48,
                        }.get(age, row[number - 1] if 0 < number <= len(row) else 0)
                    figures["0"] = figures["1"] + figures["2"]
                    text = str(figures[sex])
                    values.append(
                        {
                            "@tab": "020",
                            "@cat01": sex,
                            "@cat02": code,
                            "@area": area,
                            "@time": time,
                            "@unit": "人",
                            "$": "-" if minus_for and (sexes[sex], age) == minus_for else text,
                        }
                    )

    def axis(key: str, name: str, items: dict[str, str]) -> dict[str, Any]:
        classes = [{"@code": code, "@name": item, "@level": "1"} for code, item in items.items()]
        return {"@id": key, "@name": name, "CLASS": classes[0] if len(classes) == 1 else classes}

    return {
        "GET_STATS_DATA": {
            "RESULT": {
                "STATUS": 0,
                "ERROR_MSG": "正常に終了しました。",
                "DATE": "2026-11-01T00:00:00.000+09:00",
            },
            "PARAMETER": {"LANG": "J", "STATS_DATA_ID": "0003445139", "DATA_FORMAT": "J"},
            "STATISTICAL_DATA": {
                "RESULT_INF": {"TOTAL_NUMBER": len(values), "FROM_NUMBER": 1, "TO_NUMBER": len(values)},
                "TABLE_INF": {
                    "@id": "0003445139",
                    "STAT_NAME": {"@code": "00200521", "$": survey},
                    "GOV_ORG": {"@code": "00200", "$": "総務省"},
                    "STATISTICS_NAME": f"令和2年{survey} 人口等基本集計",
                    "TITLE": {"@no": "2-7", "$": "男女，年齢（5歳階級）別人口－全国，都道府県，市区町村"},
                },
                "CLASS_INF": {
                    "CLASS_OBJ": [
                        axis("tab", "表章項目", {"020": "人口"}),
                        axis("cat01", "男女", sexes),
                        axis("cat02", "年齢5歳階級", ages),
                        axis("area", "全国，都道府県，市区町村", areas),
                        axis("time", "時間軸(年次)", times),
                    ]
                },
                "DATA_INF": {"NOTE": {"@char": "-", "$": "該当数値がないもの"}, "VALUE": values},
            },
        }
    }


def csv_text(rows: list[list[Any]], *, quoted: bool = False, delimiter: str = ",") -> str:
    """Rows as CSV."""
    stream = io.StringIO()
    quoting = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    csv.writer(stream, quoting=quoting, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return stream.getvalue()


def write(
    path: Path, content: list[list[Any]] | dict[str, Any] | str | bytes, encoding: str = "utf-8"
) -> Path:
    """Write rows, JSON, text or bytes to a file."""
    if isinstance(content, list):
        content = csv_text(content)
    elif isinstance(content, dict):
        content = json.dumps(content, ensure_ascii=False)
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def read(path: Path, known: dict[str, str] | None = None) -> tuple[str, ParsedFile, list[CheckedObservation]]:
    """Format name, what was parsed, and what passed every rule, without a database."""
    context = Context(TODAY, known or {})
    source = open_source(path)
    chosen = recognise(source, context)
    parsed = chosen.parse(read_text(source)[0], context)
    return chosen.NAME, parsed, validate(parsed, context)


def rules_broken(parsed: ParsedFile) -> dict[str, int]:
    """How often each rule was broken."""
    return dict(parsed.findings.problem_counts)
