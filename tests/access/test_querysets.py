"""Who sees and edits which rows, by the querysets themselves: every list, count, search and form begins with one.

As for the API and the admin: the rules are written by hand, the querysets are found, and one without a rule fails.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Model

from mailing.models import CampaignExclusion, ExclusionReason
from tests.access.world import CAST, OTHER, OWN, World, world_of
from users.models import SecurityEvent, User
from users.tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database]
INACTIVE = "inactive"
KINDS = {
    "User": "user",
    "ApiToken": "token",
    "SecurityEvent": "entry",
    "Segment": "segment",
    "Event": "event",
    "EventSeries": "series",
    "UserEventRelation": "relation",
    "Campaign": "campaign",
    "Delivery": "delivery",
    "CampaignExclusion": "exclusion",
    "EmailTemplate": "template",
    "EmailTemplateVersion": "version",
    "Suppression": "suppression",
}

# Which of one's own and another's row is found; for sign_in_editable_by the other is an administrator.
# queryset                      admin organizer agent customer outsider nobody inactive (an administrator)
RULES = """
User.visible_to                 both  both      both  own      own      none   none
User.editable_by                both  both      both  own      own      none   none
User.sign_in_editable_by        both  own       own   own      own      none   none
ApiToken.visible_to             both  own       own   own      own      none   none
ApiToken.editable_by            both  own       own   own      own      none   none
SecurityEvent.visible_to        both  none      none  none     none     none   none
Segment.visible_to              both  both      both  none     none     none   none
Segment.editable_by             both  own       own   none     none     none   none
Event.visible_to                both  both      both  own      none     none   none
Event.editable_by               both  own       none  none     none     none   none
EventSeries.visible_to          both  both      both  own      none     none   none
EventSeries.editable_by         none  none      none  none     none     none   none
UserEventRelation.visible_to    both  own       both  own      own      none   none
UserEventRelation.editable_by   both  own       own   own      own      none   none
Campaign.visible_to             both  own       none  none     none     none   none
Campaign.editable_by            both  own       none  none     none     none   none
Delivery.visible_to             both  own       none  none     none     none   none
CampaignExclusion.visible_to    both  own       none  none     none     none   none
EmailTemplate.visible_to        both  both      none  none     none     none   none
EmailTemplate.editable_by       both  both      none  none     none     none   none
EmailTemplateVersion.visible_to both  both      none  none     none     none   none
Suppression.visible_to          both  none      none  none     none     none   none
Suppression.editable_by         both  none      none  none     none     none   none
"""


def rules() -> dict[str, list[str]]:
    """Return what each caller finds, by queryset method."""
    return {name: cells for name, *cells in map(str.split, filter(str.strip, RULES.splitlines()))}


def methods() -> Iterator[tuple[str, type[Model], str]]:
    """Return every method of a model's queryset that says who sees or edits: its name, the model and its own name."""
    for model in apps.get_models():
        if model._meta.app_label != "api_tests":
            for name in dir(model._default_manager):
                if name.endswith(("visible_to", "editable_by")):
                    yield f"{model.__name__}.{name}", model, name


def whole_world(role: str) -> World:
    """Return the world of ``role`` with what no address names."""
    world = world_of("admin" if role == INACTIVE else role)
    if role == INACTIVE:
        User.objects.filter(pk=world.caller.pk).update(is_active=False)
        world.caller = User.objects.get(pk=world.caller.pk)
    campaigns = [world.find("campaign", whose) for whose in (OWN, OTHER)]
    excluded = ExclusionReason.UNKNOWN
    world.add("exclusion", *(CampaignExclusion.objects.create(campaign=one, reason=excluded) for one in campaigns))
    world.add("version", *[world.find("template", OWN).versions.get()] * 2)
    entries = [SecurityEvent.objects.create(kind="signed_in", subject=world.find("user", one)) for one in (OWN, OTHER)]
    world.add("entry", *entries)
    return world


def found_by(model: Any, name: str, world: World) -> str:
    """Return how the table writes what the caller finds."""
    rows = getattr(model._default_manager, name)(world.caller)
    own, other = (world.find(KINDS[model.__name__], whose) for whose in (OWN, OTHER))
    if name == "sign_in_editable_by":
        other = UserFactory.create(roles=["admin"])
    found = [rows.filter(pk=one.pk).exists() for one in (own, other)]
    return {(True, True): "both", (True, False): "own", (False, True): "other", (False, False): "none"}[*found,]


def test_every_queryset_has_a_rule_and_every_rule_a_queryset() -> None:
    assert {label for label, _model, _name in methods()} == rules().keys()


@pytest.mark.parametrize("role", [*CAST, INACTIVE])
def test_matrix_of_querysets(role: str) -> None:
    world, index = whole_world(role), [*CAST, INACTIVE].index(role)

    found = {label: found_by(model, name, world) for label, model, name in methods()}

    assert found == {label: cells[index] for label, cells in rules().items()}
