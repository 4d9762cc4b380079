"""What an employer's own words promise or forbid, found by patterns: plain Python, so that a posting can be checked.

A pattern that is denied in the same sentence ("罰金はありません") counts for nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Topic(StrEnum):
    """What a text speaks of that the law looks at."""

    MEN = "men"
    WOMEN = "women"
    NATIONALITY = "nationality"
    AGE_MAX = "age_max"
    AGE_MIN = "age_min"
    PENALTY = "penalty"
    DEPOSIT = "deposit"
    FEE = "fee"
    REWARD = "reward"
    ADVANCE = "advance"
    IN_KIND = "in_kind"
    UNPAID_TIME = "unpaid_time"
    ROUNDING = "rounding"
    DEDUCTION = "deduction"
    DISPATCH = "dispatch"
    BIRTHPLACE = "birthplace"
    FAMILY = "family"
    BELIEF = "belief"
    UNION = "union"
    MARRIAGE = "marriage"
    PROBATION_WAGE = "probation_wage"
    CANCELLATION_PERCENT = "cancellation_percent"
    CANCELLATION_NOTHING = "cancellation_nothing"
    NO_OVERTIME_PREMIUM = "no_overtime_premium"
    NO_NIGHT_PREMIUM = "no_night_premium"
    NO_HOLIDAY_PREMIUM = "no_holiday_premium"
    PAY_LATER = "pay_later"


@dataclass(frozen=True)
class Mention:
    """A topic that a text speaks of: the column it stands in, the words, and the number in them where there is one."""

    topic: Topic
    column: str
    words: str
    number: int = 0


_ONLY = r"(?:のみ|だけ|限定|に限|を募集|歓迎|優先|only)"
_NO_PAY = r"(?:無給|(?:賃金|給料|時給|日当)(?:は|が|も)?(?:出|つ|支払われ|払)(?:ません|きません|いません))"
_ASKED = r".{0,18}(?:書いて|教えて|聞きます|うかがい|たずね|確認し|申告|提出)"
PATTERNS: tuple[tuple[Topic, str], ...] = (
    (Topic.MEN, rf"(?:男性|男子|男の人|men|males?)\s?(?:の方)?{_ONLY}"),
    (Topic.WOMEN, rf"(?:女性|女子|女の人|主婦|women|females?)\s?(?:の方)?{_ONLY}"),
    (Topic.NATIONALITY, rf"日本人{_ONLY}|外国(?:人|籍).{{0,6}}(?:不可|お断り|応募できません)|japanese (?:nationals? )?only"),
    (
        Topic.AGE_MAX,
        r"(?P<n>[2-9][0-9])(?:歳|才)(?:以下|まで|未満)|(?P<m>[2-9][0-9])代(?:のみ|限定|まで)|under (?P<k>[2-9][0-9])",
    ),
    (Topic.AGE_MIN, r"(?P<n>[2-9][0-9])(?:歳|才)以上(?:のみ|限定|の人|の方|を)"),
    (Topic.PENALTY, r"罰金|違約金|ペナルティ料|キャンセル料|弁償金|penalty|\bfines?\b|遅刻.{0,8}(?:円|減給)"),
    (Topic.DEPOSIT, r"保証金|積立金|強制貯金|預り金|deposit"),
    (
        Topic.FEE,
        r"(?:登録料|紹介料|(?<!振込)手数料|申込料|教材費|研修費)(?![^。]{0,10}(?:補助|雇用主|当園|こちら))|application fee",
    ),
    (Topic.REWARD, r"お?祝い金|入社祝|応募.{0,8}(?:プレゼント|ポイント|商品券|ギフト)|sign-?up bonus"),
    (Topic.ADVANCE, r"前借|前貸"),
    (Topic.IN_KIND, r"現物支給|(?:米|桃|野菜|果物|商品券|品物|作物)で(?:お?支払|払|渡し)"),
    (Topic.UNPAID_TIME, rf"(?:着替え|準備|片づけ|片付け|朝礼|掃除|移動|研修)[^。]{{0,14}}{_NO_PAY}"),
    (Topic.ROUNDING, r"(?P<n>5|10|15|20|30|60)分(?:単位|刻み|未満)[^。]{0,8}(?:計算|切り?捨|払|支給)"),
    (
        Topic.DEDUCTION,
        r"(?:代|費|料|金)[^。]{0,16}?(?:給料|賃金|時給|日当)から[^。]{0,6}(?:引|差し引|天引)|天引き",
    ),
    (Topic.DISPATCH, r"派遣(?:社員|先|会社|労働|で働|され)"),
    (Topic.BIRTHPLACE, rf"(?:本籍|出身地|生まれた場所){_ASKED}"),
    (Topic.FAMILY, rf"(?:家族構成|家族の(?:職業|収入)|親の職業){_ASKED}"),
    (Topic.BELIEF, rf"(?:宗教|信仰|支持(?:する)?政党|思想){_ASKED}"),
    (Topic.UNION, rf"労働組合{_ASKED}"),
    (Topic.MARRIAGE, rf"(?:結婚の(?:予定|有無)|妊娠|出産の予定){_ASKED}"),
    (Topic.PROBATION_WAGE, r"(?:試用|見習い|研修)[^。]{0,12}時給(?:は)?(?P<n>[0-9]{3,5})円"),
    (Topic.CANCELLATION_PERCENT, r"(?:中止|取りやめ|休み).{0,16}?(?P<n>[1-9][0-9]?)(?P<unit>割|%)"),
    (Topic.CANCELLATION_NOTHING, rf"(?:雨|中止|取りやめ)[^。]{{0,16}}{_NO_PAY}"),
    (Topic.NO_OVERTIME_PREMIUM, r"(?:残業代|残業の割増|時間外の割増)(?:賃金)?は?(?:出ません|なし|ありません|つきません)"),
    (Topic.NO_NIGHT_PREMIUM, r"(?:深夜手当|深夜の割増)(?:賃金)?は?(?:出ません|なし|ありません|つきません)"),
    (Topic.NO_HOLIDAY_PREMIUM, r"(?:休日手当|休日の割増)(?:賃金)?は?(?:出ません|なし|ありません|つきません)"),
    (Topic.PAY_LATER, r"(?P<n>[2-9])(?:か|ヶ|カ|ケ)月後|(?P<next>翌々月)"),
)  # fmt: skip
_COMPILED = tuple((topic, re.compile(pattern, re.IGNORECASE)) for topic, pattern in PATTERNS)
_DENIED = re.compile(
    r"(?:ありません|かかりません|いりません|取りません|もらいません|しません|いただきません|払いません|なし|無し|不要|問いません|"
    r"対象外|ないです|none|no )"
)
_ABOUT_ABSENCE = frozenset(
    {
        Topic.UNPAID_TIME,
        Topic.CANCELLATION_NOTHING,
        Topic.NO_OVERTIME_PREMIUM,
        Topic.NO_NIGHT_PREMIUM,
        Topic.NO_HOLIDAY_PREMIUM,
        Topic.ROUNDING,
        Topic.CANCELLATION_PERCENT,
    }
)
"""Topics whose own words deny something; a denial after them says nothing."""


def mentions(texts: Mapping[str, str]) -> tuple[Mention, ...]:
    """What the texts (column -> words) speak of, each topic once, in the order of the patterns."""
    folded = {column: unicodedata.normalize("NFKC", text) for column, text in texts.items() if text.strip()}
    found = []
    for topic, pattern in _COMPILED:
        mention = next(_first(topic, pattern, folded.items()), None)
        if mention is not None:
            found.append(mention)
    return tuple(found)


def _first(topic: Topic, pattern: re.Pattern[str], texts: Iterable[tuple[str, str]]) -> Iterator[Mention]:
    for column, text in texts:
        for match in pattern.finditer(text):
            if topic in _ABOUT_ABSENCE or not _denied(text, match.end()):
                yield Mention(topic, column, match[0], _number(match))


def _denied(text: str, end: int) -> bool:
    rest = re.split(r"[。\n]", text[end:], maxsplit=1)[0]
    return bool(_DENIED.search(rest[:24]))


def _number(match: re.Match[str]) -> int:
    groups = match.groupdict()
    number = next((int(groups[name]) for name in ("n", "m", "k") if groups.get(name)), 0)
    if groups.get("unit") == "割":
        return number * 10
    return 2 if groups.get("next") else number


_NO = re.compile(
    r"^(?:[^。]{0,14}(?:は|が|も))?(?:ありません|ございません|なし|無し|無|ない|設けません|設けない|しません|行いません|no\b|none\b)",
    re.IGNORECASE,
)


def says_no(text: str) -> bool:
    """Whether a text of one's own words says that there is none."""
    return bool(_NO.match(unicodedata.normalize("NFKC", text).strip()))


def speaks_of(text: str, *words: str) -> bool:
    """Whether one of the words stands in the text."""
    folded = unicodedata.normalize("NFKC", text)
    return any(word in folded for word in words)


_YEN = re.compile(r"([0-9][0-9,]*)円")
_HOURS = re.compile(r"([0-9]+(?:\.[0-9]+)?)時間")


@dataclass(frozen=True)
class FixedOvertimeText:
    """What a text says of fixed overtime pay; None for what it does not say."""

    yen: int | None
    minutes: int | None
    excess_paid: bool


def read_fixed_overtime(text: str) -> FixedOvertimeText | None:
    """Amount, hours and whether more is paid besides; None where there is none."""
    folded = unicodedata.normalize("NFKC", text).strip()
    if not folded or says_no(folded) or not re.search("固定|みなし|定額|円|時間分", folded):
        return None
    yen, hours = _YEN.search(folded), _HOURS.search(folded)
    return FixedOvertimeText(
        int(yen[1].replace(",", "")) if yen else None,
        round(float(hours[1]) * 60) if hours else None,
        bool(re.search(r"超え[^。]{0,16}(?:払|支給)", folded)),
    )


_NEVER = re.compile(
    r"(?:更新(?:は|の予定は)?(?:ありません|なし|しません|無し|ない))|(?:更新しない)|^(?:なし|ありません|無)"
)


class RenewalText(StrEnum):
    """What a text says of renewal."""

    NEVER = "never"
    POSSIBLE = "possible"
    AUTOMATIC = "automatic"


def read_renewal(text: str) -> RenewalText | None:
    """Whether the contract is renewed; None while nothing is said."""
    folded = unicodedata.normalize("NFKC", text).strip()
    if not folded:
        return None
    if _NEVER.search(folded):
        return RenewalText.NEVER
    return RenewalText.AUTOMATIC if "自動" in folded else RenewalText.POSSIBLE


def says_criteria(text: str) -> bool:
    """Whether a text on renewal says by what it is decided."""
    return speaks_of(text, "より", "による", "判断", "基準", "場合", "とき")


def says_limit(text: str) -> bool:
    """Whether a text on renewal says how often or how long at most, or that there is no limit."""
    return bool(re.search(r"上限|[0-9]+回まで|通算|最長", unicodedata.normalize("NFKC", text)))
