"""The messages about postings that somebody might want, in both languages."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from sosei.core.people.letters import Letter, in_both_languages, link, paragraphs
from sosei.programmes.jobs.models import Posting

MOST_NAMED = 5


def _posting(posting: Posting) -> str:
    where = link("jobs:posting", code=posting.municipality.code, posting_id=posting.pk)
    told = {"posting": posting, "employer": posting.employer, "yen": f"{posting.hourly_wage:,}"}
    return "\n".join([_("%(posting)s（%(employer)s、時給%(yen)s円）") % told, where])


def new_postings(name: str, postings: Sequence[Posting]) -> Letter:
    """What is new for somebody's kept searches."""

    def words() -> tuple[str, str]:
        more = len(postings) - MOST_NAMED
        return _("新しい求人が%(count)s件あります") % {"count": len(postings)}, paragraphs(
            _("保存した条件「%(name)s」に合う求人です。") % {"name": name},
            *(_posting(one) for one in postings[:MOST_NAMED]),
            _("ほかに%(more)s件あります。") % {"more": more} if more > 0 else "",
            _("知らせを止めるには：%(url)s") % {"url": link("jobs:my-searches")},
        )

    return in_both_languages(words)


def suggested(posting: Posting) -> Letter:
    """A posting that staff of the town think of for somebody."""

    def words() -> tuple[str, str]:
        town = posting.municipality
        return _("%(town)sから、仕事のお知らせです") % {"town": town}, paragraphs(
            _("働ける日や経験を見て、この求人が合うかもしれないと、町の担当者が考えました。"),
            _posting(posting),
            _("申し込むかどうかは、あなたが決めます。返事はいりません。"),
            _("声をかけられたくないときは、仕事の登録で変えられます：%(url)s")
            % {"url": link("jobs:my-work-profile")},
        )

    return in_both_languages(words)
