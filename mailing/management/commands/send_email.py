from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from api.exceptions import Conflict, InvalidInput
from api.parsers import strict_json
from mailing.audience import Choice, by_filter, by_ids, by_segment
from mailing.categories import category_named
from mailing.content import Content, content_of_template, own_content
from mailing.counts import counts_of, exclusions_of
from mailing.description import described
from mailing.models import Campaign, MailCategory
from mailing.preview import reach_of
from mailing.services import create_campaign
from mailing.watching import ledger_line, watch
from users.management.naming import segment_named

BAD_ARGUMENTS, INTERRUPTED = 2, 130


class Command(BaseCommand):
    help = "Mail to people: make a campaign, which the workers send."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--template", help=f"a template by name (default: {settings.DEFAULT_EMAIL_TEMPLATE})")
        parser.add_argument("--subject", help="a subject of your own, with placeholders such as {{ first_name }}")
        parser.add_argument("--body", help="the text that goes with --subject")
        parser.add_argument("--category", metavar="KEY", help="the sort of mail: who does without it is left out")
        who = parser.add_mutually_exclusive_group(required=True)
        who.add_argument(
            "--filter",
            metavar="JSON",
            help='whom this filter finds, in the grammar of the API; {"everybody": true} finds all',
        )
        who.add_argument("--segment", metavar="NAME", help="the people of this segment; see the command segments")
        who.add_argument(
            "--user", metavar="ID", action="append", help="this person (id or external_id); may be repeated"
        )
        parser.add_argument("--dry-run", action="store_true", help="say who would get it; store and send nothing")
        parser.add_argument("--wait", action="store_true", help="show it go until it is finished")

    def handle(self, **options: Any) -> None:
        try:
            self._mail(**options)
        except (InvalidInput, Conflict, ValidationError, ValueError, DatabaseError) as error:
            raise CommandError(_said(error), returncode=BAD_ARGUMENTS) from error

    def _mail(self, *, dry_run: bool, wait: bool, **options: Any) -> None:
        content, choice = _content(options), _choice(options)
        category = category_named(options["category"]) if options["category"] else None
        if dry_run:
            self._tell_reach(content, choice, category)
            return
        campaign = create_campaign(content=content, choice=choice, sender=None, category=category)
        self._tell(campaign)
        if wait:
            self._wait(campaign)

    def _tell_reach(self, content: Content, choice: Choice, category: MailCategory | None) -> None:
        reach = reach_of(choice, sender=None, category=category or content.category)
        subject = described(content.subject).subject
        self.stdout.write(f"Dry run, nothing stored: “{subject}” would go to {_people(reach.mailed)}.")
        self._tell_left_out(reach.left_out)

    def _tell(self, campaign: Campaign) -> None:
        self.stdout.write(
            f"Campaign {campaign.pk} is {campaign.status}: {ledger_line(counts_of([campaign.pk])[campaign.pk])}"
        )
        self._tell_left_out(exclusions_of(campaign.pk))

    def _tell_left_out(self, numbers: dict[str, int]) -> None:
        if numbers:
            self.stdout.write("Left out: " + ", ".join(f"{reason} {number:,}" for reason, number in numbers.items()))

    def _wait(self, campaign: Campaign) -> None:
        """Exit status 1 when not everybody got it."""
        try:
            # Not the wrapper, which would colour each move of the bar and end it as a line.
            watch(campaign, self.stderr._out)  # type: ignore[arg-type]  # the stubs take it for a function
        except KeyboardInterrupt as error:
            raise CommandError(
                "Interrupted. The campaign goes on; see campaign_status.", returncode=INTERRUPTED
            ) from error
        if campaign.trouble:
            raise CommandError(f"The campaign is {campaign.status}. {campaign.trouble}", returncode=1)
        counts = counts_of([campaign.pk])[campaign.pk]
        if counts["sent"] < counts["frozen"]:
            raise CommandError(f"Not all was sent: {ledger_line(counts)}", returncode=1)
        self.stdout.write(f"Campaign {campaign.pk} is {campaign.status}: {ledger_line(counts)}")


def _content(options: dict[str, Any]) -> Content:
    template, subject, body = options["template"], options["subject"], options["body"]
    if (subject is None) != (body is None) or (template and subject is not None):
        raise ValueError("Give --template, or --subject and --body.")
    if subject is not None:
        return own_content(subject=subject, body=body)
    return content_of_template(template or settings.DEFAULT_EMAIL_TEMPLATE)


def _choice(options: dict[str, Any]) -> Choice:
    """Whoever names somebody who is not there meant somebody else: then nobody is mailed."""
    if options["segment"] is not None:
        return by_segment(str(segment_named(options["segment"]).pk), sender=None)
    if not options["user"]:
        return _filtered(options["filter"])
    choice = by_ids(options["user"], sender=None)
    if choice.unknown:
        raise ValueError(f"--user: nobody's id: {', '.join(choice.unknown)}. Nobody was mailed.")
    return choice


def _filtered(text: str) -> Choice:
    try:
        return by_filter(strict_json(text), sender=None)  # a tree that is none is refused by the filters
    except (InvalidInput, ValueError) as error:
        raise ValueError(f"--filter: {error}") from error


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number:,} people"


def _said(error: Exception) -> str:
    said = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
    return said.partition("\n")[0]  # PostgreSQL adds the statement's lines
