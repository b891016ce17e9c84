import re
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from datetime import date

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError

from relations.demo import DEMO_PREFIX
from relations.seeding.draws import DoesNotFitError
from relations.seeding.plan import AS_OF, FIRST_DAY, LAST_DAY, Plan
from relations.seeding.store import CountsDriftedError, seed
from users.imports.progress import progress_on
from users.models import User

BAD_ARGUMENTS = 2
MOST_ROWS = 100_000_000
HIGHEST_SEED = 999_999_999
NUMBER = re.compile(r"-?[0-9]{1,12}")


class Command(BaseCommand):
    help = (
        "Store synthetic people, events and relations: the same numbers and seed make the same rows, ids included. "
        "Refuses a database that holds people other than staff and the demo's, unless --force."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--users", type=_between(1, MOST_ROWS), required=True)
        parser.add_argument("--events", type=_between(1, MOST_ROWS), required=True)
        parser.add_argument("--relations", type=_between(0, MOST_ROWS), required=True)
        parser.add_argument("--seed", type=_between(0, HIGHEST_SEED), default=1)
        parser.add_argument("--as-of", type=_day, default=AS_OF, help="the day that is today in the data")
        parser.add_argument("--force", action="store_true", help="add to the people that are there")

    def handle(
        self, *, users: int, events: int, relations: int, seed: int, as_of: date, force: bool, **_options: object
    ) -> None:
        if not force and _holds_people():
            raise CommandError("This database holds people already. Use --force to add synthetic ones.", returncode=1)
        plan = Plan(users=users, events=events, relations=relations, seed=seed, as_of=as_of)
        self._store(plan)
        self.stdout.write(f"{users:,} people, {events:,} events and {relations:,} relations, counted and checked.")

    def _store(self, plan: Plan) -> None:
        rows = plan.users + plan.events + plan.relations
        # Django's wrapper would end each move of a bar as a red line of its own.
        progress = progress_on(self.stderr._out, rows, unit="rows")  # type: ignore[arg-type]  # the stubs' mistake
        try:
            seed(plan, done=progress.at)
        except DoesNotFitError as error:
            raise CommandError(f"Too many relations: {error}", returncode=BAD_ARGUMENTS) from error
        except IntegrityError as error:
            raise CommandError(
                f"Seed {plan.seed} is in this database already. Choose another.", returncode=1
            ) from error
        except CountsDriftedError as error:
            raise CommandError("Counters have drifted: run check_counts. Nothing was stored.", returncode=1) from error
        except KeyboardInterrupt as error:
            raise CommandError("Interrupted. Nothing was stored.", returncode=130) from error
        finally:
            progress.close()


def _between(least: int, most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not NUMBER.fullmatch(text) or not least <= int(text) <= most:
            raise ArgumentTypeError(f"{text[:20]!r} is no number between {least:,} and {most:,}")
        return int(text)

    return number


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no day. Write it as 2026-01-31.") from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ArgumentTypeError(f"{day} is not between {FIRST_DAY} and {LAST_DAY}")
    return day


def _holds_people() -> bool:
    return User.objects.filter(is_staff=False).exclude(external_id__startswith=DEMO_PREFIX).exists()
