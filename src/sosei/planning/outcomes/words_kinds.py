"""The kinds of fact that Sosei knows from the start, with the values by which each is grouped."""

from __future__ import annotations

from django.utils.functional import lazy
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from sosei.engines.conventions.prefectures import PREFECTURES, PREFECTURES_EN
from sosei.planning.outcomes.kinds import Attribute, declare_kind

ABROAD = "abroad"


def _prefecture(code: str) -> str:
    return PREFECTURES_EN[code] if (get_language() or "ja").startswith("en") else PREFECTURES[code]


_lazy_prefecture = lazy(_prefecture, str)

FROM_PREFECTURE = Attribute(
    "from_prefecture",
    _("前の住所の都道府県"),
    {**{code: _lazy_prefecture(code) for code in PREFECTURES}, ABROAD: _("海外")},
    aliases={
        **{name: code for code, name in PREFECTURES.items()},
        **{name.removesuffix("県").removesuffix("府"): code for code, name in PREFECTURES.items()},
        "東京": "13",
        **{name: code for code, name in PREFECTURES_EN.items()},
        **{str(int(code)): code for code in PREFECTURES},
        "国外": ABROAD,
    },
)
SCHEME = Attribute(
    "scheme",
    _("使った制度"),
    {
        "consultation": _("移住の相談"),
        "trial_stay": _("お試しの滞在"),
        "vacant_house": _("空き家バンク"),
        "grant": _("移住の支援金"),
        "cooperator": _("地域おこし協力隊"),
        "employment": _("仕事の紹介"),
        "none": _("使っていない"),
    },
)
HOUSEHOLD_TYPE = Attribute(
    "household_type",
    _("世帯の型"),
    {
        "single": _("単身"),
        "couple": _("夫婦のみ"),
        "couple_with_children": _("夫婦と子"),
        "one_parent": _("ひとり親と子"),
        "other": _("そのほかの世帯"),
    },
    aliases={"一人": "single", "独身": "single", "夫婦": "couple", "夫婦と子供": "couple_with_children"},
    required=True,
    identifying=frozenset({"one_parent", "other"}),
)
HEAD_AGE = Attribute(
    "head_age",
    _("世帯主の年代"),
    {
        "under_30": _("30歳未満"),
        "30s": _("30代"),
        "40s": _("40代"),
        "50s": _("50代"),
        "60_and_over": _("60歳以上"),
    },
    aliases={"20代": "under_30", "10代": "under_30", "60代": "60_and_over", "70代": "60_and_over"},
)
AGE = Attribute(
    "age",
    _("年齢"),
    {
        "0-14": _("0～14歳"),
        "15-29": _("15～29歳"),
        "30-44": _("30～44歳"),
        "45-64": _("45～64歳"),
        "65+": _("65歳以上"),
    },
)
INDUSTRY = Attribute(
    "industry",
    _("産業"),
    {
        "farming": _("農林業"),
        "fishing": _("漁業"),
        "manufacturing": _("製造業"),
        "construction": _("建設業"),
        "retail": _("小売・飲食"),
        "tourism": _("観光・宿泊"),
        "care": _("医療・福祉"),
        "information": _("情報・通信"),
        "other": _("そのほか"),
    },
)
STAY_PURPOSE = Attribute(
    "purpose",
    _("目的"),
    {
        "trial": _("移住の下見"),
        "work": _("仕事"),
        "workation": _("ワーケーション"),
        "training": _("研修・合宿"),
        "other": _("そのほか"),
    },
)
SPACE = Attribute(
    "space",
    _("場所の種類"),
    {
        "desk": _("机・席"),
        "room": _("部屋"),
        "hall": _("ホール"),
        "kitchen": _("台所"),
        "shop": _("店"),
        "outdoor": _("屋外"),
    },
)
SUPPORT = Attribute(
    "support",
    _("受けた支援"),
    {
        "consulted": _("創業の相談"),
        "certified": _("特定創業支援等事業の証明"),
        "premises": _("店舗・事務所の紹介"),
        "none": _("なし"),
    },
)
CONTRACT = Attribute("contract", _("契約"), {"sale": _("売買"), "lease": _("賃貸")})
THEME = Attribute(
    "theme",
    _("テーマ"),
    {
        "childcare": _("子育て"),
        "language": _("ことば"),
        "craft": _("ものづくり"),
        "sport": _("運動・健康"),
        "digital": _("デジタル"),
        "farming": _("農業"),
        "other": _("そのほか"),
    },
)
CONSULTATION_WAY = Attribute(
    "way",
    _("相談の方法"),
    {"counter": _("窓口"), "phone": _("電話"), "online": _("オンライン"), "fair": _("相談会")},
)
MANY_A_PERSON = 10
"""What one person does again and again needs more of it before a figure hides who did it."""

declare_kind(
    "household_settled",
    _("世帯の定住"),
    unit=_("世帯"),
    from_count=_("%(facts)s件の定住から"),
    amount_title=_("世帯の人数"),
    amount_unit=pgettext_lazy("単位", "人"),
    whole_amount=True,
    attributes=(HOUSEHOLD_TYPE, HEAD_AGE, FROM_PREFECTURE, SCHEME),
)
declare_kind(
    "person_settled",
    _("人の定住"),
    unit=pgettext_lazy("単位", "人"),
    from_count=_("%(facts)s件の定住から"),
    attributes=(AGE, FROM_PREFECTURE, SCHEME),
)
declare_kind(
    "consultation_held",
    _("移住の相談"),
    unit=_("件"),
    from_count=_("%(facts)s件の相談から"),
    attributes=(CONSULTATION_WAY, FROM_PREFECTURE),
)
declare_kind(
    "house_contracted",
    _("空き家の契約"),
    unit=_("件"),
    from_count=_("%(facts)s件の契約から"),
    attributes=(CONTRACT,),
)
declare_kind(
    "placement_finished",
    _("仕事の紹介の完了"),
    unit=pgettext_lazy("単位", "人"),
    from_count=_("%(facts)s件の紹介から"),
    attributes=(INDUSTRY,),
)
declare_kind(
    "hours_worked",
    _("働いた時間"),
    unit=_("回"),
    from_count=_("%(facts)s件の勤務から"),
    amount_title=_("時間"),
    amount_unit=_("時間"),
    attributes=(INDUSTRY,),
    smallest_shown=MANY_A_PERSON,
)
declare_kind(
    "nights",
    _("宿泊"),
    unit=_("件"),
    from_count=_("%(facts)s件の滞在から"),
    amount_title=_("泊数"),
    amount_unit=_("泊"),
    whole_amount=True,
    attributes=(STAY_PURPOSE,),
    smallest_shown=MANY_A_PERSON,
)
declare_kind(
    "booking_used",
    _("場所の利用"),
    unit=_("件"),
    from_count=_("%(facts)s件の利用から"),
    amount_title=_("利用した時間"),
    amount_unit=_("時間"),
    attributes=(SPACE,),
    smallest_shown=MANY_A_PERSON,
)
declare_kind(
    "venture_started",
    _("創業"),
    unit=_("件"),
    from_count=_("%(facts)s件の創業から"),
    attributes=(INDUSTRY, SUPPORT),
)
declare_kind(
    "class_attended",
    _("教室・集まりへの参加"),
    unit=pgettext_lazy("単位", "人"),
    from_count=_("%(facts)s件の参加から"),
    attributes=(THEME,),
    smallest_shown=MANY_A_PERSON,
)
