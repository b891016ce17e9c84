#!/usr/bin/env python
"""The operator's door: ``manage.py help`` lists the commands."""

import os
import sys


def main() -> None:
    """Run a management command with the project's settings; where these make no sense, say so and end with 2."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm_project.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
