"""ICT equipment: a priced catalogue, what a space needs, proposals with their reckoning, and measured acceptance."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Municipality, Organisation
from sosei.core.people.models.history import append_only, keep_history, never_deleted
from sosei.programmes.spaces.models.columns import who
from sosei.programmes.spaces.models.hosts import Host
from sosei.programmes.spaces.models.listings import Space
from sosei.programmes.spaces.querysets import (
    IctNeedQuerySet,
    IctQuerySet,
    OfSpaceQuerySet,
    PublicQuerySet,
)


@keep_history()
class IctPartner(models.Model):
    """A company that equips spaces for the town's hosts (ICT設備コンサル), admitted by staff."""

    organisation = models.OneToOneField(
        Organisation,
        primary_key=True,
        on_delete=models.PROTECT,
        related_name="ict_partner",
        verbose_name=_("団体"),
    )
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="ict_partners")
    name = models.CharField(_("名称"), max_length=120)
    name_en = models.CharField(_("名称（英語）"), max_length=120, blank=True)
    phone = models.CharField(_("電話"), max_length=20, blank=True)
    email = models.EmailField(_("メール"))
    about = models.TextField(_("紹介"), blank=True)
    admitted_at = models.DateTimeField(_("認めた時刻"))
    admitted_by = who(_("認めた人"))
    ended_at = models.DateTimeField(_("やめた時刻"), null=True, blank=True)

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = _("ICTの会社")
        verbose_name_plural = _("ICTの会社")
        ordering = ["name", "pk"]
        triggers = [never_deleted("ict_partner_never_deleted")]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name

    @property
    def partner_id(self) -> int:
        """Its own key, so that one predicate serves every table of a partner."""
        return self.pk  # type: ignore[no-any-return]


@keep_history()
class CatalogueItem(models.Model):
    """A thing or service a partner sells, with what it can do in numbers (rules_ict) and its price with tax."""

    class Kind(models.TextChoices):
        LINE = "line", _("回線")
        ROUTER = "router", _("ルーター")
        SWITCH = "switch", _("スイッチ（PoE）")
        ACCESS_POINT = "access_point", _("アクセスポイント")
        BOOTH = "booth", _("個室ブース")
        DISPLAY = "display", _("ディスプレー")
        CAMERA = "camera", _("カメラ・マイク")
        POWER = "power", _("電源")
        UPS = "ups", _("無停電電源")
        LOCK = "lock", _("スマートロック")
        SHREDDER = "shredder", _("シュレッダー")
        WORK = "work", _("工事・設定")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    partner = models.ForeignKey(IctPartner, on_delete=models.PROTECT, related_name="items")
    kind = models.CharField(_("種類"), max_length=12, choices=Kind)
    code = models.CharField(_("型番"), max_length=40)
    name = models.CharField(_("名前"), max_length=120)
    name_en = models.CharField(_("名前（英語）"), max_length=120, blank=True)
    capacity = models.JSONField(_("できること（数）"), default=dict, blank=True)
    first_yen = models.PositiveIntegerField(_("初めの費用（円）"), default=0)
    monthly_yen = models.PositiveIntegerField(_("月の費用（円）"), default=0)
    valid_until = models.DateField(_("価格の期限"), null=True, blank=True)
    ended_at = models.DateTimeField(_("売るのをやめた時刻"), null=True, blank=True)

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = _("カタログの品")
        verbose_name_plural = _("カタログの品")
        ordering = ["kind", "first_yen", "pk"]
        triggers = [never_deleted("ict_item_never_deleted")]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "code"], condition=Q(ended_at__isnull=True), name="ict_item_code_once"
            )
        ]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name


@keep_history()
class IctNeed(models.Model):
    """What a space shall be used for, and what was found on site; for a public space, its department asks.

    `uses` is all that goes on at the same time, a list of {"purpose", "users"} as rules_ict takes it; `use` and `people`
    are the first of them. `misses` says which unmet searches it comes from, `income_basis` what they would bring.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("下書き")
        OPEN = "open", _("提案を待っている")
        CHOSEN = "chosen", _("決めた")
        DONE = "done", _("工事が終わった")
        DROPPED = "dropped", _("取りやめた")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="ict_needs")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="ict_needs")
    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="ict_needs")
    use = models.CharField(_("使い道"), max_length=24)
    people = models.PositiveIntegerField(_("人数"))
    uses = models.JSONField(_("同時の使い道"), default=list)
    survey = models.JSONField(_("現地のようす"), default=dict)
    wishes = models.TextField(_("希望"), blank=True)
    misses = models.JSONField(_("もとになった検索"), default=list, blank=True)
    income_basis = models.JSONField(_("増える予約の見込み"), default=dict, blank=True)
    state = models.CharField(_("状態"), max_length=7, choices=State, default=State.DRAFT)
    answer_until = models.DateField(_("提案の期限"), null=True, blank=True)
    asked_at = models.DateTimeField(_("出した時刻"))
    asked_by = who(_("出した人"))

    objects = IctNeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("ICTの相談")
        verbose_name_plural = _("ICTの相談")
        ordering = ["-asked_at", "-pk"]
        triggers = [never_deleted("ict_need_never_deleted")]

    def __str__(self) -> str:
        return f"{self.space} {self.use}"


@keep_history()
class IctProposal(models.Model):
    """A bill of goods for a need: the program's suggestion, then the partner's answer, then the host's choice."""

    class Variant(models.TextChoices):
        ECONOMY = "economy", _("費用をおさえる")
        BALANCED = "balanced", _("ちょうどよい")
        ROBUST = "robust", _("止まりにくい")

    class State(models.TextChoices):
        SUGGESTED = "suggested", _("計算した案")
        ANSWERED = "answered", _("会社が答えた")
        DECLINED = "declined", _("会社がことわった")
        CHOSEN = "chosen", _("選ばれた")
        NOT_CHOSEN = "not_chosen", _("選ばれなかった")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="+")
    partner = models.ForeignKey(IctPartner, on_delete=models.PROTECT, related_name="proposals")
    need = models.ForeignKey(IctNeed, on_delete=models.PROTECT, related_name="proposals")
    variant = models.CharField(_("案"), max_length=8, choices=Variant)
    steps = models.JSONField(_("計算の道すじ"))
    first_yen = models.PositiveIntegerField(_("初めの費用（円）"))
    monthly_yen = models.PositiveIntegerField(_("月の費用（円）"))
    income_yen = models.PositiveIntegerField(_("月に増える収入の見込み（円）"))
    months = models.PositiveIntegerField(_("元がとれるまでの月数"), null=True, blank=True)
    state = models.CharField(_("状態"), max_length=10, choices=State, default=State.SUGGESTED)
    answer = models.TextField(_("会社の返事"), blank=True)
    answered_at = models.DateTimeField(_("返事の時刻"), null=True, blank=True)
    promised_down = models.DecimalField(
        _("約束する下り（Mbps）"), max_digits=8, decimal_places=2, null=True, blank=True
    )
    promised_up = models.DecimalField(
        _("約束する上り（Mbps）"), max_digits=8, decimal_places=2, null=True, blank=True
    )
    promised_ping = models.DecimalField(
        _("約束するping（ms）"), max_digits=7, decimal_places=2, null=True, blank=True
    )
    valid_until = models.DateField(_("見積もりの期限"), null=True, blank=True)
    install_on = models.DateField(_("工事の日"), null=True, blank=True)
    made_at = models.DateTimeField(_("作った時刻"))
    decided_at = models.DateTimeField(_("決めた時刻"), null=True, blank=True)

    objects = IctQuerySet.as_manager()

    class Meta:
        verbose_name = _("ICTの提案")
        verbose_name_plural = _("ICTの提案")
        ordering = ["first_yen", "pk"]
        triggers = [never_deleted("ict_proposal_never_deleted")]
        constraints = [
            models.UniqueConstraint(
                fields=["need", "partner", "variant"],
                condition=~Q(state__in=["declined", "not_chosen"]),
                name="ict_proposal_once",
            ),
            models.UniqueConstraint(
                fields=["need"], condition=Q(state="chosen"), name="ict_proposal_one_chosen"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.need} {self.variant}"


class IctLine(models.Model):
    """A line of a proposal: what, how many, at which price, as it was offered."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="+")
    partner = models.ForeignKey(IctPartner, on_delete=models.PROTECT, related_name="+")
    proposal = models.ForeignKey(IctProposal, on_delete=models.CASCADE, related_name="lines")
    item = models.ForeignKey(CatalogueItem, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(_("順"))
    kind = models.CharField(_("種類"), max_length=12)
    name = models.CharField(_("名前"), max_length=120)
    quantity = models.PositiveIntegerField(_("数"))
    first_yen = models.PositiveIntegerField(_("初めの費用（円）"))
    monthly_yen = models.PositiveIntegerField(_("月の費用（円）"))
    why = models.JSONField(_("なぜこの数か"), default=dict, blank=True)

    objects = IctQuerySet.as_manager()

    class Meta:
        verbose_name = _("提案の行")
        verbose_name_plural = _("提案の行")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["proposal", "position"], name="ict_line_once")]

    def __str__(self) -> str:
        return self.name


@keep_history()
class Installation(models.Model):
    """The work on site after a choice, and the host's acceptance by measurement."""

    class State(models.TextChoices):
        PLANNED = "planned", _("工事の前")
        BUILT = "built", _("工事が終わった")
        ACCEPTED = "accepted", _("検収した")
        REFUSED = "refused", _("やり直し")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="+")
    partner = models.ForeignKey(IctPartner, on_delete=models.PROTECT, related_name="+")
    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="installations")
    proposal = models.OneToOneField(IctProposal, on_delete=models.PROTECT, related_name="installation")
    state = models.CharField(_("状態"), max_length=8, choices=State, default=State.PLANNED)
    planned_on = models.DateField(_("工事の日"))
    built_at = models.DateTimeField(_("工事が終わった時刻"), null=True, blank=True)
    promised_down = models.DecimalField(_("約束した下り（Mbps）"), max_digits=8, decimal_places=2)
    promised_up = models.DecimalField(_("約束した上り（Mbps）"), max_digits=8, decimal_places=2)
    promised_ping = models.DecimalField(_("約束したping（ms）"), max_digits=7, decimal_places=2)
    decided_at = models.DateTimeField(_("検収した時刻"), null=True, blank=True)
    decided_by = who(_("検収した人"))
    decision_reason = models.CharField(_("検収のことば"), max_length=300, blank=True)

    objects = IctQuerySet.as_manager()

    class Meta:
        verbose_name = _("工事")
        verbose_name_plural = _("工事")
        ordering = ["-planned_on", "pk"]
        triggers = [never_deleted("ict_installation_never_deleted")]

    def __str__(self) -> str:
        return f"{self.space} {self.planned_on}"


class SpeedLog(models.Model):
    """One measurement of a space's network; never changed, so that what is listed is what was measured."""

    class Way(models.TextChoices):
        BROWSER = "browser", _("この画面で測った")
        FILE = "file", _("測定の記録を取り込んだ")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="+")
    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="speed_logs")
    installation = models.ForeignKey(
        Installation, null=True, blank=True, on_delete=models.PROTECT, related_name="speed_logs"
    )
    way = models.CharField(_("測り方"), max_length=7, choices=Way)
    measured_at = models.DateTimeField(_("測った時刻"))
    spot = models.CharField(_("測った場所"), max_length=60, blank=True)
    down = models.DecimalField(_("下り（Mbps）"), max_digits=8, decimal_places=2)
    up = models.DecimalField(_("上り（Mbps）"), max_digits=8, decimal_places=2)
    ping = models.DecimalField(_("ping（ms）"), max_digits=7, decimal_places=2)
    key = models.UUIDField(null=True, blank=True, unique=True)
    made_by = who(_("測った人"))

    objects = OfSpaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("速度の記録")
        verbose_name_plural = _("速度の記録")
        ordering = ["-measured_at", "-pk"]
        triggers = [append_only("space_speed_log_append_only")]
        constraints = [
            models.CheckConstraint(
                condition=Q(down__gte=0, up__gte=0, ping__gte=0), name="space_speed_never_negative"
            )
        ]

    def __str__(self) -> str:
        return f"{self.space} {self.down}/{self.up}"
