"""The frame holds: settings, floors, requirements, and what the repository may not contain."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "sosei"
FLOORS = ("engines", "core", "planning", "programmes", "gateway")
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".txt",
    ".html",
    ".css",
    ".js",
    ".po",
    ".yaml",
    ".yml",
    ".csv",
    ".svg",
    ".sh",
    ".json",
}


def repository_files() -> list[Path]:
    """The files git keeps or would keep; without git, those outside the folders that are built."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0 and (ROOT / ".git").exists():
        return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]
    built = {".venv", "var", "build", "dist", ".git", "__pycache__"}
    return [
        path
        for path in ROOT.rglob("*")
        if path.is_file()
        and not built & set(path.relative_to(ROOT).parts)
        and not any(part.endswith(("_cache", ".egg-info")) for part in path.relative_to(ROOT).parts)
    ]


def texts() -> list[tuple[str, str]]:
    return [
        (str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))
        for path in repository_files()
        if path.suffix in TEXT or path.name in {"Makefile", "LICENSE", ".gitignore", "run"}
    ]


def test_no_file_names_a_place_packages_are_fetched_from():
    # Spelt in pieces, or this file would be the first one found.
    hosts = re.compile(
        "|".join(("pypi" + r"\.org", "python" + "hosted", "index" + r"-url\s*[=\s]\s*http", "/simple" + "/"))
    )
    assert [name for name, text in texts() if hosts.search(text)] == []


def test_no_file_names_a_folder_of_the_machine_it_was_written_on():
    names = ("wo" + "rk", "ho" + "me", "Use" + "rs", "ro" + "ot", "t" + "mp")
    # Addresses of the site that begin so are no folders: a worker's own pages, the work of all towns.
    folders = re.compile(rf"(?<![\w.$}}/>-])/(?:{'|'.join(names)})/(?!site/|<|days-worker|furigana)")
    assert [name for name, text in texts() if folders.search(text)] == []


@pytest.mark.parametrize("name", ["run", "dev"])
def test_every_requirement_is_pinned_to_one_version_with_hashes_and_no_address(name):
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    lines = [line.split("#")[0].strip() for line in text.replace("\\\n", " ").splitlines()]
    requirements = [line for line in lines if line]
    assert requirements
    for requirement in requirements:
        assert re.match(r"[A-Za-z0-9._-]+==[^\s]+\s+--hash=sha256:", requirement), requirement
    assert "://" not in text


def test_the_requirements_hold_every_dependency_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {"run": project["dependencies"] + project["optional-dependencies"]["build"]}
    wanted["dev"] = wanted["run"] + project["optional-dependencies"]["dev"]
    for name, requirements in wanted.items():
        text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
        pinned = set(re.findall(r"^([A-Za-z0-9._-]+)==", text, re.M))
        asked = {re.split(r"[\[<>=!~ ]", each)[0].lower().replace("_", "-") for each in requirements}
        assert asked - pinned == set(), f"requirements/{name}.txt is out of date: make lock"


def test_development_runs_the_very_versions_the_product_runs():
    def pins(name: str) -> dict[str, str]:
        text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
        return dict(re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", text, re.M))

    assert pins("run").items() <= pins("dev").items()


def test_every_dependency_has_its_reason_in_the_docs():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    reasons = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").lower()
    every = project["dependencies"] + [
        each for extra in project["optional-dependencies"].values() for each in extra
    ]
    names = {re.split(r"[\[<>=!~ ]", each)[0].lower() for each in every}
    assert {name for name in names if f"`{name}`" not in reasons} == set()


def test_every_module_begins_with_a_sentence_that_says_what_it_is():
    silent = [
        str(path.relative_to(ROOT))
        for path in SOURCE.rglob("*.py")
        if "migrations" not in path.parts
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_every_folder_of_a_floor_says_what_it_is():
    folders = [path for floor in FLOORS if (SOURCE / floor).is_dir() for path in (SOURCE / floor).iterdir()]
    rooms = [path for path in folders if path.is_dir() and path.name != "__pycache__"]
    assert {room.parent.name for room in rooms} >= {"engines", "core", "planning", "gateway"}
    for room in rooms:
        assert (room / "README.md").exists() or (room / "__init__.py").exists(), room


def test_no_module_grows_past_what_a_reader_can_hold():
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in SOURCE.rglob("*.py")
        if "migrations" not in path.parts
    }
    assert {name: length for name, length in lengths.items() if length > 450} == {}


def test_the_floors_import_only_downwards():
    from importlinter.cli import lint_imports

    assert lint_imports(config_filename=str(ROOT / "pyproject.toml")) == 0


def test_the_page_policy_allows_neither_inline_code_nor_evaluation():
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    assert directives["default-src"] == ["'self'"]
    allowed = {source for sources in directives.values() for source in sources}
    assert allowed <= {"'self'", "'none'", "data:"}
    assert directives["img-src"] == ["'self'", "data:"]


def test_times_are_kept_in_utc_and_japanese_comes_first():
    assert (settings.USE_TZ, settings.TIME_ZONE) == (True, "UTC")
    assert settings.LANGUAGE_CODE == "ja"
    assert [code for code, _ in settings.LANGUAGES] == ["ja", "en"]


def test_debug_is_off_unless_asked_for():
    assert settings.DEBUG is False


def test_the_licence_is_the_one_the_project_declares():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license"] == "MIT"
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")


@pytest.mark.parametrize(
    "name", ["README.md", "README.ja.md", "CONTRIBUTING.md", "docs/operations.md", "docs/architecture.md"]
)
def test_links_between_documents_lead_somewhere(name):
    page = ROOT / name
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    local = [link for link in links if "://" not in link]
    assert local
    assert [link for link in local if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("name", ["README.md", "README.ja.md"])
def test_the_notebook_example_runs_as_it_is_printed(name, capsys):
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), re.S)
    assert len(blocks) == 1
    exec(compile(blocks[0], name, "exec"), {})
    printed = capsys.readouterr().out
    assert "2060" in printed
