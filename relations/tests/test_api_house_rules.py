import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

import pytest
from django.db import connection
from rest_framework.test import APIClient

from events.tests.factories import EventFactory
from relations import turns
from relations.models import EventCapacity, Status, UserEventRelation
from relations.tests.factories import attend
from users.models import User
from users.tests.factories import StaffFactory, UserFactory

RELATIONS = "/api/v1/relations/"


def signed_in(person: User) -> APIClient:
    client = APIClient(raise_request_exception=False)
    client.force_authenticate(person)
    return client


@pytest.mark.django_db
def test_relation_whose_status_changed_meanwhile_is_not_ended(client_of_staff: APIClient) -> None:
    event = EventFactory.create(max_capacity=1)
    first, second = attend(UserFactory.create(), event), attend(UserFactory.create(), event)
    address = f"{RELATIONS}{second.pk}/"
    waiting = client_of_staff.get(address)["ETag"]
    client_of_staff.delete(f"{RELATIONS}{first.pk}/")

    refused = client_of_staff.delete(address, headers={"If-Match": waiting})
    ended = client_of_staff.delete(address, headers={"If-Match": client_of_staff.get(address)["ETag"]})

    assert (refused.status_code, ended.status_code) == (412, 204)
    assert UserEventRelation.objects.get(pk=second.pk).status == Status.CANCELLED


@pytest.mark.django_db(transaction=True)
def test_relations_ended_at_once_under_a_condition_take_turns_at_the_seats(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seats are locked before the relation, as everywhere: nobody waits for each other in a circle.

    All come to the lock at once, as they do when each is answered by another web process.
    """
    monkeypatch.setattr(turns.LEADING, "turn", lambda _event: nullcontext())
    staff, event = StaffFactory.create(), EventFactory.create(max_capacity=2)
    relations = [attend(UserFactory.create(), event) for _person in range(8)]
    start = threading.Barrier(8)

    def end(relation: UserEventRelation) -> int:
        client = signed_in(staff)
        start.wait()
        try:
            return client.delete(f"{RELATIONS}{relation.pk}/", headers={"If-Match": "*"}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        codes = list(threads.map(end, relations))

    capacity = EventCapacity.objects.get(event=event)
    assert codes == [204] * 8
    assert (capacity.taken, capacity.waiting) == (0, 0)


@pytest.mark.django_db
def test_place_taken_twice_with_one_key_is_one_place(client_of_staff: APIClient) -> None:
    event, person = EventFactory.create(), UserFactory.create()
    body = {"user_id": str(person.pk), "event_id": str(event.pk), "role": "attendee"}

    codes = [client_of_staff.post(RELATIONS, body, headers={"Idempotency-Key": "1"}).status_code for _try in range(2)]
    anew = client_of_staff.post(RELATIONS, body)

    assert (codes, anew.status_code) == ([201, 201], 200)
    assert UserEventRelation.objects.filter(user=person, event=event).count() == 1
