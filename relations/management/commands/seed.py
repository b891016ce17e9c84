from argparse import ArgumentParser, ArgumentTypeError
from datetime import date

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError

from relations.demo import DEMO_PREFIX
from relations.seeding.draws import DoesNotFitError
from relations.seeding.plan import AS_OF, Plan
from relations.seeding.store import CountsDriftedError, seed
from users.imports.progress import progress_on
from users.models import User

BAD_ARGUMENTS = 2


class Command(BaseCommand):
    help = (
        "Store synthetic people, events and relations: the same numbers and seed make the same rows, ids included. "
        "Refuses a database that holds people other than staff and the demo's, unless --force."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--users", type=_number, required=True)
        parser.add_argument("--events", type=_number, required=True)
        parser.add_argument("--relations", type=int, required=True)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--as-of", type=date.fromisoformat, default=AS_OF, help="the day that is today in the data")
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
        progress = progress_on(self.stderr, plan.users + plan.events + plan.relations)  # type: ignore[arg-type]  # writes
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


def _number(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ArgumentTypeError("must be at least 1")
    return number


def _holds_people() -> bool:
    return User.objects.filter(is_staff=False).exclude(external_id__startswith=DEMO_PREFIX).exists()
