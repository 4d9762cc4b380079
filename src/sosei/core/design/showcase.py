"""What the page `/design` shows: a section for each component, and samples that are named as such."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sosei.core.design import chart_sample, contrast, showcase_maps
from sosei.core.design.fields import EraDateField
from sosei.core.design.pagination import Page, paginate

SAMPLE_ROWS = 10_000


@dataclass(frozen=True)
class Section:
    """A part of the page: its anchor, its title, when to use what it shows, and its template."""

    slug: str
    title: str
    when: str

    @property
    def template(self) -> str:
        """The template of the samples."""
        return f"design/showcase/{self.slug}.html"


def sections() -> list[Section]:
    """The parts of the page in their order."""
    return [
        Section(
            "type",
            _("文字"),
            _(
                "見出しは順に下げます。"
                "本文は16ピクセルからで、読む人の文字の大きさに合わせて全体が変わります。"
            ),
        ),
        Section(
            "colours",
            _("色"),
            _(
                "色だけで意味を伝えません。"
                "文字は4.5:1、枠や印は3:1のコントラストを、明るい画面でも暗い画面でも保ちます。"
            ),
        ),
        Section(
            "layout",
            _("並べ方"),
            _("読む文と書式は狭い幅に、一覧は広い幅に置きます。囲みは、ひとまとまりの内容に使います。"),
        ),
        Section(
            "buttons",
            _("ボタン"),
            _("一つの画面で主なボタンは一つです。取り消せない操作は赤いボタンにし、先に確かめます。"),
        ),
        Section(
            "tags",
            _("状態の札"),
            _("一覧の中で、状態を短い言葉で示します。色は言葉を助けるだけです。"),
        ),
        Section(
            "banners",
            _("お知らせの帯"),
            _("操作の結果や、先に知ってほしいことを、ページの上で伝えます。"),
        ),
        Section(
            "empty",
            _("まだ何もないとき"),
            _("一覧が空のとき、理由と次にできることを示します。"),
        ),
        Section(
            "progress",
            _("待ち時間"),
            _("二秒をこえる仕事で、進み具合か、動いていることを示します。"),
        ),
        Section(
            "fields",
            _("入力欄"),
            _("問いの言葉を欄の上に、助けの言葉をその下に、まちがいを欄のそばに置きます。"),
        ),
        Section(
            "dates",
            _("日付"),
            _("生年月日のように覚えている日付は、三つの欄に書いてもらいます。年は西暦でも元号でも書けます。"),
        ),
        Section(
            "files",
            _("ファイルを送る"),
            _("送れる種類と大きさを先に示し、選んだファイルの名前をその場で見せます。"),
        ),
        Section(
            "form",
            _("書式"),
            _("まちがいがあれば、上に一覧が出て、そこから欄へ移れます。この見本は何も保存しません。"),
        ),
        Section(
            "steps",
            _("手順"),
            _("三つから六つの画面に分かれる手続きで、いまどこかを示します。"),
        ),
        Section(
            "navigation",
            _("案内"),
            _(
                "いまいる場所、ことばの切り替え、メニュー、代わりの操作の帯です。"
                "スマートフォンではメニューが一つのボタンになります。"
            ),
        ),
        Section(
            "pagination",
            _("ページ送り"),
            _("25件をこえる一覧を分けます。どのページからでも、絞り込みはそのまま残ります。"),
        ),
        Section(
            "tables",
            _("表"),
            _("比べるための数と一覧に使います。狭い画面では、一行が一枚のカードになります。"),
        ),
        Section(
            "descriptions",
            _("項目と内容"),
            _("一つのものの詳しい内容を、項目ごとに並べます。"),
        ),
        Section(
            "dialogs",
            _("確かめる窓"),
            _(
                "取り消せない操作の前だけに使います。"
                "スクリプトが動かないところでは、ページの中に書式として出ます。"
            ),
        ),
        Section(
            "disclosures",
            _("折りたたみ"),
            _("読まなくても先へ進める詳しい説明を、たたんでおきます。大切なことは入れません。"),
        ),
        Section(
            "charts",
            _("図"),
            _(
                "線の名前は線の端に書き、凡例に頼りません。"
                "どの色の見え方でも区別できる色と、線の種類を使います。"
            ),
        ),
        Section(
            "map",
            _("地図"),
            _(
                "どこにあり、どれだけ離れているかを示します。"
                "地図の外から画像を取り寄せず、同じ内容をとなりの一覧でも読めます。"
            ),
        ),
        Section(
            "furigana",
            _("ふりがな"),
            _("働く人が読むページでは、読む人がふりがなをつけたり消したりできます。"),
        ),
    ]


CHOICES = (
    ("letter", gettext_lazy("手紙")),
    ("mail", gettext_lazy("メール")),
    ("phone", gettext_lazy("電話。かける時間は、平日の9時から17時までのあいだで相談して決めます")),
)
GROUPED = ((gettext_lazy("住まい"), CHOICES[:1]), (gettext_lazy("しごと"), CHOICES[1:2]))


class FieldsForm(forms.Form):
    """One field of every kind."""

    name = forms.CharField(
        label=gettext_lazy("名前"), help_text=gettext_lazy("住民票のとおりに書いてください。")
    )
    postcode = forms.CharField(
        label=gettext_lazy("郵便番号"), required=False, widget=forms.TextInput(attrs={"size": 10})
    )
    people = forms.IntegerField(label=gettext_lazy("人数"), required=False, min_value=1)
    reply = forms.ChoiceField(label=gettext_lazy("返事の方法"), choices=CHOICES)
    ways = forms.ChoiceField(
        label=gettext_lazy("連絡の方法"), choices=CHOICES, widget=forms.RadioSelect, initial="mail"
    )
    topics = forms.MultipleChoiceField(
        label=gettext_lazy("知りたいこと"),
        choices=GROUPED,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("いくつでも選べます。"),
    )
    story = forms.CharField(label=gettext_lazy("相談したいこと"), widget=forms.Textarea, required=False)
    agreed = forms.BooleanField(label=gettext_lazy("説明を読み、内容に同意します"))


class DateForm(forms.Form):
    """A date of birth and a date within bounds."""

    born = EraDateField(label=gettext_lazy("生年月日"), required=False)
    moves = EraDateField(
        label=gettext_lazy("引っ越す日"),
        min_value=date(2026, 4, 1),
        help_text=gettext_lazy("2026年（令和8年）4月1日からの日付が書けます。"),
    )


class FileForm(forms.Form):
    """A file with its limits."""

    paper = forms.FileField(
        label=gettext_lazy("身分が分かる書類"),
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.png", "data-max-bytes": "10000000"}),
        required=False,
    )


class TryForm(forms.Form):
    """The form that readers of the page may send; nothing of it is kept."""

    name = forms.CharField(label=gettext_lazy("名前"), max_length=50)
    born = EraDateField(label=gettext_lazy("生年月日"), required=False)
    ways = forms.ChoiceField(label=gettext_lazy("連絡の方法"), choices=CHOICES, widget=forms.RadioSelect)


class _StoredFile(str):
    """A file that is there already, as a file field shows it."""

    url = "#files"


def _disabled(form: forms.Form) -> forms.Form:
    for field in form.fields.values():
        field.disabled = True
    return form


def context(request: HttpRequest, tried: forms.Form) -> dict[str, Any]:
    """All that the page shows."""
    wrong = FieldsForm(
        {"wrong-people": "0", "wrong-reply": "pigeon", "wrong-topics": "x", "wrong-name": ""}, prefix="wrong"
    )
    return {
        "sections": sections(),
        "modes": [(mode, contrast.pairs(mode)) for mode in contrast.MODES],
        "fields_form": FieldsForm(prefix="plain"),
        "wrong_form": wrong,
        "disabled_form": _disabled(
            FieldsForm(prefix="off", initial={"name": _("見本 太郎"), "agreed": True})
        ),
        "date_form": DateForm(prefix="day", initial={"born": date(1980, 5, 3)}),
        "wrong_dates": DateForm(
            {
                "days-born_year": "令和",
                "days-born_month": "4",
                "days-born_day": "1",
                "days-moves_year": "R7",
                "days-moves_month": "2",
                "days-moves_day": "30",
            },
            prefix="days",
        ),
        "file_form": FileForm(prefix="file"),
        "kept_file_form": kept_file_form(),
        "try_form": tried,
        "steps": [
            SimpleNamespace(label=label, state=state)
            for label, state in (
                (_("名前と住所"), "done"),
                (_("希望する仕事"), "current"),
                (_("書類"), "todo"),
                (_("確かめて送る"), "todo"),
            )
        ],
        "sample_crumbs": [
            (_("ホーム"), "#navigation"),
            (_("見本市"), "#navigation"),
            (_("引っ越しの相談"), ""),
        ],
        "sample_town_pages": _town_pages(),
        "sample_account": _account(),
        "acting_for": SimpleNamespace(
            name=_("見本 花子"), until=datetime(2026, 4, 1, 7, 30, tzinfo=UTC), stop_url="#navigation"
        ),
        "page": sample_page(request),
        "empty_page": paginate(request, [], key="none"),
        "rows": rows(),
        "descriptions": descriptions(),
        "chart": chart_sample.spec(),
        "chart_table": chart_sample.table(),
        **showcase_maps.context(),
    }


def kept_file_form() -> forms.Form:
    """A file field that already holds a file, and may be emptied."""
    form = FileForm(prefix="kept", initial={"paper": _StoredFile(_("見本.pdf"))})
    form.fields["paper"].widget = forms.ClearableFileInput(attrs={"accept": "image/*"})
    return form


def sample_page(request: HttpRequest) -> Page:
    """Page links over numbers alone."""
    return paginate(request, range(SAMPLE_ROWS), key="page")


class _SampleTown(list[SimpleNamespace]):
    name = ""


def _town_pages() -> _SampleTown:
    labels = (_("人口ビジョン"), _("総合戦略"), _("成果"))
    links = _SampleTown(
        SimpleNamespace(label=label, url="#navigation", current=index == 1)
        for index, label in enumerate(labels)
    )
    links.name = _("見本市")
    return links


def _account() -> SimpleNamespace:
    links = [
        SimpleNamespace(label=label, url="#navigation", current=current)
        for label, current in ((_("わたしのページ"), True), (_("手続き"), False), (_("設定"), False))
    ]
    return SimpleNamespace(
        signed_in=True,
        name=_("見本 太郎"),
        links=links,
        unread=3,
        inbox_url="#navigation",
        sign_in_url="#navigation",
        sign_out_url="#navigation",
        acting_for=None,
    )


@dataclass(frozen=True)
class Row:
    """A row of the sample list."""

    number: str
    name: str
    count: int
    kind: str
    state: str


def rows() -> Sequence[Row]:
    """Three rows: an ordinary one, one with a long text, one with every cell short."""
    return [
        Row("2026-001", _("さくらんぼの収穫を手伝う人"), 12, "success", _("受付中")),
        Row(
            "2026-002",
            _("川のそばの古い家を直して、旅の人が泊まれる場所にする仕事に、半年のあいだ加わる人"),
            1,
            "warning",
            _("確認中"),
        ),
        Row("2026-003", _("店番"), 0, "neutral", _("終了")),
    ]


def descriptions() -> Sequence[SimpleNamespace]:
    """Items: short, of two lines, and with a link."""
    return [
        SimpleNamespace(label=_("名前"), value=_("見本 花子"), url=""),
        SimpleNamespace(label=_("住所"), value=_("見本県見本市一丁目\n見本荘 101号室"), url=""),
        SimpleNamespace(label=_("担当"), value=_("移住相談の窓口"), url="#descriptions"),
    ]
