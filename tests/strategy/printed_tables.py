"""The four result tables of Iwaki's first strategy, cell by cell as printed, apart from the demonstration's files.

Source: Iwaki City, Second Iwaki Comprehensive Strategy, summary (March 2021), Results of the first strategy (1)-(4).
A line break between a figure and its bracket is written as a space.
"""

from __future__ import annotations

HEADINGS = ("2020(R2)目標値", "2015 (策定時)", "2016 (H28)", "2017 (H29)", "2018 (H30)", "2019 (R1)")

TABLES: dict[str, dict[str, tuple[str, str, str, str, str, str]]] = {
    "goal-1": {
        "合計特殊出生率": ("1.71", "1.57 (H26)", "1.51 (H27)", "1.50 (H28)", "1.52 (H29)", "1.43 (H30)"),
        "出生数": (
            "2,600人",
            "2,562人 (H26)",
            "2,422人 (H27)",
            "2,343人 (H28)",
            "2,323人 (H29)",
            "2,134人 (H30)",
        ),
    },
    "goal-2": {
        "15～24歳の転出超過数": (
            "4,876人",
            "6,419人 (H22国勢調査)",
            "4,606人 (H27国勢調査)",
            "4,606人 (H27国勢調査)",
            "4,606人 (H27国勢調査)",
            "4,606人 (H27国勢調査)",
        ),
        "25～29歳の転入超過数": (
            "1,376人",
            "303人 (H22国勢調査)",
            "1,860人 (H27国勢調査)",
            "1,860人 (H27国勢調査)",
            "1,860人 (H27国勢調査)",
            "1,860人 (H27国勢調査)",
        ),
    },
    "goal-3": {
        "雇用創出数(製造業)": (
            "24,000人",
            "22,740人 (H25)",
            "23,279人 (H26)",
            "23,279人 (H26)",
            "23,678人 (H29)",
            "24,434人 (H30)",
        ),
        "製造品出荷額等": (
            "10,548億円",
            "8,793億円 (H25)",
            "9,137億円 (H26)",
            "9,137億円 (H26)",
            "9,144億円 (H28)",
            "9,538億円 (H29)",
        ),
        "付加価値額(製造業)": (
            "3,513億円",
            "2,606億円 (H25)",
            "2,721億円 (H26)",
            "2,721億円 (H26)",
            "2,541億円 (H28)",
            "2,770億円 (H29)",
        ),
        "企業誘致件数(新規累計)": (
            "21件",
            "7件 (H26)",
            "24件 (17件/H27)",
            "32件 (8件/H28)",
            "46件 (14件/H29)",
            "55件 (9件/H30)",
        ),
        "従業員1人あたりの付加価値額": (
            "1,464万円",
            "1,146万円 (H25)",
            "1,169万円 (H26)",
            "1,169万円 (H26)",
            "1,075万円 (H28)",
            "1,169万円 (H29)",
        ),
    },
}

OVERALL = ("人口減少に歯止めをかけ人口構造を改善する", "将来にわたりまちの活力を持続する")
"""First column of the fourth table, the purpose of the strategy; its second, the assessment, is told in own words."""
