"""What people's records announce to the apps above, inside the transaction."""

from django.dispatch import Signal

# user, before, after (frozensets of role names), actor (None: an operator).
roles_changed = Signal()
# The e-mail, or whether the person may sign in, was changed. Sends user, before (a dict of these fields), actor.
sign_in_changed = Signal()
# All sessions and tokens of a person have ended: end what else lets somebody in. Sends user.
sign_ins_ended = Signal()
# A person is about to be deleted; let go of what would hold them back for no reason. Sends user.
person_leaves = Signal()
# A mail about somebody's account is due. Sends kind (users.accounts.mail.AccountMailKind), user (whose address it is,
# or None), email, context (language; key: of what waits to be confirmed, or None; asker: tells those who ask for mail
# apart). Whoever writes it answers True, or False where the address has had enough of the sort.
account_mail = Signal()
