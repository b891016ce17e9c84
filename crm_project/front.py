"""The site's first page: leads staff to the admin and customers to their account, and tells everybody what this is."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@require_safe
@never_cache
def front(request: HttpRequest) -> HttpResponse:
    """Lead whoever comes to what is theirs."""
    person: Any = request.user
    if not person.is_authenticated:
        return render(request, "account/welcome.html")
    return redirect("admin:index" if person.is_staff else "account")
