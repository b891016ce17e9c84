"""The site's first page: the admin for staff, one's own account for customers, and for nobody what this is."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from relations.models import UserEventRelation
from users.markup import moment

PARTS_SHOWN = 20


@require_safe
@never_cache
def front(request: HttpRequest) -> HttpResponse:
    """Show whoever comes what is theirs (one query beside the sign-in's)."""
    person: Any = request.user
    if not person.is_authenticated:
        return render(request, "account/welcome.html")
    if person.is_staff:
        return redirect("admin:index")
    return render(request, "account/home.html", {"person": person, "parts": _parts(person)})


def _parts(person: Any) -> list[dict[str, Any]]:
    """Return the person's own parts in events, the latest event first."""
    own = UserEventRelation.objects.visible_to(person).filter(user=person).select_related("event")
    return [
        {
            "event": part.event.title,
            "at": moment(part.event.start_at, part.event.timezone),
            "role": part.get_role_display(),
            "status": part.get_status_display(),
        }
        for part in own.order_by("-event__start_at", "-pk")[:PARTS_SHOWN]
    ]
