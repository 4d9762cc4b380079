"""Kinds of work, licences and skills: a stable slug for the database, a bit for the search's masks, a name for people.

A slug and its bit are never given to anything else; a new one takes the next free bit (0 to 62).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

LAST_BIT = 62
"""Masks are PostgreSQL's bigint without its sign."""


@dataclass(frozen=True)
class Named:
    """One kind, licence or skill.

    Attributes:
        slug: what the database holds.
        bit: its place in a mask.
        name: lazily translated.
        group: under which heading a list shows it, lazily translated.
        hazardous: a licence for work that nobody under 18 may do (労基法62条).
    """

    slug: str
    bit: int
    name: Any
    group: Any = ""
    hazardous: bool = False


class UnknownSlugError(ValueError):
    """A slug that this list does not hold."""

    def __init__(self, slug: str) -> None:
        super().__init__(_("「%(slug)s」という種類はありません。一覧から選んでください。") % {"slug": slug})


_FIELD = gettext_lazy("畑・果樹園・田")
_SHED = gettext_lazy("選果・加工")
_ANIMALS = gettext_lazy("畜産・水産・山")
_TOWN = gettext_lazy("観光・店・暮らし")

WORK_KINDS = (
    Named("fruit_harvest", 0, gettext_lazy("果物の収穫"), _FIELD),
    Named("fruit_thinning", 1, gettext_lazy("摘花・摘果・袋かけ"), _FIELD),
    Named("vegetable_harvest", 2, gettext_lazy("野菜の収穫"), _FIELD),
    Named("planting", 3, gettext_lazy("種まき・植え付け"), _FIELD),
    Named("weeding", 4, gettext_lazy("草取り・草刈り"), _FIELD),
    Named("rice", 5, gettext_lazy("田植え・稲刈り"), _FIELD),
    Named("greenhouse", 6, gettext_lazy("ハウスの仕事"), _FIELD),
    Named("pruning", 7, gettext_lazy("剪定"), _FIELD),
    Named("flowers", 8, gettext_lazy("花の栽培"), _FIELD),
    Named("farm_machines", 9, gettext_lazy("農業機械の作業"), _FIELD),
    Named("packing", 10, gettext_lazy("選果・箱づめ"), _SHED),
    Named("food_processing", 11, gettext_lazy("食品の加工"), _SHED),
    Named("delivery", 12, gettext_lazy("運ぶ・届ける"), _SHED),
    Named("livestock", 20, gettext_lazy("牛・豚・鶏の世話"), _ANIMALS),
    Named("fishing", 21, gettext_lazy("漁の手伝い・養殖"), _ANIMALS),
    Named("seafood", 22, gettext_lazy("魚・貝の処理"), _ANIMALS),
    Named("forestry", 23, gettext_lazy("山の仕事"), _ANIMALS),
    Named("lodging_service", 30, gettext_lazy("宿の仕事"), _TOWN),
    Named("restaurant", 31, gettext_lazy("食堂・調理"), _TOWN),
    Named("sales", 32, gettext_lazy("店・直売所"), _TOWN),
    Named("events", 33, gettext_lazy("祭り・催し"), _TOWN),
    Named("guide", 34, gettext_lazy("案内・ガイド"), _TOWN),
    Named("snow_clearing", 35, gettext_lazy("雪かき"), _TOWN),
    Named("cleaning", 36, gettext_lazy("そうじ・片づけ"), _TOWN),
    Named("care_support", 37, gettext_lazy("介護・福祉の手伝い"), _TOWN),
    Named("office_work", 38, gettext_lazy("事務・パソコン"), _TOWN),
    Named("other", 62, gettext_lazy("そのほかの仕事"), _TOWN),
)

LICENCES = (
    Named("car_at", 0, gettext_lazy("普通自動車免許（AT限定でもよい）")),
    Named("car", 1, gettext_lazy("普通自動車免許（MT）")),
    Named("semi_medium_truck", 2, gettext_lazy("準中型自動車免許")),
    Named("medium_truck", 3, gettext_lazy("中型自動車免許"), hazardous=True),
    Named("large_special", 4, gettext_lazy("大型特殊自動車免許"), hazardous=True),
    Named("forklift", 5, gettext_lazy("フォークリフト運転技能講習"), hazardous=True),
    Named("mini_excavator", 6, gettext_lazy("小型車両系建設機械の特別教育"), hazardous=True),
    Named("chainsaw", 7, gettext_lazy("チェーンソーの特別教育"), hazardous=True),
    Named("brush_cutter", 8, gettext_lazy("刈払機の安全衛生教育"), hazardous=True),
    Named("aerial_platform", 9, gettext_lazy("高所作業車の特別教育"), hazardous=True),
    Named("boat", 10, gettext_lazy("小型船舶操縦士")),
    Named("pesticide", 11, gettext_lazy("農薬管理指導士"), hazardous=True),
    Named("food_hygiene", 20, gettext_lazy("食品衛生責任者")),
    Named("cook", 21, gettext_lazy("調理師")),
    Named("care_worker", 22, gettext_lazy("介護職員初任者研修")),
    Named("nurse", 23, gettext_lazy("看護師・准看護師")),
    Named("childcare", 24, gettext_lazy("保育士")),
    Named("first_aid", 25, gettext_lazy("救命講習")),
    Named("interpreter_guide", 26, gettext_lazy("全国通訳案内士")),
    Named("moped", 27, gettext_lazy("原付免許")),
    Named("age_certificate", 28, gettext_lazy("年齢の証明（18歳未満の人の住民票など）")),
)

SKILLS = (
    Named("peach", 0, gettext_lazy("桃の収穫"), _FIELD),
    Named("pear_apple", 1, gettext_lazy("なし・りんごの収穫"), _FIELD),
    Named("grape_cherry", 2, gettext_lazy("ぶどう・さくらんぼの収穫"), _FIELD),
    Named("strawberry_tomato", 3, gettext_lazy("いちご・トマトの収穫"), _FIELD),
    Named("leaf_vegetables", 4, gettext_lazy("葉物・根菜の収穫"), _FIELD),
    Named("thinning", 5, gettext_lazy("摘果・袋かけ"), _FIELD),
    Named("pruning", 6, gettext_lazy("剪定"), _FIELD),
    Named("rice_work", 7, gettext_lazy("田植え・稲刈り"), _FIELD),
    Named("tractor", 8, gettext_lazy("トラクター・コンバイン"), _FIELD),
    Named("ladder", 9, gettext_lazy("脚立の作業"), _FIELD),
    Named("sorting", 12, gettext_lazy("選果・箱づめ"), _SHED),
    Named("heavy_loads", 13, gettext_lazy("20kgの荷物を運ぶ"), _SHED),
    Named("driving_town", 14, gettext_lazy("車での配達"), _SHED),
    Named("cattle", 20, gettext_lazy("牛の世話"), _ANIMALS),
    Named("poultry_pigs", 21, gettext_lazy("鶏・豚の世話"), _ANIMALS),
    Named("fish_handling", 22, gettext_lazy("魚をさばく"), _ANIMALS),
    Named("woodland", 23, gettext_lazy("山の作業"), _ANIMALS),
    Named("serving", 30, gettext_lazy("接客"), _TOWN),
    Named("cooking", 31, gettext_lazy("調理"), _TOWN),
    Named("register", 32, gettext_lazy("レジ"), _TOWN),
    Named("cleaning_rooms", 33, gettext_lazy("部屋のそうじ"), _TOWN),
    Named("english", 34, gettext_lazy("英語での案内"), _TOWN),
    Named("chinese", 35, gettext_lazy("中国語での案内"), _TOWN),
    Named("spreadsheets", 36, gettext_lazy("表計算・事務"), _TOWN),
    Named("design_photos", 37, gettext_lazy("デザイン・写真"), _TOWN),
    Named("web", 38, gettext_lazy("ウェブの更新"), _TOWN),
    Named("elderly_care", 39, gettext_lazy("高齢の人の手伝い"), _TOWN),
)

WORK_KIND: Mapping[str, Named] = {one.slug: one for one in WORK_KINDS}
LICENCE: Mapping[str, Named] = {one.slug: one for one in LICENCES}
ASKED_LICENCE: Mapping[str, Named] = {slug: one for slug, one in LICENCE.items() if slug != "age_certificate"}
"""What a posting may ask for; by law an employer keeps a minor's certificate, but asks nobody else for one (労基法57条)."""
SKILL: Mapping[str, Named] = {one.slug: one for one in SKILLS}


def mask(slugs: Iterable[str], named: Mapping[str, Named]) -> int:
    """The bits of some slugs together.

    Raises:
        UnknownSlugError: a slug that the list does not hold.
    """
    bits = 0
    for slug in slugs:
        bits |= 1 << one_of(slug, named).bit
    return bits


def one_of(slug: str, named: Mapping[str, Named]) -> Named:
    """The entry of that slug.

    Raises:
        UnknownSlugError: the list does not hold it.
    """
    try:
        return named[slug]
    except KeyError:
        raise UnknownSlugError(slug) from None


def slugs_of(bits: int, named: Mapping[str, Named]) -> list[str]:
    """The slugs whose bits are set, in the list's order."""
    return [one.slug for one in named.values() if bits >> one.bit & 1]


def names_of(slugs: Iterable[str], named: Mapping[str, Named]) -> list[str]:
    """What they are called in the reader's language; a slug no longer in the list stands as it is."""
    return [str(named[slug].name) if slug in named else slug for slug in slugs]


def choices(named: Mapping[str, Named]) -> list[tuple[str, Any]]:
    """For a form; under headings where the list has groups."""
    rows = list(named.values())
    if not any(one.group for one in rows):
        return [(one.slug, one.name) for one in rows]
    grouped: dict[Any, list[tuple[str, Any]]] = {}
    for one in rows:
        grouped.setdefault(one.group, []).append((one.slug, one.name))
    return list(grouped.items())
