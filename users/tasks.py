"""What people's records have done for them in the background."""

from celery import shared_task
from django.core.management import call_command

from users.accounts import emails, lockout, security_log, signup, tokens


@shared_task(name="users.forget_attempts", ignore_result=True)  # type: ignore[untyped-decorator]  # Celery is untyped
def forget_attempts() -> None:
    """Delete failed sign-ins that no longer count: they name an e-mail, perhaps nobody's, and an address."""
    lockout.purge()


@shared_task(name="users.forget_accounts", ignore_result=True)  # type: ignore[untyped-decorator]  # as above
def forget_accounts() -> None:
    """Delete what is over: what nobody confirmed, ended sessions and tokens, old entries of the security log."""
    signup.purge()
    emails.purge()
    tokens.purge()
    security_log.purge()
    call_command("flushexpiredtokens")
    call_command("clearsessions")
