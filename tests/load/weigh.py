"""``python -m tests.load.weigh EVENT``: what became of an event, as JSON."""

import json
import os
import sys
from uuid import UUID


def main(event: UUID) -> None:
    from django.db.models import Count

    from mailing.audit import find_faults
    from mailing.models import Delivery
    from relations.counts import find_drift
    from relations.models import EventCapacity, RelationTransition, Role, UserEventRelation

    rows = UserEventRelation.objects.filter(event=event, role=Role.ATTENDEE).order_by("seq")
    lines = RelationTransition.objects.filter(relation__event=event)
    mails = Delivery.objects.filter(transition__in=lines.values("pk"))
    capacity = EventCapacity.objects.get(event=event)
    found = {
        "people": [str(key) for key in rows.values_list("user", flat=True)],
        "order": list(rows.values_list("seq", "status")),
        "seats": [capacity.taken, capacity.waiting, capacity.next_seq],
        "lines": lines.count(),
        "mails": mails.count(),
        "mailed_twice": mails.values("transition").annotate(number=Count("pk")).filter(number__gt=1).count(),
        "drift": len(find_drift()),
        "faults": len(find_faults()),
    }
    print(json.dumps(found))  # noqa: T201  # for the test


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "crm_project.settings"
    import django

    django.setup()
    main(UUID(sys.argv[1]))
