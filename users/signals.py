"""What people's records announce to the apps above, inside the transaction."""

from django.dispatch import Signal

# user, before, after (frozensets of role names), actor (None: an operator).
roles_changed = Signal()
