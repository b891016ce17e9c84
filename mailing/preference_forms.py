"""The form of what somebody wants to get, the same on every page that has it."""

from django.http import QueryDict

from mailing.models import Campaign
from mailing.preferences import Choice, Door, choose, preferences_of
from users.models import User

SHOWN, WANTED = "shown", "wanted"


def store_choices(form: QueryDict, *, user: User, door: Door, about: Campaign | None = None) -> None:
    """Store what the boxes say of the topics that were shown; of any other, as one that is new, nothing is known."""
    shown, wanted = form.getlist(SHOWN), form.getlist(WANTED)
    said = [
        Choice(choice.topic, choice.topic.name in wanted)
        for choice in preferences_of(user, viewer=door.by, about=about).all
        if choice.topic.name in shown
    ]
    choose(user=user, choices=said, door=door)
