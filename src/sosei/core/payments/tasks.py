"""Background work of payments: the worker finds every subject's `tasks_<subject>.py` through this module."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

for _module in iter_modules([str(Path(__file__).parent)]):
    if _module.name.startswith("tasks_"):
        import_module(f"sosei.core.payments.{_module.name}")
