"""The table of entries: what was done, by whom, for whom, why and when; never changed, never deleted."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Municipality, Person
from sosei.core.people.models.history import append_only
from sosei.core.records import rules, verbs
from sosei.core.records.names import person_of
from sosei.core.records.querysets.entries import EntryQuerySet


class Entry(models.Model):
    """One thing that was done, in words.

    The sentence is stored with %(actor)s and %(person)s in it: names are read from the person's row whenever the
    entry is shown, so that erasing a person erases the name here too, though nothing in this table ever changes.
    """

    class Scope(models.TextChoices):
        PLANNING = rules.Scope.PLANNING, _("計画")
        ADMINISTRATION = rules.Scope.ADMINISTRATION, _("管理")
        PEOPLE = rules.Scope.PEOPLE, _("住民・利用者")
        ORGANISATIONS = rules.Scope.ORGANISATIONS, _("団体")

    municipality = models.ForeignKey(
        Municipality,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="entries",
        verbose_name=_("自治体"),
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="entries_written",
        verbose_name=_("行った人"),
        help_text="Empty: Sosei itself",
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="entries_by_proxy",
        verbose_name=_("代わりに操作してもらった人"),
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="entries_about",
        verbose_name=_("だれについて"),
    )
    verb = models.CharField(_("したこと"), max_length=60)
    scope = models.CharField(_("分野"), max_length=16, choices=Scope)
    text = models.TextField(_("文"), help_text="With %(actor)s, %(person)s and keys of data; no names")
    text_en = models.TextField(_("文（英語）"))
    reason = models.TextField(_("理由"), blank=True)
    object_type = models.ForeignKey(
        ContentType,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("対象の種類"),
    )
    object_id = models.CharField(_("対象の番号"), max_length=40, blank=True)
    object = GenericForeignKey("object_type", "object_id")
    data = models.JSONField(_("内容"), default=dict, blank=True)
    request_id = models.CharField(_("要求の番号"), max_length=64, blank=True)
    at = models.DateTimeField(_("時刻"))

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("記録")
        verbose_name_plural = _("記録")
        ordering = ["-pk"]
        triggers = [append_only("entry_append_only")]
        constraints = [
            models.CheckConstraint(
                condition=Q(object_type__isnull=True, object_id="")
                | (Q(object_type__isnull=False) & ~Q(object_id="")),
                name="entry_object_whole_or_none",
            ),
            models.CheckConstraint(condition=~Q(text="") & ~Q(text_en=""), name="entry_in_words"),
        ]
        indexes = [
            models.Index(fields=["object_type", "object_id", "-id"], name="entry_by_object"),
            models.Index(fields=["municipality", "-id"], name="entry_by_town"),
            models.Index(fields=["municipality", "at"], name="entry_by_town_and_time"),
            models.Index(fields=["person", "-id"], name="entry_by_person"),
            models.Index(fields=["actor", "-id"], name="entry_by_actor"),
            models.Index(fields=["on_behalf_of", "-id"], name="entry_by_proxy"),
        ]

    def __str__(self) -> str:
        return self.sentence

    @property
    def sentence(self) -> str:
        """What happened, in the reader's language, with the names as they are now."""
        return self._template() % self._words()

    def sentence_for(self, reader: Person) -> str:
        """The same, naming to a person who takes it away only themselves and the staff who did something for them."""
        words = self._words()
        if reader.pk not in (self.person_id, self.on_behalf_of_id) and self.actor_id != reader.pk:
            words["actor"] = gettext("（ほかの人）")
        for name in ("person", "on_behalf_of"):
            if getattr(self, f"{name}_id") not in (None, reader.pk):
                words[name] = gettext("（ほかの人）")
        return self._template() % words

    def _template(self) -> str:
        return self.text_en if (get_language() or "ja").startswith("en") else self.text

    def _words(self) -> dict[str, str]:
        return {
            **verbs.labelled(self.verb, self.data),
            "actor": name_of_actor(person_of(self, "actor")),
            "person": name_of(person_of(self, "person")),
            "on_behalf_of": name_of(person_of(self, "on_behalf_of")),
        }

    @property
    def actor_name(self) -> str:
        """Who did it, as the person is called now."""
        return name_of_actor(person_of(self, "actor"))

    @property
    def person_name(self) -> str:
        """For whom, as the person is called now; empty for nobody."""
        return name_of(person_of(self, "person")) if self.person_id else ""

    @property
    def on_behalf_of_name(self) -> str:
        """Who had it done, as the person is called now; empty for nobody."""
        return name_of(person_of(self, "on_behalf_of")) if self.on_behalf_of_id else ""


def name_of_actor(person: Person | None) -> str:
    """The name of who did something; Sosei itself where it was nobody."""
    return name_of(person) if person is not None else gettext("システム")


def name_of(person: Any) -> str:
    """A person's name now; a person whose data were erased has none."""
    if person is None:
        return gettext("（なし）")
    if person.erased_at is not None:
        return gettext("（情報を消した人）")
    return str(person)
