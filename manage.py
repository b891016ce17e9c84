#!/usr/bin/env python
"""The operator's door: ``manage.py help`` lists the commands."""

import os
import sys


def main() -> None:
    """Run a management command with the project's settings.

    Ends with 2, and says so, where these make no sense or the database lacks tables; with 1 where it cannot be reached.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm_project.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError, ProgrammingError
    from psycopg.errors import UndefinedColumn, UndefinedTable

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
    except ProgrammingError as error:
        if not isinstance(error.__cause__, UndefinedTable | UndefinedColumn):
            raise
        sys.stderr.write(f"{error}\nThe database is older than this code. Bring it up to date: manage.py migrate\n")
        sys.exit(2)
    except OperationalError as error:
        # What the server itself says has a code; without one there is no server to say anything.
        if getattr(error.__cause__, "sqlstate", ""):
            raise
        sys.stderr.write(f"{error}\nThe database of DATABASE_URL cannot be reached.\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
