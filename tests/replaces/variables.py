"""Every variable: what the settings make of it, in a process of its own."""

import ast
import os
import subprocess
import sys
from functools import cache
from typing import Any

from tests import deployment
from tests.replaces.examples import example, register
from tests.replaces.page import Key
from tests.replaces.scene import Scene

# The variable, a value, the setting that it decides and what that is then.
VARIABLES: dict[str, tuple[str, str, str]] = {
    "DATABASE_URL": ("postgres://crm@db.example.com/crm", "DATABASES['default']['HOST']", "'db.example.com'"),
    "REDIS_URL": ("redis://redis.example.com", "CELERY_BROKER_URL", "'redis://redis.example.com'"),
    "EMAIL_URL": ("anymail+postmark://a-key", "EMAIL_BACKEND", "'anymail.backends.postmark.EmailBackend'"),
    "DEFAULT_FROM_EMAIL": ("crm@example.org", "DEFAULT_FROM_EMAIL", "'crm@example.org'"),
    "DEFAULT_EMAIL_TEMPLATE": ("newsletter", "DEFAULT_EMAIL_TEMPLATE", "'newsletter'"),
    "SECRET_KEY": ("one" * 20, "SECRET_KEY", repr("one" * 20)),
    "JWT_SIGNING_KEY": ("two" * 20, "SIMPLE_JWT['SIGNING_KEY']", repr("two" * 20)),
    "DEBUG": ("off", "DEBUG", "False"),
    "ALLOWED_HOSTS": ("crm.example.com", "ALLOWED_HOSTS", "['crm.example.com']"),
    "PUBLIC_URL": ("https://crm.example.com", "PUBLIC_URL", "'https://crm.example.com'"),
    "CORS_ALLOWED_ORIGINS": ("https://app.example.com", "CORS_ALLOWED_ORIGINS", "['https://app.example.com']"),
    "TRUSTED_PROXIES": ("10.0.0.0/8", "len(TRUSTED_PROXIES)", "1"),
    "SENTRY_DSN": ("https://key@sentry.example.com/1", "SENTRY_DSN", "'https://key@sentry.example.com/1'"),
}


@cache
def settings_read() -> dict[str, str]:
    """Return what each variable decides, in a process that has them all."""
    wanted = {name: expression for name, (_value, expression, _expected) in VARIABLES.items()}
    program = "import ast, sys; from crm_project import settings; names = vars(settings)\n"
    program += "print({one: repr(eval(how, names)) for one, how in ast.literal_eval(sys.argv[1]).items()})"
    environment = {"PATH": os.environ["PATH"], **{name: value for name, (value, *_rest) in VARIABLES.items()}}
    command = [sys.executable, "-c", program, repr(wanted)]
    done = subprocess.run(command, env=environment, cwd=deployment.ROOT, capture_output=True, text=True, check=True)
    found: dict[str, str] = ast.literal_eval(done.stdout.splitlines()[-1])
    return found


def decided(name: str, expected: str) -> Any:
    """Return the example of a variable."""

    def run(_scene: Scene) -> None:
        assert settings_read()[name] == expected

    return run


for variable, (_value, _expression, outcome) in VARIABLES.items():
    register(Key("Variables", "", variable), decided(variable, outcome))


@example("Variables", "PORT")
def port_of_the_site(_scene: Scene) -> None:
    """Ask the command, which refuses what is no port."""
    environment = {"PATH": os.environ["PATH"], "PORT": "no-port"}
    command = [sys.executable, "manage.py", "runall"]
    done = subprocess.run(command, env=environment, cwd=deployment.ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, "PORT is 'no-port'" in done.stderr) == (2, True), done.stderr
