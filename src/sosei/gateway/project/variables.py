"""The one table of every variable Sosei reads from the environment, and what they must fulfil together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from sosei.gateway.project import kinds
from sosei.gateway.project.environment import Fault, Kind, UnusableValueError, Variable

OIDC = ("SOSEI_OIDC_ID", "SOSEI_OIDC_NAME", "SOSEI_OIDC_SERVER", "SOSEI_OIDC_CLIENT", "SOSEI_OIDC_SECRET")


def _database() -> Kind:
    def read(value: str) -> str:
        from sosei.gateway.project.database import settings_from_url

        if value:
            try:
                settings_from_url(value)
            except ImproperlyConfigured as error:
                japanese, _, english = str(error).partition("\n")
                raise UnusableValueError(japanese, english) from error
        return value

    return Kind(read, "PostgreSQL の住所", "the address of a PostgreSQL database")


def _identifier() -> Kind:
    def read(value: str) -> str:
        if value and not (value.isascii() and value.replace("-", "").isalnum() and len(value) <= 40):
            raise ValueError(value)
        return value.lower()

    return Kind(read, "英数字と - で40文字以内の名前", "letters, digits and - only, 40 at most")


VARIABLES: tuple[Variable, ...] = (
    Variable(
        "DATABASE_URL",
        _database(),
        "PostgreSQL の住所。空なら内蔵の PostgreSQL",
        "`postgresql://user:password@host:5432/name?sslmode=require`; empty: the embedded PostgreSQL",
        secret=True,
    ),
    Variable(
        "SOSEI_HOME",
        kinds.folder(),
        "Sosei のフォルダー",
        "Sosei's own folder, see below",
        default="var",
        shown_default="`var` under the working directory",
    ),
    Variable(
        "SOSEI_SECRET_KEY",
        kinds.long_text(50),
        "署名の鍵。サイトの全プロセスで同じもの",
        "signs cookies and links; the same for every process of a site; 50 characters or more",
        shown_default="made once into `SOSEI_HOME/secret-key`",
        secret=True,
    ),
    Variable(
        "SOSEI_ADDRESS",
        kinds.web_address(),
        "サイトの住所。メールの中のリンクに使う",
        "address of the site, for links in mails",
        default="http://localhost:8000",
    ),
    Variable(
        "SOSEI_ALLOWED_HOSTS",
        kinds.hosts(),
        "サイトが答えるホスト名（コンマ区切り）",
        "host names the site answers to, by commas",
        default="localhost,127.0.0.1,[::1]",
    ),
    Variable(
        "SOSEI_TRUSTED_ORIGINS",
        kinds.origins(),
        "書式の送信元として認める住所（コンマ区切り）",
        "origins forms may come from, by commas, for example `https://vision.example.jp`",
    ),
    Variable(
        "SOSEI_HTTPS",
        kinds.flag(),
        "HTTPS を受ける Web サーバーの後ろで動かすとき 1",
        "`1` behind a web server that speaks HTTPS and sets `X-Forwarded-Proto` itself",
    ),
    Variable(
        "SOSEI_HSTS",
        kinds.choice("host", "subdomains", "preload"),
        "HTTPS だけで開く約束の範囲",
        "with `SOSEI_HTTPS`, how far browsers are told to use HTTPS only: this `host`, its `subdomains`, or also the "
        "browsers' `preload` list; the wider two are for the owner of the whole domain to decide",
        default="host",
    ),
    Variable(
        "SOSEI_PROXIES",
        kinds.whole_number(0, 5),
        "前に立つ自分の Web サーバーの段数",
        "how many web servers of your own stand in front and add to `X-Forwarded-For`; the visitor's address is "
        "read that many from the right",
        shown_default="1 with `SOSEI_HTTPS`, else 0",
    ),
    Variable(
        "SOSEI_DEMONSTRATION",
        kinds.flag(),
        "実演のサイト（架空の人だけ。メールはサイトの中で読む）",
        "`1` for a site that shows invented people only: mails are read inside the site, not sent",
    ),
    Variable(
        "SOSEI_DEBUG",
        kinds.flag(),
        "開発用。公開しない",
        "`1` to develop; never on where others can reach the site",
    ),
    Variable(
        "SOSEI_CONTACT",
        kinds.text(),
        "困ったときの連絡先。エラーの画面に出す",
        "whom to ask, shown on error pages, for example `情報政策課 0200-00-0000`",
    ),
    Variable(
        "SOSEI_MAIL_HOST",
        kinds.text(),
        "メールサーバー",
        "mail server; empty: no mail leaves, messages stay in the site and wait",
    ),
    Variable("SOSEI_MAIL_PORT", kinds.whole_number(1, 65535), "そのポート", "its port", default="587"),
    Variable(
        "SOSEI_MAIL_SECURITY",
        kinds.choice("starttls", "tls", "none"),
        "暗号化の方法",
        "`starttls`, `tls` from the first byte, or `none` (a server on this machine only)",
        default="starttls",
    ),
    Variable("SOSEI_MAIL_USER", kinds.text(), "メールサーバーの利用者名", "user of the mail server"),
    Variable("SOSEI_MAIL_PASSWORD", kinds.text(), "そのパスワード", "password of that user", secret=True),
    Variable(
        "SOSEI_MAIL_FROM",
        kinds.mail_address(),
        "差出人",
        "sender of the mails",
        default="Sosei <noreply@localhost>",
    ),
    Variable(
        "SOSEI_MAIL_TIMEOUT",
        kinds.whole_number(1, 120),
        "メールサーバーを待つ秒数",
        "seconds to wait for the mail server",
        default="15",
    ),
    Variable(
        "SOSEI_SMS",
        kinds.text(),
        "SMS の送り方",
        "how SMS leaves: `http` (see the next two), `mailbox` (the demonstration's page), or the dotted path of a "
        "gateway class; empty: no SMS, and people sign up by e-mail",
        shown_default="`mailbox` in the demonstration, else empty",
    ),
    Variable(
        "SOSEI_SMS_URL",
        kinds.text(),
        "SMS を渡すアドレス（https）",
        "where `http` posts each message as JSON: `to`, `text`, `reference`",
    ),
    Variable(
        "SOSEI_SMS_TOKEN", kinds.text(), "そのトークン", "the bearer token it is known by there", secret=True
    ),
    Variable(
        "SOSEI_PAYMENT_GATEWAY",
        kinds.choice("", "none", "embedded", "stripe"),
        "カードとコンビニの決済会社。練習用は embedded",
        "who takes cards and convenience-store payments: `none`, `stripe`, or `embedded`, the practice gateway that "
        "moves no money (demonstration and tests only)",
        shown_default="`embedded` in the demonstration, else `none`",
    ),
    Variable(
        "STRIPE_SECRET_KEY",
        kinds.text(),
        "Stripe の秘密の鍵",
        "Stripe's secret key, `sk_…`",
        secret=True,
    ),
    Variable(
        "STRIPE_PUBLISHABLE_KEY",
        kinds.text(),
        "Stripe の公開の鍵",
        "Stripe's publishable key, `pk_…`, which the card page shows to the browser",
    ),
    Variable(
        "STRIPE_WEBHOOK_SECRET",
        kinds.text(),
        "Stripe の通知の署名の鍵",
        "signs Stripe's notices, `whsec_…`; they are posted to `/payments/notices/stripe`",
        secret=True,
    ),
    Variable(
        "STRIPE_ADDRESS",
        kinds.text(),
        "Stripe の住所（試験用の代わりのサーバー）",
        "where Stripe's interface is, for a stand-in in tests; empty: Stripe's own",
    ),
    Variable(
        OIDC[0],
        _identifier(),
        "職員の認証基盤の短い名前",
        "short name of the city's own directory, used in addresses",
    ),
    Variable(
        OIDC[1], kinds.text(), "その表示名", "its name on the sign-in page, for example `創生市 職員認証`"
    ),
    Variable(
        OIDC[2],
        kinds.web_address(path=True),
        "その住所（/.well-known/openid-configuration の手前まで）",
        "its address, without `/.well-known/openid-configuration`",
    ),
    Variable(OIDC[3], kinds.text(), "そこでのクライアント ID", "client id there"),
    Variable(OIDC[4], kinds.text(), "クライアントの秘密の値", "client secret there", secret=True),
    Variable(
        "SOSEI_DORMANT_DAYS",
        kinds.whole_number(7, 3650),
        "使われない職員の役割を止めるまでの日数",
        "days without a sign-in after which staff lose their roles",
        default="90",
    ),
    Variable(
        "SOSEI_UPLOAD_MB",
        kinds.whole_number(1, 200),
        "添付ファイル1つの上限（MB）",
        "largest attached file, in megabytes",
        default="20",
    ),
    Variable(
        "SOSEI_ANTIVIRUS",
        kinds.socket_place(),
        "ウイルス検査（clamd）の場所",
        "where clamd listens, `host:port` or a socket's path; empty: files are not scanned",
    ),
    Variable(
        "SOSEI_LOG_LEVEL",
        kinds.choice("", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"),
        "記録する重さ",
        "what reaches the standard error; access lines are `INFO`",
        shown_default="`INFO`; on a terminal `WARNING`",
    ),
    Variable(
        "SOSEI_LOG_FORMAT",
        kinds.choice("auto", "json", "plain"),
        "記録の形",
        "`json`, `plain`, or `auto`: plain on a terminal, JSON otherwise",
        default="auto",
    ),
    Variable(
        "SOSEI_LOG_ADDRESSES",
        kinds.flag(),
        "記録に相手の IP アドレスを残す",
        "`1` to write visitors' IP addresses into the access lines",
    ),
    Variable(
        "SOSEI_METRICS_TOKEN",
        kinds.long_text(20),
        "/metrics を読むための合い言葉",
        "bearer token that may read `/metrics`",
        secret=True,
    ),
    Variable(
        "SOSEI_METRICS_NETWORKS",
        kinds.networks(),
        "/metrics を読めるネットワーク（コンマ区切り）",
        "networks that may read `/metrics` without a token, by commas; with neither, `/metrics` does not exist",
    ),
    Variable(
        "SOSEI_READY_WORKER_SECONDS",
        kinds.whole_number(15, 3600),
        "ワーカーの沈黙を許す秒数",
        "`/readyz` fails when no worker was heard of for so many seconds",
        default="60",
    ),
    Variable(
        "SOSEI_READY_QUEUE_SECONDS",
        kinds.whole_number(10, 86400),
        "処理の待ち時間の上限（秒）",
        "`/readyz` fails when a task has waited longer, in seconds",
        default="600",
    ),
    Variable(
        "SOSEI_READY_DISK_MB",
        kinds.whole_number(1, 1_000_000),
        "空きディスクの下限（MB）",
        "`/readyz` fails when `SOSEI_HOME` has less room, in megabytes",
        default="500",
    ),
    Variable(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        kinds.web_address(path=True),
        "OpenTelemetry の送り先",
        "OpenTelemetry collector traces are sent to (OTLP over HTTP); empty: none, and nothing of it is loaded",
    ),
    Variable(
        "OTEL_SERVICE_NAME", kinds.text(), "そこでの名前", "name of this site in the traces", default="sosei"
    ),
    Variable(
        "SOSEI_NO_DATABASE",
        kinds.flag(),
        "データベースを使わない命令が自分で付ける印",
        "set by commands that write files only; not for you",
    ),
)


def _directory_is_whole_or_absent(values: Mapping[str, Any]) -> Sequence[Fault]:
    missing = [name for name in OIDC if not values[name]]
    if not missing or len(missing) == len(OIDC):
        return []
    given = next(name for name in OIDC if values[name])
    return [
        Fault(
            name,
            f"{given} があるのに、これがありません。対処: SOSEI_OIDC_ の5つをすべて指定するか、すべて消してください。",
            f"It is missing although {given} is given. Remedy: give all five SOSEI_OIDC_ variables or none.",
        )
        for name in missing
    ]


def _mail_is_whole(values: Mapping[str, Any]) -> Sequence[Fault]:
    faults = []
    user, password = values["SOSEI_MAIL_USER"], values["SOSEI_MAIL_PASSWORD"]
    if bool(user) != bool(password):
        lacking = "SOSEI_MAIL_PASSWORD" if user else "SOSEI_MAIL_USER"
        faults.append(
            Fault(
                lacking,
                "利用者名とパスワードの片方しかありません。対処: 両方を指定するか、両方を消してください。",
                "Only one of user and password is given. Remedy: give both or neither.",
            )
        )
    if user and not values["SOSEI_MAIL_HOST"]:
        faults.append(
            Fault(
                "SOSEI_MAIL_HOST",
                "SOSEI_MAIL_USER があるのに、メールサーバーがありません。対処: メールサーバーを指定してください。",
                "SOSEI_MAIL_USER is given without a mail server. Remedy: name the mail server.",
            )
        )
    if user and values["SOSEI_MAIL_SECURITY"] == "none":
        faults.append(
            Fault(
                "SOSEI_MAIL_SECURITY",
                "値「none」ではパスワードが暗号化されずに流れます。対処: starttls か tls にしてください。",
                "The value 'none' would send the password unencrypted. Remedy: use starttls or tls.",
            )
        )
    return faults


def _demonstration_stays_apart(values: Mapping[str, Any]) -> Sequence[Fault]:
    if values["SOSEI_DEMONSTRATION"] and values["SOSEI_MAIL_HOST"]:
        return [
            Fault(
                "SOSEI_MAIL_HOST",
                "実演（SOSEI_DEMONSTRATION）ではメールを送りません。対処: どちらか一つを消してください。",
                "A demonstration (SOSEI_DEMONSTRATION) sends no mail. Remedy: remove one of the two.",
            )
        ]
    return []


def _gateway_is_whole(values: Mapping[str, Any]) -> Sequence[Fault]:
    gateway = values["SOSEI_PAYMENT_GATEWAY"]
    if gateway == "embedded" and not values["SOSEI_DEMONSTRATION"]:
        return [
            Fault(
                "SOSEI_PAYMENT_GATEWAY",
                "値「embedded」は練習用で、お金は動きません。対処: 実演（SOSEI_DEMONSTRATION）でだけ使ってください。",
                "The value 'embedded' moves no money. Remedy: use it in the demonstration (SOSEI_DEMONSTRATION) alone.",
            )
        ]
    if gateway != "stripe":
        return []
    if values["SOSEI_DEMONSTRATION"]:
        return [
            Fault(
                "SOSEI_PAYMENT_GATEWAY",
                "実演（SOSEI_DEMONSTRATION）では、本物の決済会社は使えません。対処: どちらか一つを消してください。",
                "A demonstration (SOSEI_DEMONSTRATION) uses no real gateway. Remedy: remove one of the two.",
            )
        ]
    return [
        Fault(
            name,
            "決済会社が stripe なのに、これがありません。対処: Stripe の管理画面の値を指定してください。",
            "It is missing although the gateway is stripe. Remedy: give the value of Stripe's dashboard.",
        )
        for name in ("STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY", "STRIPE_WEBHOOK_SECRET")
        if not values[name]
    ]


RULES = (_directory_is_whole_or_absent, _mail_is_whole, _demonstration_stays_apart, _gateway_is_whole)
