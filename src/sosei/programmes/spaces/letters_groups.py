"""The messages about registered groups, in both languages."""

from __future__ import annotations

from django.utils.translation import gettext as _

from sosei.core.people.letters import in_both_languages, link, paragraphs
from sosei.core.records.services import send_message
from sosei.programmes.spaces.booking_times import day_text
from sosei.programmes.spaces.models import UserGroup


def tell_decided(group: UserGroup) -> None:
    """The town's answer to a registration."""

    def words() -> tuple[str, str]:
        told = {"group": group.name, "town": group.municipality}
        if group.state == UserGroup.State.APPROVED and group.valid_until is not None:
            told["until"] = day_text(group.valid_until)
            return _("団体「%(group)s」が登録されました") % told, paragraphs(
                _("%(town)sが、団体「%(group)s」を登録しました。期限は%(until)sです。") % told,
                _("予約や抽選のときに、この団体を選べます。"),
                link("spaces:my-groups"),
            )
        return _("団体「%(group)s」は登録できませんでした") % told, paragraphs(
            _("%(town)sが、団体「%(group)s」の登録を確かめましたが、今のままでは認められません。") % told,
            _("理由：%(reason)s") % {"reason": group.decision_reason},
            link("spaces:my-groups"),
        )

    at = group.decided_at.isoformat() if group.decided_at else ""
    send_message(
        key=f"space_group.decided:{group.pk}:{at}",
        kind="space_group.decided",
        recipient=group.person,
        municipality=group.municipality,
        about=group,
        **in_both_languages(words).as_arguments(),
    )


def tell_ending(group: UserGroup) -> None:
    """A registration runs out soon."""

    def words() -> tuple[str, str]:
        told = {"group": group.name, "until": day_text(group.valid_until)}
        return _("団体「%(group)s」の登録の期限が近づいています") % told, paragraphs(
            _("団体「%(group)s」の登録は、%(until)sまでです。続けるときは、もう一度申し込んでください。")
            % told,
            link("spaces:my-groups"),
        )

    send_message(
        key=f"space_group.ending:{group.pk}:{group.valid_until}",
        kind="space_group.ending",
        recipient=group.person,
        municipality=group.municipality,
        about=group,
        **in_both_languages(words).as_arguments(),
    )
