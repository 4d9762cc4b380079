"""The page that shows every component and its states; its one form is checked and then forgotten."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from sosei.core.design import showcase


@require_http_methods(["GET", "HEAD", "POST"])
def components(request: HttpRequest) -> HttpResponse:
    """Every component; a form sent to it comes back checked, and nothing is stored."""
    is_sent = "try-name" in request.POST
    form = showcase.TryForm(request.POST if is_sent else None, prefix="try")
    passed = is_sent and form.is_valid()
    context = showcase.context(request, form)
    return render(request, "design/components.html", {**context, "passed": passed})
