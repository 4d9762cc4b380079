"""How the engines compile: without the interpreter's lock, and kept beside Python's own compiled files only.

Numba keeps compiled code in the `__pycache__` next to the source, and silently takes a folder in the user's home where it
cannot write there. The second is not wanted: without a place beside the source nothing is kept, unless the
operator names one in NUMBA_CACHE_DIR. The kept code is renewed when the file of the function itself changes; that is
why functions that call each other stand in one file.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., Any])


def may_keep(source: Path) -> bool:
    """Whether compiled code of `source` may be kept: where the operator says, or where Python keeps its own."""
    if os.environ.get("NUMBA_CACHE_DIR"):
        return True
    beside = source.parent / "__pycache__"
    return not sys.dont_write_bytecode and os.access(beside if beside.exists() else source.parent, os.W_OK)


def compiled(function: F) -> F:
    """The function compiled on first use; the interpreter's lock is free while it runs."""
    keep = may_keep(Path(function.__code__.co_filename))
    return cast(F, njit(nogil=True, cache=keep)(function))


def compiled_numerics(function: F) -> F:
    """As `compiled`; a division by zero gives infinity or not-a-number, as in NumPy."""
    keep = may_keep(Path(function.__code__.co_filename))
    return cast(F, njit(nogil=True, cache=keep, error_model="numpy")(function))
