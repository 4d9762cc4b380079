"""The messages about employers and postings, in both languages."""

from __future__ import annotations

from django.utils.translation import gettext as _

from sosei.core.people.letters import Letter, in_both_languages, link, paragraphs
from sosei.programmes.jobs.models import Employer, Posting, Question


def _posting_link(posting: Posting) -> str:
    return link("jobs:posting", code=posting.municipality.code, posting_id=posting.pk)


def employer_decided(employer: Employer) -> Letter:
    """The town's answer to a registration."""

    def words() -> tuple[str, str]:
        told = {"employer": employer, "town": employer.municipality}
        home = link("jobs:employer", code=employer.municipality.code, employer_id=employer.pk)
        if employer.is_approved:
            return _("「%(employer)s」の登録が認められました") % told, paragraphs(
                _("%(town)sが「%(employer)s」の登録を確かめました。求人を公開できます。") % told, home
            )
        return _("「%(employer)s」の登録は認められませんでした") % told, paragraphs(
            _("%(town)sが「%(employer)s」の登録を確かめましたが、今のままでは認められません。") % told,
            _("理由：%(reason)s") % {"reason": employer.decision_reason},
            _("内容を直すと、もう一度確認を申し込めます。"),
            home,
        )

    return in_both_languages(words)


def question_asked(question: Question) -> Letter:
    """To those who act for the employer."""

    def words() -> tuple[str, str]:
        return _("求人「%(posting)s」に質問があります") % {"posting": question.posting}, paragraphs(
            question.text,
            _("答えは、みんなが読めます。名前や電話番号は書かないでください。"),
            link("jobs:questions", code=question.municipality.code, employer_id=question.employer_id),
        )

    return in_both_languages(words)


def question_answered(question: Question) -> Letter:
    """To the person who asked."""

    def words() -> tuple[str, str]:
        return _("求人「%(posting)s」の質問に答えがありました") % {"posting": question.posting}, paragraphs(
            _("質問：%(text)s") % {"text": question.text},
            _("答え：%(text)s") % {"text": question.answer},
            _posting_link(question.posting),
        )

    return in_both_languages(words)


def posting_changed(posting: Posting, columns: list[str], *, contracted: bool) -> Letter:
    """To somebody who applied: what is different now."""

    def words() -> tuple[str, str]:
        told = {"posting": posting}
        names = _("、").join(_name(column) for column in columns)
        after = (
            _("あなたの契約の条件は、この変更では変わりません。変えるときは、雇用主が別に相談します。")
            if contracted
            else _("変わった条件で働きたくないときは、申し込みを取り下げられます。")
        )
        return _("求人「%(posting)s」の条件が変わりました") % told, paragraphs(
            _("変わったところ：%(names)s") % {"names": names}, after, _posting_link(posting)
        )

    return in_both_languages(words)


def _name(column: str) -> str:
    return str(_("勤務日")) if column == "shifts" else str(Posting._meta.get_field(column).verbose_name)
