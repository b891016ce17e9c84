"""Settings of the benchmark: those of production, on a database of its own that is named after the scale."""

import os

os.environ["DEBUG"] = "off"
os.environ["SECRET_KEY"] = "known to everybody, for a site that only the benchmark calls"  # noqa: S105  # and that is all right
os.environ["ALLOWED_HOSTS"] = "127.0.0.1"
os.environ["SECURE_SSL_REDIRECT"] = "off"
# Counted like everybody's calls, and never too many.
os.environ["THROTTLE_RATES"] = "user=100000000/min"

from crm_project.settings import *  # noqa: F403  # they are settings, and read what is set above

DATABASES["default"]["NAME"] = f"event_crm_bench_{os.environ['BENCH_SCALE']}"  # noqa: F405  # comes with the settings
STATIC_ROOT = VAR_DIR / "benchmark-static"  # noqa: F405  # as above
