"""Error pages: plain words, what to do, and a reference number that stands in the log."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils.translation import override

from sosei.gateway.project import errors

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(settings) -> Client:
    settings.ROOT_URLCONF = "tests.frame.failing_urls"
    settings.CONTACT = "情報政策課 0200-00-0000"
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/fails/bad", 400, "送られた内容を読めませんでした"),
        ("/fails/denied", 403, "この市の担当者だけが開けます。"),
        ("/nowhere", 404, "ページが見つかりません"),
        ("/fails/otherwise", 500, "うまく動きませんでした"),
        ("/fails/deadlock", 500, "うまく動きませんでした"),
        ("/fails/away", 503, "いまは使えません"),
    ],
)
def test_each_failure_has_its_page_with_a_reference_number_and_whom_to_ask(client, path, status, words):
    answer = client.get(path)
    text = answer.content.decode()
    assert answer.status_code == status
    assert words in text
    assert answer["X-Request-ID"] in text
    assert "情報政策課 0200-00-0000" in text
    assert answer["Cache-Control"] == "no-store"
    assert 'lang="ja"' in text


def test_error_pages_speak_english_to_whoever_reads_english(client):
    text = client.get("/en/nowhere").content.decode()
    assert '<html lang="en">' in text


def test_a_page_says_to_come_back_when_the_database_is_away(client):
    assert client.get("/fails/away")["Retry-After"] == "10"


def test_a_form_without_its_token_is_told_to_send_again(settings, client):
    answer = Client(enforce_csrf_checks=True, raise_request_exception=False).post("/gives")
    assert answer.status_code == 403
    assert "もう一度送ってください" in answer.content.decode()
    assert answer["X-Request-ID"] in answer.content.decode()


def test_too_many_attempts_are_told_to_wait(client):
    request = RequestFactory().get("/")
    request.id = "7K3M-9QXA-2B4C"
    answer = errors.too_many(request)
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    assert "少し待ってください" in answer.content.decode()
    assert "7K3M-9QXA-2B4C" in answer.content.decode()


@pytest.mark.parametrize("status", [400, 403, 404, 429, 500, 503])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_an_error_page_asks_nothing_of_the_database(status, language, django_assert_num_queries):
    request = RequestFactory().get("/")
    request.id = "7K3M-9QXA-2B4C"
    with override(language), django_assert_num_queries(0):
        assert "7K3M-9QXA-2B4C" in errors.page(request, status).content.decode()


def test_when_the_error_page_itself_fails_both_languages_stand_on_a_plain_one(settings):
    settings.TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": []}]
    request = RequestFactory().get("/")
    request.id = "7K3M-9QXA-2B4C"
    answer: HttpResponse = errors.page(request, 500)
    text = answer.content.decode()
    assert answer.status_code == 500
    assert ("うまく動きませんでした" in text, "Something went wrong" in text) == (True, True)
    assert text.count("7K3M-9QXA-2B4C") == 2


def test_a_reference_number_cannot_carry_a_tag(client):
    answer = client.get("/nowhere", headers={"X-Request-ID": "<img src=x onerror=alert(1)>"})
    assert "onerror" not in answer.content.decode()
