"""The messages about hosts and the publication of their spaces, in both languages."""

from __future__ import annotations

from django.utils.translation import gettext as _

from sosei.core.people.letters import Letter, in_both_languages, link, paragraphs
from sosei.programmes.spaces.models import Host, Space


def host_decided(host: Host) -> Letter:
    """The town's answer to a registration."""

    def words() -> tuple[str, str]:
        told = {"host": host, "town": host.municipality}
        home = link("spaces:host", code=host.municipality.code, host_id=host.pk)
        if host.is_approved:
            return _("「%(host)s」の登録が認められました") % told, paragraphs(
                _("%(town)sが「%(host)s」の登録を確かめました。場所の公開を申し込めます。") % told, home
            )
        return _("「%(host)s」の登録は認められませんでした") % told, paragraphs(
            _("%(town)sが「%(host)s」の登録を確かめましたが、今のままでは認められません。") % told,
            _("理由：%(reason)s") % {"reason": host.decision_reason},
            _("内容を直すと、もう一度確認を申し込めます。"),
            home,
        )

    return in_both_languages(words)


def space_decided(space: Space) -> Letter:
    """The town's answer to the wish to publish a space."""

    def words() -> tuple[str, str]:
        told = {"space": space, "town": space.municipality}
        code = space.municipality.code
        if space.is_published:
            return _("「%(space)s」が公開されました") % told, paragraphs(
                _("%(town)sが「%(space)s」の内容を確かめました。だれでも見つけて、予約できます。") % told,
                link("spaces:space", code=code, space_id=space.pk),
            )
        return _("「%(space)s」は公開されませんでした") % told, paragraphs(
            _("%(town)sが「%(space)s」の内容を確かめましたが、今のままでは公開できません。") % told,
            _("理由：%(reason)s") % {"reason": space.decision_reason},
            _("内容を直すと、もう一度公開を申し込めます。"),
            link("spaces:space-edit", code=code, host_id=space.host_id, space_id=space.pk),
        )

    return in_both_languages(words)
