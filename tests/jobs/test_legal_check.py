"""A posting against the law: words for every flaw, the box in which it is mended, free words read for what they hide."""

from __future__ import annotations

import datetime

import pytest
from django.utils.translation import override

from sosei.engines.labour.posting_codes import PostingCode
from sosei.engines.labour.posting_terms import PostingTerms
from sosei.programmes.jobs import flaw_words, kinds
from sosei.programmes.jobs.forms_postings import SECTIONS
from sosei.programmes.jobs.legal_check import check_posting, live_shifts
from sosei.programmes.jobs.models import Shift
from sosei.programmes.jobs.rules_posting_texts import Topic, mentions, read_fixed_overtime, says_no
from tests.jobs.world import JobsWorld, at, day_from_now

PAGES = {"shifts", "employer", "place_page"}


def test_every_flaw_of_the_engine_has_words() -> None:
    assert set(flaw_words.SENTENCES) == set(PostingCode)
    assert all(str(text).strip() for text in flaw_words.SENTENCES.values())


def test_every_term_of_the_engine_leads_to_a_box_of_the_form_or_a_page() -> None:
    boxes = {name for _anchor, _heading, names in SECTIONS for name in names}
    assert set(flaw_words.COLUMNS.values()) <= boxes | PAGES
    assert set(flaw_words.COLUMNS) <= set(PostingTerms.__dataclass_fields__)


def test_the_posting_of_the_small_world_has_no_flaw(jobs: JobsWorld) -> None:
    assert check_posting(jobs.posting) == ()


def test_a_flaw_names_the_article_and_the_box(jobs: JobsWorld) -> None:
    jobs.posting.hourly_wage = 900
    (flaw,) = check_posting(jobs.posting)
    assert (flaw.code, flaw.column) == ("wage_below_minimum", "hourly_wage")
    assert "900円" in flaw.text and flaw.article.startswith("最賃法4条")
    jobs.posting.hourly_wage, jobs.posting.belongings = 1300, "遅刻した人には罰金があります。"
    (flaw,) = check_posting(jobs.posting)
    assert (flaw.code, flaw.column, flaw.article) == ("penalty_promised", "belongings", "労基法16条")


def test_flaws_are_told_in_english_too(jobs: JobsWorld) -> None:
    jobs.posting.duties_scope = ""
    with override("en"):
        (flaw,) = check_posting(jobs.posting)
    assert flaw.code == "missing_work_content_scope"


def test_a_shift_that_cannot_be_is_told_and_not_raised(jobs: JobsWorld) -> None:
    shift = jobs.shifts[0]
    shift.break_minutes = 900
    flaws = check_posting(jobs.posting, [shift])
    assert [flaw.code for flaw in flaws] == ["shift_unreadable"]
    assert flaws[0].column == "shifts"


def test_a_shift_called_off_is_not_judged(jobs: JobsWorld) -> None:
    late = jobs.shifts[0]
    late.ends_at += datetime.timedelta(hours=4)
    late.save()
    assert [flaw.code for flaw in check_posting(jobs.posting)] == ["day_over_8_hours"]
    late.called_off_at = late.starts_at
    late.save()
    assert check_posting(jobs.posting) == ()
    assert len(live_shifts(jobs.posting)) == 2


def test_the_exemption_of_a_field_ends_at_the_packing_house(jobs: JobsWorld) -> None:
    place = jobs.workplace
    place.exemption, place.exemption_reason = "agriculture", "露地の桃畑"
    long_day = jobs.shifts[0]
    long_day.ends_at += datetime.timedelta(hours=2)
    assert check_posting(jobs.posting, [long_day]) == ()
    jobs.posting.kind = "packing"
    codes = {flaw.code for flaw in check_posting(jobs.posting, [long_day])}
    assert codes == {"exemption_not_allowed", "day_over_8_hours"}


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("罰金はありません。", Topic.PENALTY),
        ("キャンセル料はかかりません", Topic.PENALTY),
        ("振込手数料は当園が払います", Topic.FEE),
        ("国籍は問いません。日本人も外国の人も働いています", Topic.NATIONALITY),
        ("男性も女性も働いています", Topic.MEN),
        ("登録料はいりません", Topic.FEE),
        ("20歳以上の木を手入れします", Topic.AGE_MIN),
    ],
)
def test_what_is_denied_or_merely_told_is_no_flaw(text: str, topic: Topic) -> None:
    assert topic not in {one.topic for one in mentions({"duties": text})}


def test_full_width_figures_are_read() -> None:
    (found,) = mentions({"duties": "３５歳以下の人を求めます"})
    assert (found.topic, found.number, found.column) == (Topic.AGE_MAX, 35, "duties")
    fixed = read_fixed_overtime("固定残業代は２０，０００円（１０時間分）。超えた分は別に支払います。")
    assert fixed is not None
    assert (fixed.yen, fixed.minutes, fixed.excess_paid) == (20000, 600, True)


def test_saying_no_is_understood_and_a_sentence_about_something_is_not_no() -> None:
    assert all(says_no(text) for text in ("ありません。", "なし", "試用期間はありません", "None"))
    assert not any(says_no(text) for text in ("3日間です", "最初の日は見習いで、時給は同じです"))


def test_bits_and_slugs_are_each_used_once() -> None:
    for named in (kinds.WORK_KINDS, kinds.LICENCES, kinds.SKILLS):
        bits = [one.bit for one in named]
        assert len(set(bits)) == len(bits) and all(0 <= bit <= kinds.LAST_BIT for bit in bits)
        assert len({one.slug for one in named}) == len(named)
        assert all(len(one.slug) <= 24 for one in named)
    assert kinds.slugs_of(kinds.mask(["rice", "flowers"], kinds.WORK_KIND), kinds.WORK_KIND) == [
        "rice",
        "flowers",
    ]


def test_a_night_shift_needs_eighteen_years_and_a_reason(jobs: JobsWorld) -> None:
    night = Shift(
        starts_at=at(day_from_now(14), "20:00"),
        ends_at=at(day_from_now(14), "23:30"),
        capacity=1,
    )
    assert [flaw.code for flaw in check_posting(jobs.posting, [night])] == ["minor_at_night"]
    jobs.posting.min_age, jobs.posting.age_reason = 18, "22時からの仕事のため（労働基準法61条）"
    assert check_posting(jobs.posting, [night]) == ()
