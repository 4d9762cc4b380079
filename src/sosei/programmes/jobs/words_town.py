"""What a person reads of staff who looked at the records of free placement."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sosei.core.people import look_words

LOOK = "jobs_placement"
look_words.register(LOOK, _("無料職業紹介の記録を見た"))
