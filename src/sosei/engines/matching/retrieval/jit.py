"""How functions of this package are compiled: once, without the interpreter's lock, and never parallel inside.

Numba's own thread pools end the process when two request threads enter them at once; work is spread by plain
threads over functions that hold no lock instead. Nothing is kept on disk between runs: a kept function would not
notice that a function it calls from another file has changed. `warming.warm_up` compiles everything beforehand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba

Compiled = TypeVar("Compiled", bound=Callable[..., object])


def compiled(function: Compiled) -> Compiled:
    """The function as machine code; `.py_func` remains the plain one."""
    return cast(Compiled, numba.njit(nogil=True, error_model="numpy")(function))
