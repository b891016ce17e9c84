"""What events announce to the apps above them, inside the transaction that did it."""

from django.dispatch import Signal

# A single event was created, not imported. Sends event, actor (User or None), host_ids (UUIDs, or None: the actor).
event_created = Signal()
# What decides who gets in was changed and stored: capacity, offers, status or the times. Sends events (in the order of
# their keys), actor, reason (a text for the ledger; empty: none was given).
admission_changed = Signal()
# An event that was cancelled or completed is about to be neither; who has not done with its end yet refuses it with
# Conflict. Sends event (as it is to be), was (its status before).
event_reopening = Signal()
# What people plan by was changed and stored, not by an import: title, times, zone or venue. Sends events (in the order
# of their keys), actor.
events_changed = Signal()
# An event is about to be deleted: what only belongs to its creation may go with it. Sends event.
event_deleting = Signal()
# Events were made from another, which they repeat. Sends original, events (in the order of their keys), actor.
events_repeated = Signal()
