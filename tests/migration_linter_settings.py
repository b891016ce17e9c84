"""The project's settings plus the migration linter, a development tool that production does not have installed."""

from crm_project.settings import *  # noqa: F403 — a settings module extends another by taking over all of its names
from crm_project.settings import INSTALLED_APPS as PROJECT_APPS

INSTALLED_APPS = [*PROJECT_APPS, "django_migration_linter"]
MIGRATION_LINTER_OPTIONS = {
    "quiet": ["ignore"],
    "no_cache": True,
    "ignore_name": [
        "0007_drop_counters_of_people",  # whose values another table took over two migrations before
        "0005_give_each_place_once",  # a constraint of an index that is made beside the site's work
    ],
    "include_apps": ["api", "users", "events", "relations", "mailing"],
}
