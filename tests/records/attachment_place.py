"""A files folder and limits of a test's own, and what lies in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from sosei.core.records.attachments.receiving import Prepared, prepare

HANDLER = "sosei.core.records.attachments.uploads.FilesFolderUploadHandler"


@pytest.fixture(autouse=True)
def files_folder(tmp_path: Path, settings: Any) -> Path:
    """Files lie in a folder of the test's own; the limits are small; no scanner is set up."""
    folder = tmp_path / "files"
    settings.FILES_FOLDER = folder
    settings.UPLOAD_LIMIT = 1_000_000
    settings.ATTACHMENT_LIMITS = {"bytes_per_day": 3_000_000, "files_per_form": 3, "reserve": 0}
    settings.ANTIVIRUS = ""
    settings.FILE_UPLOAD_HANDLERS = [HANDLER]
    return folder


def all_files(folder: Path) -> list[Path]:
    """Every file below, drafts included."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def prepared(name: str, content: bytes) -> Prepared:
    """A file that may be kept."""
    return prepare(SimpleUploadedFile(name, content))
