"""The words of the message about a round's result, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sosei.core.people.letters import Letter, in_both_languages, link, paragraphs
from sosei.core.people.models import Person
from sosei.core.records.services import send_message
from sosei.programmes.jobs.models import Posting, Round, RoundOutcome
from sosei.programmes.jobs.words_rounds import wish_sentence


def tell(key: str, recipient: Person, letter: Letter, about: Round) -> None:
    """Sends the result once."""
    send_message(
        key=key,
        kind="round.result",
        recipient=recipient,
        municipality=about.municipality,
        about=about,
        **letter.as_arguments(),
    )


def _name(posting: Posting) -> str:
    return posting.title_en if get_language() == "en" and posting.title_en else posting.title


def result(
    round_: Round,
    outcome: RoundOutcome,
    postings: Mapping[int, Posting],
    regions: Mapping[str, str],
    *,
    failed: str = "",
    place: int = 0,
) -> Letter:
    """To somebody who took part: which place, and for each wish why.

    Args:
        failed: why the place of the draw came to nothing; "" where it did not.
        place: in the waiting list of the first wish; 0 for none.
    """

    def words() -> tuple[str, str]:
        name = round_.name_en if get_language() == "en" and round_.name_en else round_.name
        told = {"round": name, "posting": _name(postings[outcome.posting_id]) if outcome.posting_id else ""}
        if outcome.posting_id is None:
            first = _("「%(round)s」では、決まりませんでした。") % told
        elif failed:
            first = _("「%(round)s」で「%(posting)s」に当たりましたが、契約はできませんでした。") % told
        else:
            first = _("「%(round)s」で、「%(posting)s」に決まりました。") % told
        lines = [
            _("%(rank)s番目「%(posting)s」：%(why)s")
            % {
                "rank": figures["rank"],
                "posting": _name(postings[figures["posting"]]),
                "why": wish_sentence(figures, regions),
            }
            for figures in outcome.figures["wishes"]
        ]
        return _("割り当ての結果：%(round)s") % told, paragraphs(
            first,
            _("理由：%(reason)s") % {"reason": failed} if failed else "",
            "" if failed else "\n".join(lines),
            _("1番目の希望の順番待ちに入りました（%(place)s番目）。場所が空いたら、すぐに知らせます。")
            % {"place": place}
            if place
            else "",
            _("くわしいことは、次のページで見られます。"),
            link("jobs:my-round", round_id=round_.pk),
        )

    return in_both_languages(words)
