"""P8: people from a CSV file, half of them known, against ``bulk_create(update_conflicts=True)``.

Each import runs in a transaction that is rolled back, so that every round begins with the same rows.
"""

import csv
import hashlib
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path

from django.db import connection, transaction

from benchmarks.results import Comparison, Limit, RowResult, WrongResultError
from benchmarks.rounds import Work, interleaved, timed
from benchmarks.scales import Scale
from benchmarks.web.servers import ROOT
from users.imports.people import PeopleImport
from users.imports.service import import_file
from users.models import User

COLUMNS = (
    *("external_id", "email", "first_name", "last_name", "phone_number", "gender", "job_title", "company", "city"),
    "state",
)
LIMIT = Limit("≥", 2.5)
GROSS = 0.2
BOTH = (
    "both write versions and history, the peer's a row at a time by the trigger; the product alone checks each row and "
    "keeps checkpoints. The ANALYZE that ends a large import is in neither time: within a transaction, as here, it is "
    "left to the server."
)
BATCH = 5_000  # as many as the product stores at a time
KILOBYTES_IN_MEGABYTE = 1024

_IMPORT_AND_TELL = """
import os, re, sys
from pathlib import Path
from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm_project.settings")
execute_from_command_line(["manage.py", "import_users", "--dry-run", sys.argv[1]])
print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""


def run(scale: Scale) -> RowResult:
    """Time a file that changes half of its rows and adds the others, then one that changes nothing; weigh both."""
    number = scale.rows_to_import
    with tempfile.TemporaryDirectory() as folder:
        known = list(User.objects.filter(external_id__isnull=False).order_by("external_id").values(*COLUMNS)[:number])
        mixed = _written(Path(folder) / "mixed.csv", _mixed(known[: number // 2], number - number // 2))
        unchanged = _written(Path(folder) / "unchanged.csv", known)
        few = _written(Path(folder) / "few.csv", islice(_mixed(known[: number // 2], 0), number // 10))
        comparisons = [
            _compared(f"{number:,} people from CSV, half of them known and changed", mixed, scale),
            _compared(f"{len(known):,} people from CSV, all of them known and unchanged", unchanged, scale),
        ]
        notes = [BOTH, _memory(few, number // 10, mixed, number)]
    return RowResult("P8", comparisons, notes)


def _mixed(known: list[dict[str, str]], new: int) -> Iterable[dict[str, str]]:
    """Yield known and new people in turn."""
    for person in known:
        yield {**person, "job_title": "Benchmarked", "city": f"{person['city']} too"}
    for number in range(new):
        name = f"benchmark-{number}"
        values = (
            name,
            f"{name}@example.com",
            "Ada",
            f"Bench {number}",
            "",
            "",
            "Benchmarked",
            "Zürich AG",
            "Zürich",
            "",
        )
        yield dict(zip(COLUMNS, values, strict=True))


def _written(path: Path, people: Iterable[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(people)
    return path


def by_product(path: Path) -> None:
    """Import as ``manage.py import_users`` does."""
    record = import_file(PeopleImport(), path).record
    if record.failed:
        raise WrongResultError(f"{record.failed} rows were in error.")


def by_peer(path: Path) -> None:
    """Import as is usual in Django, without validation: instances in batches, and one conflict target."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        while batch := [User(**row, password="!") for row in islice(rows, BATCH)]:  # noqa: S106  # no password's mark
            User.objects.bulk_create(
                batch, update_conflicts=True, unique_fields=["external_id"], update_fields=COLUMNS[1:]
            )


def _compared(work: str, path: Path, scale: Scale) -> Comparison:
    ours, theirs = _outcome(by_product, path), _outcome(by_peer, path)
    if ours != theirs:
        raise WrongResultError(f"{work}: the rows differ.")
    seconds = interleaved(
        {"product": _rolled_back(by_product, path), "peer": _rolled_back(by_peer, path)}, rounds=scale.rounds
    )
    return Comparison(
        work,
        "`bulk_create(update_conflicts=True)` in batches of 5,000, unvalidated",
        seconds["product"],
        seconds["peer"],
        LIMIT,
        gross=GROSS,
    )


def _rolled_back(importing: Callable[[Path], None], path: Path) -> Work:
    def work() -> float:
        with transaction.atomic():
            seconds = timed(lambda: importing(path))
            transaction.set_rollback(True)
        _sweep()
        return seconds

    return work


def _outcome(importing: Callable[[Path], None], path: Path) -> str:
    """Return a digest of everybody's profile after an import."""
    digest = hashlib.sha256()
    with transaction.atomic():
        importing(path)
        for row in User.objects.order_by("external_id", "pk").values_list(*COLUMNS).iterator():
            digest.update(repr(row).encode())
        transaction.set_rollback(True)
    _sweep()
    return digest.hexdigest()


def _sweep() -> None:
    """Remove what was rolled back, so that the next import does not step over it."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM users_user, users_userhistory")


def _memory(few: Path, few_rows: int, many: Path, many_rows: int) -> str:
    less, more = _peak_megabytes(few), _peak_megabytes(many)
    return f"import of {few_rows:,} rows peaks at {less:.0f} MB, of {many_rows:,} rows at {more:.0f} MB."


def _peak_megabytes(path: Path) -> float:
    """Return the most memory that the command takes, in a process of its own, as Linux has it of that program.

    ``wait4`` would tell the most of whatever ran in the process, and before its program that is this one.
    """
    command = [sys.executable, "-c", _IMPORT_AND_TELL, str(path)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603  # our own command
    if run.returncode:
        raise WrongResultError(f"import_users ended with status {run.returncode}: {run.stderr[-500:]}")
    return int(run.stdout.split()[-1]) / KILOBYTES_IN_MEGABYTE
