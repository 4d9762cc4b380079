"""What `sosei assumptions` and `sosei scenarios` share: finding the area, reading a file, telling who stores."""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from sosei.planning.population import lookup
from sosei.planning.population.models import Area

WRONG_USE = 2


def find_area(wanted: str) -> Area:
    """The area with that code (5 or 6 digits) or name.

    Raises:
        CommandError: no such area; the nearest are listed, and the exit code is 2.
    """
    area = lookup.find_area(wanted)
    if area is not None:
        return area
    near = [str(a) for a in lookup.nearest_areas(wanted, count=3)]
    raise CommandError(
        _("「%(wanted)s」という市区町村は登録されていません。近いもの: %(near)s")
        % {"wanted": wanted, "near": " / ".join(near) or "-"},
        returncode=WRONG_USE,
    )


def read_document(path: Path) -> str:
    """A YAML file as text, UTF-8 with or without BOM.

    Raises:
        CommandError: the file is not there or not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, IsADirectoryError) as error:
        raise CommandError(
            _("ファイルがありません: %(path)s") % {"path": path}, returncode=WRONG_USE
        ) from error
    except UnicodeDecodeError as error:
        raise CommandError(
            _("%(path)s は UTF-8 で書かれていません。UTF-8 で保存し直してください。") % {"path": path},
            returncode=WRONG_USE,
        ) from error
