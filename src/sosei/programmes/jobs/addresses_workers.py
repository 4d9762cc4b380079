"""Whom the pages of workers are for; their cards, their way in the menu, and what files may be about a licence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import rules
from django.urls import reverse
from django.utils.translation import gettext as _

from sosei.core.people import account_menu, addresses, roles
from sosei.core.people.addresses import EVERYBODY, SIGNED_IN_OR_PROXY, office
from sosei.core.records.attachments.subjects import Subject, register_subject
from sosei.programmes.jobs.home import register_worker_card
from sosei.programmes.jobs.models import Licence
from sosei.programmes.jobs.views.workers.home import licences_card

CHECKERS = roles.SEES_PERSONAL_DATA

ADDRESSES = {
    **dict.fromkeys(
        (
            "my-work",
            "my-work-profile",
            "my-notice-delivery",
            "my-free-days",
            "my-limits",
            "my-account",
            "my-account-remove",
            "my-licences",
            "my-licence-new",
            "my-licence",
            "my-licence-remove",
        ),
        SIGNED_IN_OR_PROXY,
    ),
    "furigana": EVERYBODY,
    "office-licences": office(*CHECKERS),
    "office-licence": office(*CHECKERS),
}
addresses.register("jobs", ADDRESSES)

register_worker_card(licences_card)


def _way_to_work(request: Any) -> Iterable[tuple[Any, str]]:
    yield _("わたしの仕事"), reverse("jobs:my-work")


account_menu.register_links(_way_to_work)


def _may_see(user: Any, licence: Any) -> bool:
    return bool(rules.has_perm("jobs.view_licence", user, licence))


register_subject(Subject(Licence, _may_see, Licence.objects.visible_to))
