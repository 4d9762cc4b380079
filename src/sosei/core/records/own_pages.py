"""Pages of this room about `request.subject`, which staff who act for a person open in the person's name."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from sosei.core.people.views.subject import subject_page

View = Callable[..., Any]


def own_page(view: View) -> View:
    """As `subject_page`: staff leave a look, and a form opened for somebody else changes nobody.

    A form that does not say about whom it is (`about`) is the person's own; staff who act for somebody must say it.
    """
    strict = subject_page(view)

    @wraps(view)
    def checked(request: Any, *args: Any, **kwargs: Any) -> Any:
        own = request.proxy_session is None and "about" not in request.POST
        return (view if own else strict)(request, *args, **kwargs)

    return checked
