"""`/metrics`: figures for Prometheus, for those who may read them and nobody else."""

from __future__ import annotations

import ipaddress
import json
import os
import re
import subprocess
import sys
from importlib import import_module
from types import ModuleType
from unittest import mock

import pytest
from django.db import connection
from django.test import Client

from sosei.gateway.project import metrics
from tests.frame.processes import clean_environment

pytestmark = pytest.mark.django_db
TOKEN = "open-sesame-open-sesame"


@pytest.fixture
def token(settings) -> dict[str, str]:
    settings.METRICS_TOKEN = TOKEN
    return {"Authorization": f"Bearer {TOKEN}"}


def figures(headers: dict[str, str]) -> dict[str, float]:
    answer = Client().get("/metrics", headers=headers)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain")
    return {
        name: float(value)
        for name, value in re.findall(r"^([a-z_]+(?:\{[^}]*\})?) (\S+)$", answer.content.decode(), re.M)
    }


def test_where_nobody_may_read_them_there_is_no_such_page():
    assert Client().get("/metrics").status_code == 404
    assert Client().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize(
    "given", ["", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer ｔｏｋｅｎ"]
)
def test_a_wrong_token_finds_no_page(token, given):
    assert Client().get("/metrics", headers={"Authorization": given} if given else {}).status_code == 404


@pytest.mark.parametrize(("address", "status"), [("10.1.2.3", 200), ("192.0.2.1", 404), ("", 404)])
def test_a_network_that_was_named_needs_no_token(settings, address, status):
    settings.METRICS_NETWORKS = [ipaddress.ip_network("10.0.0.0/8")]
    assert Client().get("/metrics", REMOTE_ADDR=address).status_code == status


def test_requests_are_counted_by_route_and_status_never_by_address(token):
    key = 'sosei_requests_total{method="GET",route="/healthz",status="200"}'
    before = figures(token).get(key, 0)
    Client().get("/healthz")
    Client().get("/no/such/satohanako")
    after = figures(token)
    assert after[key] == before + 1
    assert after['sosei_request_seconds_count{method="GET",route="/healthz"}'] >= 1
    assert not any("satohanako" in name for name in after)


def test_the_queue_and_the_disk_are_asked_at_the_moment(token):
    with connection.cursor() as cursor:
        # Another test of this process may have left a task behind.
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status) "
            "VALUES ('default', 'x', 'todo'), ('default', 'x', 'failed'), ('default', 'x', 'doing')"
        )
    told = figures(token)
    names = ("workers", "queue_waiting", "queue_failed", "queue_running", "database_up")
    assert [told[f"sosei_{name}"] for name in names] == [1, 1, 1, 1, 1]
    assert told["sosei_disk_free_bytes"] > 0


def test_a_room_adds_its_own_figures_and_a_failing_one_does_not_take_the_others_along(token):
    def fail() -> float:
        raise RuntimeError("on purpose")

    room = ModuleType("sosei.core.design.measures")
    room.MEASURES = [("sosei_rooms", "Rooms", lambda: 7), ("sosei_broken", "Broken", fail)]
    real = metrics.find_spec
    with (
        mock.patch.object(metrics, "find_spec", side_effect=lambda name: "core.design" in name or real(name)),
        mock.patch.object(
            metrics,
            "import_module",
            side_effect=lambda name: room if "core.design" in name else import_module(name),
        ),
    ):
        told = figures(token)
    assert told["sosei_rooms"] == 7
    assert told['sosei_measure_failed{name="sosei_broken"}'] == 1
    assert told["sosei_workers"] == 0


TWO_PROCESSES = """
import json, os, sys
import django
django.setup()
from django.conf import settings
from sosei.gateway.project import metrics
metrics.share_between_processes(settings.METRICS_FOLDER)
for process in range(2):
    if os.fork() == 0:
        for _ in range(5):
            metrics.count_request("GET", "/", 200, 0.1)
        os._exit(0)
    os.wait()
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
registry = CollectorRegistry()
MultiProcessCollector(registry)
print(json.dumps(registry.get_sample_value("sosei_requests_total", {"method": "GET", "route": "/", "status": "200"})))
"""


def test_the_processes_of_a_server_count_together(tmp_path):
    environment = clean_environment(
        tmp_path, SOSEI_METRICS_TOKEN=TOKEN, DJANGO_SETTINGS_MODULE="sosei.gateway.project.settings"
    )
    told = subprocess.run(
        [sys.executable, "-c", TWO_PROCESSES], env=environment, capture_output=True, text=True, check=True
    )
    assert json.loads(told.stdout) == 10


def test_where_nobody_reads_figures_nothing_of_prometheus_is_loaded(tmp_path):
    asking = (
        "import django, sys; django.setup(); from django.test import Client; Client().get('/nowhere');"
        "print(any(name.startswith(('prometheus_client', 'opentelemetry')) for name in sys.modules))"
    )
    environment = clean_environment(
        tmp_path, DJANGO_SETTINGS_MODULE="sosei.gateway.project.settings_test", DATABASE_URL=""
    )
    told = subprocess.run(
        [sys.executable, "-c", asking], env=environment, capture_output=True, text=True, check=False
    )
    assert told.stdout.strip() == "False", told.stderr
    assert metrics.FOLDER_VARIABLE not in os.environ
