"""What relations announce to the apps above them, inside the transaction that did it."""

from django.dispatch import Signal

# Attendees' statuses were changed by a service (not by an import), each to the last line of its ledger.
# Sends event_id and relation_ids (a list of UUIDs of one event).
registrations_changed = Signal()
