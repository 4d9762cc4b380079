"""Roles held by persons in municipalities and organisations, and invitations to them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sosei.core.people import roles
from sosei.core.people.models.history import keep_history, never_deleted
from sosei.core.people.models.places import Municipality, Organisation
from sosei.core.people.querysets.memberships import InvitationQuerySet, MembershipQuerySet


class Role(models.TextChoices):
    """What a person is in a municipality; one person may be several of these in several towns."""

    PLANNER = roles.PLANNER, _("企画担当")
    KPI_OWNER = roles.KPI_OWNER, _("部署のKPI担当")
    PROGRAMME_STAFF = roles.PROGRAMME_STAFF, _("事業担当")
    REVIEWER = roles.REVIEWER, _("外部有識者")
    MAYORS_OFFICE = roles.MAYORS_OFFICE, _("市長室")
    EMPLOYER = roles.EMPLOYER, _("雇用主")
    SPACE_HOST = roles.SPACE_HOST, _("場所を貸す人")
    CITIZEN = roles.CITIZEN, _("住民・利用者")
    AUDITOR = roles.AUDITOR, _("監査担当")
    OPERATOR = roles.OPERATOR, _("システム管理者")


def role_needs() -> Q:
    """What a row needs to name: an operator no municipality, all others one, some an organisation too."""
    return (
        Q(role=roles.OPERATOR, municipality__isnull=True, organisation__isnull=True)
        | Q(role__in=sorted(roles.OF_AN_ORGANISATION), municipality__isnull=False, organisation__isnull=False)
        | Q(
            role__in=sorted(set(roles.ALL) - roles.OF_AN_ORGANISATION - {roles.OPERATOR}),
            municipality__isnull=False,
        )
    )


@keep_history(exclude=("last_used_on",))
class Membership(models.Model):
    """A role that a person holds or held; ended, never deleted."""

    class Ending(models.TextChoices):
        LEFT = "left", _("本人がやめた")
        REVOKED = "revoked", _("担当者が終えた")
        DORMANT = "dormant", _("長く使わなかった")
        ERASED = "erased", _("本人の情報を消した")

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("人")
    )
    role = models.CharField(_("役割"), max_length=20, choices=Role)
    municipality = models.ForeignKey(
        Municipality,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="memberships",
        verbose_name=_("自治体"),
    )
    organisation = models.ForeignKey(
        Organisation,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="memberships",
        verbose_name=_("団体"),
    )
    granted_at = models.DateTimeField(_("与えた時刻"))
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("与えた人"),
    )
    last_used_on = models.DateField(_("最後に使った日"), null=True, blank=True)
    ended_at = models.DateTimeField(_("終えた時刻"), null=True, blank=True)
    ended_because = models.CharField(_("終えた理由"), max_length=8, choices=Ending, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("役割")
        verbose_name_plural = _("役割")
        ordering = ["pk"]
        triggers = [never_deleted("membership_never_deleted")]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "role", "municipality", "organisation"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="membership_held_once",
            ),
            models.CheckConstraint(condition=role_needs(), name="membership_names_what_its_role_needs"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_because="")
                | (Q(ended_at__isnull=False) & ~Q(ended_because="")),
                name="membership_ends_with_a_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["municipality", "role", "person"],
                condition=Q(ended_at__isnull=True),
                name="membership_held_in_town",
            ),
            models.Index(fields=["municipality", "role", "-id"], name="membership_in_town_by_age"),
        ]

    def __str__(self) -> str:
        return str(self.get_role_display())


@keep_history(exclude=("token_hash",))
class Invitation(models.Model):
    """An offer of a role to an e-mail address; the link in the mail is known only by its hash."""

    role = models.CharField(_("役割"), max_length=20, choices=Role)
    municipality = models.ForeignKey(
        Municipality,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="invitations",
        verbose_name=_("自治体"),
    )
    organisation = models.ForeignKey(
        Organisation,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="invitations",
        verbose_name=_("団体"),
    )
    email = models.EmailField(_("メールアドレス"))
    language = models.CharField(_("言葉"), max_length=2, default="ja")
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("招いた人"),
    )
    invited_at = models.DateTimeField(_("招いた時刻"))
    expires_at = models.DateTimeField(_("期限"))
    accepted_at = models.DateTimeField(_("受けた時刻"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="accepted_invitations",
        verbose_name=_("受けた人"),
    )
    withdrawn_at = models.DateTimeField(_("取り消した時刻"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("招待")
        verbose_name_plural = _("招待")
        ordering = ["-pk"]
        triggers = [never_deleted("invitation_never_deleted")]
        constraints = [
            models.CheckConstraint(condition=role_needs(), name="invitation_names_what_its_role_needs"),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(withdrawn_at__isnull=True),
                name="invitation_accepted_or_withdrawn",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} ({self.email})"
