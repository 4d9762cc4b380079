"""The sizing in words: purposes, needs, goods, formulas, figures, units, sources, and how sure each is."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from sosei.programmes.spaces.rules_ict_figures import SOURCES, Mark, Need, Purpose, Unit
from sosei.programmes.spaces.rules_ict_offers import Capacity, Goods
from sosei.programmes.spaces.rules_ict_results import Code

PURPOSES: Mapping[str, Any] = {
    Purpose.VIDEO_MEETING: gettext_lazy("Web会議"),
    Purpose.COWORKING: gettext_lazy("コワーキング（席で仕事をする）"),
    Purpose.STREAMING: gettext_lazy("配信"),
    Purpose.CLASSES: gettext_lazy("オンラインの教室・研修"),
    Purpose.LIGHT: gettext_lazy("調べもの・メール"),
}
PURPOSE_HELP: Mapping[str, Any] = {
    Purpose.VIDEO_MEETING: gettext_lazy("同時にWeb会議をする人数"),
    Purpose.COWORKING: gettext_lazy("同時に仕事をする人数"),
    Purpose.STREAMING: gettext_lazy("同時に流す配信の数"),
    Purpose.CLASSES: gettext_lazy("同時に動画を見る人数"),
    Purpose.LIGHT: gettext_lazy("同時に使う人数"),
}
TITLES: Mapping[str, Any] = {
    "demand_down": gettext_lazy("下りに要る速さ"),
    "demand_up": gettext_lazy("上りに要る速さ"),
    "total_down": gettext_lazy("下りの合計（余裕をふくむ）"),
    "total_up": gettext_lazy("上りの合計（余裕をふくむ）"),
    Need.DOWN: gettext_lazy("回線の下り"),
    Need.UP: gettext_lazy("回線の上り"),
    Need.PING: gettext_lazy("応答の時間（ping）"),
    Need.DEVICES: gettext_lazy("つながる機器"),
    "ap_by_area": gettext_lazy("広さから見たアクセスポイント"),
    "ap_by_devices": gettext_lazy("機器の数から見たアクセスポイント"),
    "ap_by_demand": gettext_lazy("速さから見たアクセスポイント"),
    Need.ACCESS_POINTS: gettext_lazy("アクセスポイント"),
    Need.OUTLETS: gettext_lazy("電源の差し込み口"),
    Need.BOOTHS: gettext_lazy("音をさえぎる個室ブース"),
    "depth": gettext_lazy("いちばん後ろの席までの距離"),
    Need.DISPLAY: gettext_lazy("画面の大きさ"),
    Need.CONFERENCE: gettext_lazy("会議用のカメラとマイク"),
    Need.CAMERAS: gettext_lazy("見守りのカメラ"),
    Need.LOCKS: gettext_lazy("スマートロック"),
    Need.POE_PORTS: gettext_lazy("電気も送るLANの口（PoE）"),
    Need.PORTS: gettext_lazy("LANの口"),
    Need.NETWORKS: gettext_lazy("分けるネットワーク（客用・店用・機器用）"),
    "watt": gettext_lazy("機器が使う電気"),
    Need.UPS: gettext_lazy("停電にそなえる電源（UPS）"),
    "won_income": gettext_lazy("月に増える収入の見込み"),
    "net_income": gettext_lazy("月の費用を引いた残り"),
    "payback": gettext_lazy("元がとれるまで"),
}
FORMULAS: Mapping[str, Any] = {
    "users * share/100 * kbps": gettext_lazy("人数 × 同時に使う割合 × 1人の速さ"),
    "sum * reserve/100": gettext_lazy("合計 × 余裕の割合"),
    "max(demand, least)": gettext_lazy("要る速さと最低の速さの、大きいほう"),
    "ping": gettext_lazy("決まった値"),
    "people * each": gettext_lazy("人数 × 1人の機器"),
    "ceil(area / cell)": gettext_lazy("広さ ÷ 1台で届く広さ（切り上げ）"),
    "ceil(devices / per_ap)": gettext_lazy("機器 ÷ 1台でつながる数（切り上げ）"),
    "ceil(demand / per_ap)": gettext_lazy("上り下りの合計 ÷ 1台の速さ（切り上げ）"),
    "max(by_area, by_devices, by_demand)": gettext_lazy("3つのうち、いちばん大きい数"),
    "ceil(seats / seats_per_booth)": gettext_lazy("席 ÷ 1つのブースを分け合う席（切り上げ）"),
    "seats * each": gettext_lazy("席 × 1席の口"),
    "sqrt(area) * 120": gettext_lazy("広さの平方根 × 1.2（細長い部屋として）"),
    "ceil(depth / heights * 2.04 / 2.54)": gettext_lazy(
        "距離 ÷ 見やすい倍率 × 2.04（高さから対角へ）÷ 2.54（インチへ）"
    ),
    "users": gettext_lazy("人数"),
    "cameras": gettext_lazy("カメラの数"),
    "doors": gettext_lazy("鍵のある扉の数"),
    "access_points + cameras + locks": gettext_lazy("アクセスポイント ＋ カメラ ＋ 鍵"),
    "poe_ports + wired_seats + uplink": gettext_lazy("PoEの口 ＋ 有線の席 ＋ ルーターへの口"),
    "networks": gettext_lazy("決まった値"),
    "base + access_points * 25 + cameras * 15 + locks * 10": gettext_lazy(
        "ルーターとスイッチ ＋ アクセスポイント × 25 ＋ カメラ × 15 ＋ 鍵 × 10"
    ),
    "ceil(watt * reserve / power_factor)": gettext_lazy("電気 × 余裕 ÷ 力率（切り上げ）"),
    "searches * share/100 * yen * kept/100": gettext_lazy(
        "月の検索 × 予約になる割合 × 1回の料金 × 手もとに残る割合"
    ),
    "income - running": gettext_lazy("増える収入 − 月の費用"),
    "ceil(first / net)": gettext_lazy("初めの費用 ÷ 月の残り（切り上げ）"),
}
FIGURES: Mapping[str, Any] = {
    "users": gettext_lazy("人数"),
    "share": gettext_lazy("割合"),
    "kbps": gettext_lazy("1人の速さ"),
    "sum": gettext_lazy("合計"),
    "reserve": gettext_lazy("余裕"),
    "demand": gettext_lazy("要る速さ"),
    "least": gettext_lazy("最低の速さ"),
    "ping": gettext_lazy("応答"),
    "people": gettext_lazy("人数"),
    "each": gettext_lazy("1つあたり"),
    "area": gettext_lazy("広さ"),
    "cell": gettext_lazy("1台で届く広さ"),
    "devices": gettext_lazy("機器"),
    "per_ap": gettext_lazy("1台あたり"),
    "by_area": gettext_lazy("広さから"),
    "by_devices": gettext_lazy("機器から"),
    "by_demand": gettext_lazy("速さから"),
    "seats": gettext_lazy("席"),
    "seats_per_booth": gettext_lazy("1ブースの席"),
    "depth": gettext_lazy("距離"),
    "heights": gettext_lazy("見やすい倍率"),
    "cameras": gettext_lazy("カメラ"),
    "doors": gettext_lazy("扉"),
    "access_points": gettext_lazy("アクセスポイント"),
    "locks": gettext_lazy("鍵"),
    "poe_ports": gettext_lazy("PoEの口"),
    "wired_seats": gettext_lazy("有線の席"),
    "uplink": gettext_lazy("ルーターへの口"),
    "networks": gettext_lazy("ネットワーク"),
    "base": gettext_lazy("ルーターとスイッチ"),
    "watt": gettext_lazy("電気"),
    "power_factor": gettext_lazy("力率"),
    "searches": gettext_lazy("見つからなかった検索（月）"),
    "yen": gettext_lazy("1回の料金"),
    "kept": gettext_lazy("手もとに残る割合"),
    "income": gettext_lazy("増える収入"),
    "running": gettext_lazy("月の費用"),
    "first": gettext_lazy("初めの費用"),
    "net": gettext_lazy("月の残り"),
}
MARKS: Mapping[str, tuple[str, Any]] = {
    Mark.H: ("success", gettext_lazy("確か")),
    Mark.M: ("info", gettext_lazy("資料1つ")),
    Mark.L: ("warning", gettext_lazy("未確認")),
    Mark.DESIGN: ("neutral", gettext_lazy("目安")),
}
"""Kind of chip, word."""
MARK_HELP = (
    (Mark.H, gettext_lazy("公の資料か、複数の資料にある値、または入力された値")),
    (Mark.M, gettext_lazy("資料1つにある値")),
    (Mark.L, gettext_lazy("確かめていない値。現地で見直してください")),
    (Mark.DESIGN, gettext_lazy("Sosei が決めた目安。変えられます")),
)
GOODS: Mapping[str, Any] = {
    Goods.LINE: gettext_lazy("回線"),
    Goods.ROUTER: gettext_lazy("ルーター"),
    Goods.ACCESS_POINT: gettext_lazy("アクセスポイント"),
    Goods.SWITCH: gettext_lazy("スイッチ（PoE）"),
    Goods.BOOTH: gettext_lazy("個室ブース"),
    Goods.POWER: gettext_lazy("電源"),
    Goods.DISPLAY: gettext_lazy("ディスプレー"),
    Goods.CAMERA: gettext_lazy("カメラ・マイク"),
    Goods.LOCK: gettext_lazy("スマートロック"),
    Goods.SHREDDER: gettext_lazy("シュレッダー"),
    Goods.UPS: gettext_lazy("無停電電源"),
    Goods.WORK: gettext_lazy("工事・設定"),
}
CAPACITIES: Mapping[str, Any] = {
    Capacity.DOWN_KBPS: gettext_lazy("下り（Mbps）"),
    Capacity.UP_KBPS: gettext_lazy("上り（Mbps）"),
    Capacity.CLIENTS: gettext_lazy("つながる台数（カタログの値）"),
    Capacity.NETWORKS: gettext_lazy("分けられるネットワーク"),
    Capacity.POE_PORTS: gettext_lazy("PoEの口"),
    Capacity.PORTS: gettext_lazy("LANの口（全部）"),
    Capacity.OUTLETS: gettext_lazy("差し込み口"),
    Capacity.INCH: gettext_lazy("画面（インチ）"),
    Capacity.PEOPLE: gettext_lazy("会議の人数"),
    Capacity.DOORS: gettext_lazy("扉の数"),
    Capacity.VA: gettext_lazy("容量（VA）"),
    Capacity.PIECES: gettext_lazy("数"),
}
NEEDED_CAPACITIES: Mapping[str, tuple[str, ...]] = {
    Goods.LINE: (Capacity.DOWN_KBPS, Capacity.UP_KBPS),
    Goods.ROUTER: (Capacity.DOWN_KBPS, Capacity.UP_KBPS, Capacity.NETWORKS),
    Goods.ACCESS_POINT: (Capacity.CLIENTS,),
    Goods.SWITCH: (Capacity.POE_PORTS, Capacity.PORTS),
    Goods.BOOTH: (),
    Goods.POWER: (Capacity.OUTLETS,),
    Goods.DISPLAY: (Capacity.INCH,),
    Goods.CAMERA: (Capacity.PEOPLE,),
    Goods.LOCK: (Capacity.DOORS,),
    Goods.SHREDDER: (),
    Goods.UPS: (Capacity.VA,),
    Goods.WORK: (),
}
"""What a thing of each kind must tell in numbers, or it could never be chosen."""
_CAPACITY_TEXTS: Mapping[str, Any] = {
    Capacity.DOWN_KBPS: pgettext_lazy("ICTの数", "下り %(number)s Mbps"),
    Capacity.UP_KBPS: pgettext_lazy("ICTの数", "上り %(number)s Mbps"),
    Capacity.NETWORKS: pgettext_lazy("ICTの数", "ネットワーク %(number)s本"),
    Capacity.CLIENTS: pgettext_lazy("ICTの数", "%(number)s台（カタログの値）"),
    Capacity.POE_PORTS: pgettext_lazy("ICTの数", "PoE %(number)s口"),
    Capacity.PORTS: pgettext_lazy("ICTの数", "LAN %(number)s口"),
    Capacity.OUTLETS: pgettext_lazy("ICTの数", "差し込み口 %(number)s"),
    Capacity.INCH: pgettext_lazy("ICTの数", "%(number)sインチ"),
    Capacity.PEOPLE: pgettext_lazy("ICTの数", "%(number)s人"),
    Capacity.DOORS: pgettext_lazy("ICTの数", "扉 %(number)s"),
    Capacity.VA: pgettext_lazy("ICTの数", "%(number)s VA"),
}
SPEEDS = (Capacity.DOWN_KBPS, Capacity.UP_KBPS)
"""Kept in kbit/s, shown and typed in Mbit/s."""
WALLS: Mapping[str, Any] = {
    "open": gettext_lazy("1つの部屋、または薄い間仕切り"),
    "wood": gettext_lazy("木の壁・ふすま"),
    "concrete": gettext_lazy("コンクリート・金属の壁"),
}
LINES: Mapping[str, Any] = {
    "none": gettext_lazy("回線がない"),
    "fibre": gettext_lazy("光回線"),
    "cable": gettext_lazy("ケーブルテレビ"),
    "mobile": gettext_lazy("携帯の電波（ホームルーターなど）"),
    "other": gettext_lazy("そのほか・わからない"),
}
FLAWS: Mapping[str, Any] = {
    Code.TOO_FEW_SAMPLES: gettext_lazy("測った回数が足りません（%(samples)s回。%(least)s回以上要ります）。"),
    Code.DOWN_TOO_SLOW: gettext_lazy("下りが約束より遅いです（測定 %(measured)s、約束 %(needed)s）。"),
    Code.UP_TOO_SLOW: gettext_lazy("上りが約束より遅いです（測定 %(measured)s、約束 %(needed)s）。"),
    Code.PING_TOO_LONG: gettext_lazy("応答が約束より遅いです（測定 %(measured)s、約束 %(needed)s）。"),
}
_UNITS: Mapping[str, Any] = {
    Unit.PEOPLE: pgettext_lazy("ICTの単位", "%(number)s人"),
    Unit.DEVICES: pgettext_lazy("ICTの単位", "%(number)s台"),
    Unit.PERCENT: pgettext_lazy("ICTの単位", "%(number)s％"),
    Unit.MS: pgettext_lazy("ICTの単位", "%(number)sミリ秒"),
    Unit.SQUARE_METRES: pgettext_lazy("ICTの単位", "%(number)s㎡"),
    Unit.CM: pgettext_lazy("ICTの単位", "%(number)scm"),
    Unit.INCH: pgettext_lazy("ICTの単位", "%(number)sインチ"),
    Unit.PIECES: pgettext_lazy("ICTの単位", "%(number)s個"),
    Unit.PORTS: pgettext_lazy("ICTの単位", "%(number)s口"),
    Unit.WATT: pgettext_lazy("ICTの単位", "%(number)sW"),
    Unit.VA: pgettext_lazy("ICTの単位", "%(number)sVA"),
    Unit.NETWORKS: pgettext_lazy("ICTの単位", "%(number)s本"),
    Unit.YEN: pgettext_lazy("ICTの単位", "%(number)s円"),
    Unit.YEN_A_MONTH: pgettext_lazy("ICTの単位", "月%(number)s円"),
    Unit.MONTHS: pgettext_lazy("ICTの単位", "%(number)sか月"),
    Unit.SEARCHES: pgettext_lazy("ICTの単位", "%(number)s回"),
}


def mbps(kbps: int | Decimal) -> str:
    """kbit/s as Mbit/s with at most one decimal."""
    number = (Decimal(kbps) / 1000).quantize(Decimal("0.1"))
    return f"{number.normalize():,f} Mbps"


def quantity(value: int, unit: str) -> str:
    """A number with its unit."""
    if unit == Unit.KBPS:
        return mbps(value)
    number = f"−{abs(value):,}" if value < 0 else f"{value:,}"
    return str(_UNITS[unit]) % {"number": number}


def capacity_texts(capacities: Mapping[str, int]) -> list[str]:
    """What a thing can do or must do, in the order of the numbers' own list."""
    return [capacity_text(name, capacities[name]) for name in _CAPACITY_TEXTS if capacities.get(name)]


def capacity_text(name: str, value: int) -> str:
    """One thing that can be done, or must be."""
    shown = f"{Decimal(value) / 1000:,.1f}".removesuffix(".0") if name in SPEEDS else f"{value:,}"
    return str(_CAPACITY_TEXTS[name]) % {"number": shown}


def source_text(source: str) -> str:
    """Where a figure is from."""
    return SOURCES.get(source, "") or (_("Sosei の目安") if source == "own" else "")


def step_title(code: str) -> str:
    """What a step reckons; for demand, with the purpose."""
    name, _place, purpose = (*code.split(":"), "", "")[:3]
    return f"{TITLES[name]}：{PURPOSES[purpose]}" if purpose else str(TITLES[name])


def flaw_text(code: str, data: Mapping[str, Any]) -> str:
    """Why a measurement is not enough."""
    told = dict(data)
    for name in ("measured", "needed"):
        if name in told:
            told[name] = (
                quantity(int(told[name]), Unit.MS) if code == Code.PING_TOO_LONG else mbps(int(told[name]))
            )
    return str(FLAWS[Code(code)]) % told
