"""The tasks of the workers. They name no campaign and no person: what there is to do stands in the database."""

from celery import shared_task

from mailing import accounts, attachments
from mailing import pump as pumping
from mailing.doorbell import PUMP, REMIND, answer, ring_now
from mailing.registrations.reminders import remind as write_reminders


@shared_task(name=PUMP, ignore_result=True)  # type: ignore[untyped-decorator]  # Celery is untyped
def pump() -> None:
    """Send what is due for a while, and ring again when that was not all."""
    answer()
    if pumping.pump():
        ring_now()


@shared_task(name="mailing.forget_account_mails", ignore_result=True)  # type: ignore[untyped-decorator]  # as above
def forget_account_mails() -> None:
    """Delete mails about accounts that were sent, or given up, a week ago."""
    while accounts.purge():
        pass


@shared_task(name="mailing.forget_attachments", ignore_result=True)  # type: ignore[untyped-decorator]  # as above
def forget_attachments() -> None:
    """Delete the files of mails that were finished a week ago."""
    attachments.purge()


@shared_task(name=REMIND, ignore_result=True)  # type: ignore[untyped-decorator]  # as above
def remind() -> None:
    """Have people reminded of the events that begin soon."""
    write_reminders()
