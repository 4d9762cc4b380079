"""Persons and what is known of them; nothing is asked for that no rule or purpose needs."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models.history import keep_history
from sosei.core.people.querysets.persons import AboutAPersonQuerySet, PersonManager
from sosei.core.people.roles import Standing


@keep_history(exclude=("password", "last_login", "session_stamp"))
class Person(AbstractBaseUser):
    """Somebody who acts or is acted for: with an account, or entered by staff on the phone and without one."""

    class Language(models.TextChoices):
        JAPANESE = "ja", "日本語"
        ENGLISH = "en", "English"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("メールアドレス"), null=True, blank=True, unique=True)
    phone = models.CharField(_("電話番号"), max_length=16, null=True, blank=True)
    phone_verified = models.BooleanField(_("電話番号を確かめた"), default=False)
    family_name = models.CharField(_("姓"), max_length=60, blank=True)
    given_name = models.CharField(_("名"), max_length=60, blank=True)
    family_kana = models.CharField(_("セイ"), max_length=60, blank=True)
    given_kana = models.CharField(_("メイ"), max_length=60, blank=True)
    language = models.CharField(_("使う言葉"), max_length=2, choices=Language, default=Language.JAPANESE)
    is_active = models.BooleanField(_("使える"), default=True)
    joined_at = models.DateTimeField(_("登録した時刻"), auto_now_add=True)
    erased_at = models.DateTimeField(_("消した時刻"), null=True, blank=True)
    # Part of what a session is checked by: one more, and every session begun before is over.
    session_stamp = models.PositiveIntegerField(default=0, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    objects = PersonManager()

    class Meta:
        verbose_name = _("人")
        verbose_name_plural = _("人")
        ordering = ["family_kana", "given_kana", "pk"]
        constraints = [
            # Families share a telephone, and staff enter numbers; one person alone signs in with it.
            models.UniqueConstraint(
                fields=["phone"], condition=Q(phone_verified=True), name="person_phone_confirmed_once"
            ),
            models.CheckConstraint(
                condition=Q(phone__isnull=True) | Q(phone__regex=r"^\+[0-9]{6,15}$"), name="person_phone_e164"
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True)
                | Q(
                    email__isnull=True,
                    phone__isnull=True,
                    family_name="",
                    given_name="",
                    family_kana="",
                    given_kana="",
                    is_active=False,
                ),
                name="person_erased_is_empty",
            ),
        ]
        indexes = [
            models.Index(fields=["phone"], name="person_by_phone"),
            models.Index(fields=["family_kana", "given_kana", "id"], name="person_by_kana"),
        ]

    def __str__(self) -> str:
        if self.erased_at is not None:
            return str(_("（情報を消した人）"))
        return self.full_name or str(_("（名前なし）"))

    @property
    def full_name(self) -> str:
        """Family name first, as it is written in Japan."""
        return f"{self.family_name} {self.given_name}".strip()

    @property
    def full_kana(self) -> str:
        """The reading of the name."""
        return f"{self.family_kana} {self.given_kana}".strip()

    @cached_property
    def standing(self) -> Standing:
        """The roles that count at this moment; read once per object."""
        from sosei.core.people.standing import read_standing

        return read_standing(self)

    def has_usable_account(self) -> bool:
        """Whether the person can sign in; somebody entered by staff on the phone cannot."""
        return self.is_active and bool(self.email or self.phone)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        salt = "sosei.core.people.Person.session"
        return salted_hmac(
            salt, f"{self.password}|{self.session_stamp}", secret=secret, algorithm="sha256"
        ).hexdigest()

    # Asked by libraries that know Django's own user model; nothing here is decided by them.
    is_staff = False
    is_superuser = False

    def has_perm(self, permission: str, target: Any = None) -> bool:
        """Whether the person may do that to `target`; the predicates of `permissions.py` decide."""
        import rules

        return bool(self.is_active and rules.has_perm(permission, self, target))


@keep_history()
class Address(models.Model):
    """Where a person lives: at home, or in a second place."""

    class Kind(models.TextChoices):
        HOME = "home", _("住所")
        SECOND = "second", _("二つ目の住まい")

    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="addresses", verbose_name=_("人")
    )
    kind = models.CharField(_("種類"), max_length=8, choices=Kind, default=Kind.HOME)
    postcode = models.CharField(_("郵便番号"), max_length=7)
    municipality_code = models.CharField(_("全国地方公共団体コード"), max_length=5, blank=True)
    prefecture = models.CharField(_("都道府県"), max_length=10)
    city = models.CharField(_("市区町村"), max_length=60)
    town = models.CharField(_("町域"), max_length=100, blank=True)
    street = models.CharField(_("番地"), max_length=100, blank=True)
    building = models.CharField(_("建物・部屋"), max_length=100, blank=True)

    objects = AboutAPersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("住所")
        verbose_name_plural = _("住所")
        constraints = [
            models.UniqueConstraint(fields=["person", "kind"], name="address_one_of_a_kind"),
            models.CheckConstraint(
                condition=Q(postcode__regex=r"^[0-9]{7}$"), name="address_postcode_seven_digits"
            ),
        ]

    def __str__(self) -> str:
        parts = (self.prefecture, self.city, self.town, self.street, self.building)
        return f"〒{self.postcode[:3]}-{self.postcode[3:]} {''.join(parts[:4])} {parts[4]}".strip()


@keep_history()
class BirthDate(models.Model):
    """A date of birth, kept only where a law asks for it, with the law's name."""

    person = models.OneToOneField(
        Person, on_delete=models.CASCADE, related_name="birth_date", verbose_name=_("人")
    )
    date = models.DateField(_("生年月日"))
    legal_basis = models.CharField(_("必要とする法律"), max_length=200)

    objects = AboutAPersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("生年月日")
        verbose_name_plural = _("生年月日")
        constraints = [
            models.CheckConstraint(condition=~Q(legal_basis=""), name="birth_date_has_legal_basis")
        ]

    def __str__(self) -> str:
        return str(self.date)
