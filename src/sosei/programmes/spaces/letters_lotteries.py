"""The messages about lotteries, in both languages: entered, drawn, lapsed, called off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from sosei.core.people.letters import in_both_languages, link, paragraphs
from sosei.core.people.models import Person
from sosei.core.records.services import send_message
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.booking_times import moment_text, when_text
from sosei.programmes.spaces.models import Lottery, LotteryEntry
from sosei.programmes.spaces.words_lotteries import OUTCOMES


def _tell(
    lottery: Lottery, person: Person, key: str, kind: str, words: Callable[[], tuple[str, str]]
) -> None:
    send_message(
        key=key,
        kind=kind,
        recipient=person,
        municipality=lottery.municipality,
        about=lottery,
        **in_both_languages(words).as_arguments(),
    )


def _line(entry: LotteryEntry, lottery: Lottery) -> str:
    return _("番号 %(number)s：%(space)s %(when)s") % {
        "number": entry.number,
        "space": entry.space,
        "when": when_text(entry.period, zone_of(lottery.municipality)),
    }


def _told(lottery: Lottery) -> dict[str, Any]:
    zone = zone_of(lottery.municipality)
    return {
        "lottery": lottery,
        "draw": moment_text(lottery.draw_at, zone),
        "until": moment_text(lottery.confirm_until, zone),
    }


def tell_entered(lottery: Lottery, person: Person, entries: Sequence[LotteryEntry]) -> None:
    """The numbers under which somebody finds the results."""

    def words() -> tuple[str, str]:
        told = _told(lottery)
        return _("「%(lottery)s」の申し込みを受け付けました") % told, paragraphs(
            _("「%(lottery)s」の抽選に申し込みました。抽選は%(draw)sです。") % told,
            "\n".join(_line(one, lottery) for one in entries),
            _("結果は番号で発表します。あなたにもメールで知らせます。"),
            link("spaces:my-lotteries"),
        )

    _tell(lottery, person, f"space.lottery_entered:{entries[0].pk}", "space.lottery_entered", words)


def tell_drawn(lottery: Lottery, person: Person, entries: Sequence[LotteryEntry]) -> None:
    """What somebody won and did not win, and what to do now."""
    won = [one for one in entries if one.state == LotteryEntry.State.WON]
    lost = [one for one in entries if one.state != LotteryEntry.State.WON]

    def words() -> tuple[str, str]:
        told = _told(lottery)
        parts: list[str] = []
        if won:
            parts += [
                _("「%(lottery)s」の抽選で、次の場所が当たりました。") % told,
                "\n".join(_line(one, lottery) for one in won),
                _(
                    "%(until)sまで、あなたのためにおさえてあります。それまでに予約を決めてください。"
                    "決めないと、ほかの人が予約できるようになります。"
                )
                % told,
            ]
        if lost:
            parts += [
                _("次の申し込みは、外れました。"),
                "\n".join(
                    f"{_line(one, lottery)}（{OUTCOMES[(one.outcome or {}).get('code', 'taken')]}）"
                    for one in lost
                ),
                _("空いている時間は、今から先に申し込んだ人が予約できます。"),
            ]
        parts += [
            link("spaces:my-lotteries"),
            _("抽選が正しいことは、だれでもたしかめられます。"),
            link("spaces:lottery-check", code=lottery.municipality.code, lottery_id=lottery.pk),
        ]
        subject = _("「%(lottery)s」で当たりました") if won else _("「%(lottery)s」は外れました")
        return subject % told, paragraphs(*parts)

    _tell(lottery, person, f"space.lottery_drawn:{lottery.pk}:{person.pk}", "space.lottery_drawn", words)


def tell_lapsed(lottery: Lottery, entry: LotteryEntry) -> None:
    """What was won was not confirmed in time."""

    def words() -> tuple[str, str]:
        told = _told(lottery)
        return _("「%(lottery)s」で当たった場所の期限が過ぎました") % told, paragraphs(
            _("%(until)sまでに予約が決まらなかったので、次の場所は、だれでも予約できるようになりました。")
            % told,
            _line(entry, lottery),
            link("spaces:space", code=lottery.municipality.code, space_id=entry.space_id),
        )

    _tell(lottery, entry.person, f"space.lottery_lapsed:{entry.pk}", "space.lottery_lapsed", words)


def tell_called_off(lottery: Lottery, person: Person, reason: str) -> None:
    """There will be no draw."""

    def words() -> tuple[str, str]:
        told = _told(lottery)
        return _("「%(lottery)s」の抽選は取りやめになりました") % told, paragraphs(
            _("申し込んでいただいた「%(lottery)s」の抽選は、取りやめになりました。") % told,
            _("理由：%(reason)s") % {"reason": reason},
            _("空いている時間は、今から先に申し込んだ人が予約できます。"),
            link("spaces:lottery", code=lottery.municipality.code, lottery_id=lottery.pk),
        )

    _tell(
        lottery,
        person,
        f"space.lottery_called_off:{lottery.pk}:{person.pk}",
        "space.lottery_called_off",
        words,
    )
