"""Forms about persons; what may stand in them is decided by names.py, postcodes.py and the services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from sosei.core.design.fields import EraDateField
from sosei.core.people.models import Person, ProxySession
from sosei.core.people.names import Name, UnfitNameError, fold_name_text, fold_reading, name_problems
from sosei.core.people.phones import PhoneField
from sosei.core.people.services.addresses import Written
from sosei.engines.conventions.prefectures import PREFECTURES, PREFECTURES_EN


class AboutForm(forms.Form):
    """Says about whom it is: a form opened for one person never changes another, whoever is acted for by then."""

    about = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["about"].initial = person.uid


class NamePart(forms.CharField):
    """A name as it is written."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=60, strip=False, **kwargs)

    def clean(self, value: Any) -> str:
        """The name, its spaces tidied."""
        try:
            return fold_name_text(super().clean(value))
        except UnfitNameError as error:
            raise ValidationError(str(error)) from error


class ReadingPart(forms.CharField):
    """The reading of a name, in katakana however it was typed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=60, required=False, **kwargs)

    def clean(self, value: Any) -> str:
        """The reading in full-width katakana."""
        try:
            return fold_reading(super().clean(value))
        except UnfitNameError as error:
            raise ValidationError(str(error)) from error


KANA_HELP = gettext_lazy("カタカナかひらがなで。名前がローマ字の人は、空のままでもかまいません")


class NamesMixin(forms.Form):
    """Name and reading."""

    family_name = NamePart(
        label=gettext_lazy("姓（みょうじ）"),
        error_messages={
            "required": gettext_lazy("姓を入力してください。名が一つだけの人は、ここに入力してください。")
        },
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    given_name = NamePart(
        required=False,
        label=gettext_lazy("名（なまえ）"),
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    family_kana = ReadingPart(label=gettext_lazy("姓の読みかた"), help_text=KANA_HELP)
    given_kana = ReadingPart(label=gettext_lazy("名の読みかた"))

    def clean(self) -> dict[str, Any]:
        """What is missing is said beside its box."""
        cleaned = super().clean() or {}
        if not self.errors:
            for field, problem in name_problems(self.name).items():
                self.add_error(field, problem)
        return cleaned

    @property
    def name(self) -> Name:
        """The name, once the form is clean."""
        return Name(*(self.cleaned_data[part] for part in Name.__dataclass_fields__))


class ProfileForm(NamesMixin, AboutForm):
    """A person's name, reading and language."""

    language = forms.ChoiceField(
        label=gettext_lazy("使う言葉"),
        choices=Person.Language.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("画面とメールの言葉です"),
    )
    field_order = ("about", "family_name", "given_name", "family_kana", "given_kana", "language")


class PersonAtDeskForm(ProfileForm):
    """What staff change of a person they serve."""

    phone = PhoneField(required=False, help_text=gettext_lazy("例：0246-00-0000"))
    reason = forms.CharField(
        label=gettext_lazy("変える理由"),
        max_length=300,
        help_text=gettext_lazy("本人も見ます。例：電話で、結婚して姓が変わったと聞いた"),
    )
    field_order = (*ProfileForm.field_order, "phone", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        phone = self.fields["phone"]
        assert isinstance(phone, PhoneField)
        phone.kept = self.initial.get("phone") or ""


class AddressForm(AboutForm):
    """An address, filled from the postcode or typed."""

    postcode = forms.CharField(
        label=gettext_lazy("郵便番号"),
        max_length=20,
        help_text=gettext_lazy("例：970-8026"),
        widget=forms.TextInput(attrs={"size": 10, "inputmode": "numeric", "autocomplete": "postal-code"}),
    )
    prefecture = forms.ChoiceField(
        label=gettext_lazy("都道府県"), widget=forms.Select(attrs={"autocomplete": "address-level1"})
    )
    city = forms.CharField(
        label=gettext_lazy("市区町村"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "address-level2"}),
    )
    town = forms.CharField(
        label=gettext_lazy("町の名前"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "address-level3"}),
    )
    street = forms.CharField(
        label=gettext_lazy("番地"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("例：1-2-3"),
        widget=forms.TextInput(attrs={"autocomplete": "address-line1"}),
    )
    building = forms.CharField(
        label=gettext_lazy("建物の名前・部屋"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "address-line2"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_english = (get_language() or "ja").startswith("en")
        shown = PREFECTURES_EN if in_english else PREFECTURES
        self.fields["prefecture"].choices = [  # type: ignore[attr-defined]
            ("", _("選んでください")),
            *((PREFECTURES[number], shown[number]) for number in PREFECTURES),
        ]

    @property
    def written(self) -> Written:
        """The address, once the form is clean."""
        return Written(**{part: self.cleaned_data[part] for part in Written.__dataclass_fields__})


class AddressAtDeskForm(AddressForm):
    """An address that staff enter."""

    reason = forms.CharField(
        label=gettext_lazy("変える理由"),
        max_length=300,
        help_text=gettext_lazy("本人も見ます。例：電話で、引っ越したと聞いた"),
    )


class BirthDateForm(AboutForm):
    """A date of birth."""

    date = EraDateField(
        label=gettext_lazy("生年月日"), widget=EraDateField.widget(attrs={"autocomplete": "bday"})
    )


class ActForm(forms.Form):
    """Why staff acts for a person."""

    channel = forms.ChoiceField(
        label=gettext_lazy("本人との連絡の方法"),
        choices=ProxySession.Channel.choices,
        widget=forms.RadioSelect,
        initial=ProxySession.Channel.PHONE,
    )
    reason = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=300,
        help_text=gettext_lazy("本人も見ます。例：電話で、住所の変更を頼まれた"),
    )


class RegisterForm(NamesMixin, forms.Form):
    """Somebody who calls or comes to the counter."""

    phone = PhoneField(
        required=False,
        help_text=gettext_lazy("家族と同じ番号で、家族がもう登録しているときは、空のままにします"),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("使う言葉"),
        choices=Person.Language.choices,
        widget=forms.RadioSelect,
        initial=Person.Language.JAPANESE,
    )
    channel = ActForm.base_fields["channel"]
    reason = forms.CharField(
        label=gettext_lazy("登録する理由"),
        max_length=300,
        help_text=gettext_lazy("本人も見ます。例：電話で、仕事の相談を申し込まれた"),
    )

    def __init__(self, *args: Any, texts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.texts = {str(text.pk): text for text in texts}
        if self.texts:
            self.fields["consents"] = forms.MultipleChoiceField(
                label=_("本人に説明して、同意をもらったもの"),
                choices=[(key, str(text)) for key, text in self.texts.items()],
                widget=forms.CheckboxSelectMultiple,
                required=False,
                help_text=_("目的を読み上げてから、チェックを入れます"),
            )

    @property
    def agreed(self) -> list[Any]:
        """The texts that the person agreed to."""
        return [self.texts[key] for key in self.cleaned_data.get("consents", ())]


class ConsentTextForm(forms.Form):
    """A new version of a town's text."""

    key = forms.SlugField(
        label=gettext_lazy("名前（英小文字）"),
        max_length=40,
        help_text=gettext_lazy("プログラムが使う名前。例：relocation-followup。同じ名前は新しい版になります"),
    )
    title = forms.CharField(label=gettext_lazy("題"), max_length=120)
    title_en = forms.CharField(label=gettext_lazy("題（英語）"), max_length=120)
    purpose = forms.CharField(label=gettext_lazy("使う目的"), widget=forms.Textarea(attrs={"rows": 3}))
    purpose_en = forms.CharField(
        label=gettext_lazy("使う目的（英語）"), widget=forms.Textarea(attrs={"rows": 3})
    )
    body = forms.CharField(label=gettext_lazy("本文"), widget=forms.Textarea(attrs={"rows": 10}))
    body_en = forms.CharField(label=gettext_lazy("本文（英語）"), widget=forms.Textarea(attrs={"rows": 10}))
    is_required = forms.BooleanField(
        label=gettext_lazy("同意しない人は、この自治体のサービスを使えない"), required=False
    )
    reason = forms.CharField(
        label=gettext_lazy("新しい版にする理由"),
        max_length=300,
        help_text=gettext_lazy("例：国の制度が変わり、情報を県にも渡すことになった"),
    )


class EraseForm(AboutForm):
    """The word that nobody types by mistake."""

    word = forms.CharField(max_length=20, widget=forms.TextInput(attrs={"autocomplete": "off", "size": 12}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["word"].label = _("「%(word)s」と入力してください") % {"word": erase_word()}

    def clean_word(self) -> str:
        """The word, in any width and case."""
        from sosei.engines.conventions.folding import fold_width

        typed: str = self.cleaned_data["word"]
        if fold_width(typed).upper() != erase_word():
            raise ValidationError(
                _("「%(typed)s」ではありません。「%(word)s」と入力してください。")
                % {"typed": typed, "word": erase_word()}
            )
        return typed


def erase_word() -> str:
    """What is typed to confirm."""
    return _("消去")
