"""Settings from the environment: read by one declared table, refused in one clear list, never telling a secret."""

from __future__ import annotations

import ipaddress
import subprocess
import sys
from pathlib import Path

import pytest

from sosei.gateway.project.environment import EnvironmentRefused, markdown_table, read_environment
from sosei.gateway.project.variables import RULES, VARIABLES
from tests.frame.processes import ROOT, clean_environment, sosei

DIRECTORY = {
    "SOSEI_OIDC_ID": "sosei-city",
    "SOSEI_OIDC_NAME": "創生市 職員認証",
    "SOSEI_OIDC_SERVER": "https://id.example.jp/realms/city/",
    "SOSEI_OIDC_CLIENT": "sosei",
    "SOSEI_OIDC_SECRET": "open-sesame",
}


def read(**given: str):
    return read_environment(VARIABLES, given, RULES)


def refused(**given: str) -> str:
    with pytest.raises(EnvironmentRefused) as error:
        read(**given)
    return str(error.value)


def test_an_empty_environment_is_a_site_for_this_machine():
    found = read()
    assert found["SOSEI_ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]
    assert found["SOSEI_HTTPS"] is False
    assert found["SOSEI_DORMANT_DAYS"] == 90
    assert found["SOSEI_HOME"] == Path("var").resolve()
    assert found.given == frozenset()


def test_values_are_read_as_what_they_are():
    found = read(
        SOSEI_ALLOWED_HOSTS="vision.example.jp, .example.jp,[2001:db8::1]",
        SOSEI_TRUSTED_ORIGINS="https://vision.example.jp/",
        SOSEI_HTTPS="Yes",
        SOSEI_METRICS_NETWORKS="10.0.0.0/8,::1",
        SOSEI_LOG_LEVEL="warning",
        SOSEI_UPLOAD_MB="35",
        SOSEI_ANTIVIRUS="/run/clamav/clamd.ctl",
        **DIRECTORY,
    )
    assert found["SOSEI_ALLOWED_HOSTS"] == ["vision.example.jp", ".example.jp", "[2001:db8::1]"]
    assert found["SOSEI_TRUSTED_ORIGINS"] == ["https://vision.example.jp"]
    assert found["SOSEI_HTTPS"] is True
    assert ipaddress.ip_address("10.20.30.40") in found["SOSEI_METRICS_NETWORKS"][0]
    assert found["SOSEI_LOG_LEVEL"] == "WARNING"
    assert found["SOSEI_UPLOAD_MB"] == 35
    assert found["SOSEI_OIDC_SERVER"] == "https://id.example.jp/realms/city"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SOSEI_HTTPS", "maybe"),
        ("SOSEI_ALLOWED_HOSTS", "*"),
        ("SOSEI_ALLOWED_HOSTS", "https://vision.example.jp"),
        ("SOSEI_ALLOWED_HOSTS", ","),
        ("SOSEI_ALLOWED_HOSTS", "[not-an-address]"),
        ("SOSEI_TRUSTED_ORIGINS", "vision.example.jp"),
        ("SOSEI_TRUSTED_ORIGINS", "https://vision.example.jp/path"),
        ("SOSEI_ADDRESS", "https://user:word@vision.example.jp"),
        ("SOSEI_ADDRESS", "https://vision.example.jp:port"),
        ("SOSEI_MAIL_PORT", "70000"),
        ("SOSEI_MAIL_PORT", "２５"),
        ("SOSEI_MAIL_PORT", "-1"),
        ("SOSEI_MAIL_SECURITY", "ssl3"),
        ("SOSEI_MAIL_FROM", "nobody"),
        ("SOSEI_DORMANT_DAYS", "0"),
        ("SOSEI_ANTIVIRUS", "127.0.0.1"),
        ("SOSEI_METRICS_NETWORKS", "10.0.0.1/8"),
        ("SOSEI_LOG_LEVEL", "LOUD"),
        ("SOSEI_CONTACT", "two\nlines"),
        ("SOSEI_HOME", str(ROOT / "Makefile")),
        ("SOSEI_OIDC_ID", "city/id"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_place_and_remedy_in_both_languages(name, value):
    message = refused(**{name: value})
    assert name in message
    assert value in message or repr(value) in message
    assert "対処" in message
    assert "Remedy" in message


def test_every_fault_is_told_at_once():
    message = refused(
        SOSEI_HTTPS="maybe", SOSEI_MAIL_PORT="x", SOSEI_HTPS="1", DATABASE_URL="mysql://db/sosei"
    )
    assert [each in message for each in ("SOSEI_HTTPS", "SOSEI_MAIL_PORT", "SOSEI_HTPS", "mysql")] == [
        True
    ] * 4
    assert "4件" in message


@pytest.mark.parametrize(
    "given",
    [
        {"SOSEI_SECRET_KEY": "too-short-to-keep"},
        {"SOSEI_SECRET_KEY": "aaaa" * 20},
        {"SOSEI_METRICS_TOKEN": "short-token"},
        {"SOSEI_MAIL_PASSWORD": "open\x07sesame"},
        {"DATABASE_URL": "postgresql://planner:open-sesame@db:port/sosei?colour=red"},
    ],
)
def test_a_refused_secret_is_never_repeated(given):
    message = refused(**given)
    assert next(iter(given)) in message
    assert "open-sesame" not in message
    assert not any(value in message for value in given.values())


def test_an_unknown_variable_is_refused_with_the_nearest_known_name():
    message = refused(SOSEI_TRUSTED_ORIGIN="https://vision.example.jp")
    assert "SOSEI_TRUSTED_ORIGINS のことですか" in message
    assert "Did you mean SOSEI_TRUSTED_ORIGINS?" in message


def test_other_programs_variables_are_none_of_our_business():
    assert read(PATH="/bin", OTEL_TRACES_SAMPLER="always_on")["SOSEI_HTTPS"] is False


def test_a_secret_may_come_from_a_file(tmp_path):
    (tmp_path / "key").write_text("k3y-" * 3 + "x" * 48 + "\n", encoding="utf-8")
    found = read(SOSEI_SECRET_KEY_FILE=str(tmp_path / "key"))
    assert found["SOSEI_SECRET_KEY"] == "k3y-" * 3 + "x" * 48
    assert "SOSEI_SECRET_KEY" in found.given


def test_a_secret_both_given_and_in_a_file_or_in_no_file_is_refused(tmp_path):
    assert "one of the two" in refused(
        SOSEI_SECRET_KEY="x1y2z" * 12, SOSEI_SECRET_KEY_FILE=str(tmp_path / "key")
    )
    assert str(tmp_path / "no") in refused(SOSEI_SECRET_KEY_FILE=str(tmp_path / "no"))
    assert "SOSEI_HTTPS_FILE" in refused(SOSEI_HTTPS_FILE="x")


@pytest.mark.parametrize("left_out", sorted(DIRECTORY))
def test_a_directory_is_given_whole_or_not_at_all(left_out):
    message = refused(**{name: value for name, value in DIRECTORY.items() if name != left_out})
    assert f"1. {left_out}:" in message
    assert "open-sesame" not in message


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"SOSEI_MAIL_HOST": "mail", "SOSEI_MAIL_USER": "sosei"}, "SOSEI_MAIL_PASSWORD"),
        ({"SOSEI_MAIL_USER": "sosei", "SOSEI_MAIL_PASSWORD": "pw"}, "SOSEI_MAIL_HOST"),
        (
            {
                "SOSEI_MAIL_HOST": "mail",
                "SOSEI_MAIL_USER": "sosei",
                "SOSEI_MAIL_PASSWORD": "pw",
                "SOSEI_MAIL_SECURITY": "none",
            },
            "SOSEI_MAIL_SECURITY",
        ),
        ({"SOSEI_DEMONSTRATION": "1", "SOSEI_MAIL_HOST": "mail"}, "SOSEI_MAIL_HOST"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(given, named):
    assert f"1. {named}:" in refused(**given)


def test_the_documentation_holds_the_very_table_the_program_reads():
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert markdown_table(VARIABLES) in page, "sosei settings --markdown prints the table"


def test_names_are_declared_once():
    names = [variable.name for variable in VARIABLES]
    assert len(names) == len(set(names))


def test_no_other_module_reads_the_environment_for_settings():
    # Those that hand it on to a program, ask what kind of terminal it is, or where Numba keeps what it compiled.
    allowed = {
        "compiled.py",
        "settings.py",
        "environment.py",
        "terminal.py",
        "cli.py",
        "database.py",
        "metrics.py",
        "tools.py",
        "wsgi.py",
    }
    readers = {
        path.name
        for path in (ROOT / "src" / "sosei").rglob("*.py")
        if "os.environ" in path.read_text(encoding="utf-8") or "getenv" in path.read_text(encoding="utf-8")
    }
    assert readers - allowed == set()


def test_the_command_shows_what_is_in_force_and_hides_secrets(tmp_path):
    shown = sosei(
        "settings", home=tmp_path, SOSEI_METRICS_TOKEN="open-sesame-open-sesame", SOSEI_UPLOAD_MB="35"
    )
    assert shown.returncode == 0, shown.stderr
    assert "* SOSEI_UPLOAD_MB=35" in shown.stdout
    assert "  SOSEI_DORMANT_DAYS=90" in shown.stdout
    assert "* SOSEI_METRICS_TOKEN=********" in shown.stdout
    assert "open-sesame" not in shown.stdout + shown.stderr


def test_wrong_settings_end_any_command_with_the_list_and_no_traceback(tmp_path):
    done = sosei("migrate", home=tmp_path, SOSEI_HTTPS="maybe", SOSEI_MAIL_PORT="x")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert {"1. SOSEI_HTTPS:", "2. SOSEI_MAIL_PORT:"} <= {
        line.split(" 値")[0] for line in done.stderr.splitlines()
    }
    assert not (tmp_path / "postgres").exists()


PRODUCTION = {
    "DATABASE_URL": "postgresql://sosei@127.0.0.1/sosei",
    "SOSEI_SECRET_KEY": "open-sesame-" * 5,
    "SOSEI_ADDRESS": "https://vision.example.jp",
    "SOSEI_ALLOWED_HOSTS": "vision.example.jp",
    "SOSEI_TRUSTED_ORIGINS": "https://vision.example.jp",
    "SOSEI_HTTPS": "1",
    "SOSEI_MAIL_HOST": "mail.example.jp",
    "SOSEI_MAIL_FROM": "Sosei <noreply@example.jp>",
}


def test_check_deploy_is_clean_with_the_settings_of_a_city(tmp_path):
    done = sosei("check", "--deploy", "--fail-level", "DEBUG", home=tmp_path, **PRODUCTION)
    assert done.returncode == 0, done.stdout + done.stderr


def test_check_deploy_names_what_a_trial_may_have_and_a_city_may_not(tmp_path):
    done = sosei("check", "--deploy", home=tmp_path, SOSEI_DEMONSTRATION="1", SOSEI_DEBUG="1")
    told = done.stdout + done.stderr
    assert [f"sosei.W00{n}" in told for n in range(1, 6)] == [True] * 5
    assert "security.W018" in told


@pytest.mark.parametrize(
    ("hsts", "told"), [("host", (False, False)), ("subdomains", (True, False)), ("preload", (True, True))]
)
def test_how_far_https_is_promised_is_a_setting(tmp_path, hsts, told):
    asking = (
        "from sosei.gateway.project import settings as s;"
        "print(s.SECURE_HSTS_INCLUDE_SUBDOMAINS, s.SECURE_HSTS_PRELOAD, s.SESSION_COOKIE_SECURE, s.PROXIES)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", asking],
        env=clean_environment(tmp_path, SOSEI_HSTS=hsts, **PRODUCTION),
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.split() == [str(told[0]), str(told[1]), "True", "1"]
    assert list(Path(tmp_path).iterdir()) == []
