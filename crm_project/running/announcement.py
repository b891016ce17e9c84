"""What `make run` says once the site can be used."""

import http.client
import os
import signal
import time
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth import get_user_model

from crm_project.management.commands.demo import EMAIL, PASSWORD
from mailing import mailbox

SECONDS_TO_GET_READY = 120
PAUSE = 0.2


def announcement(address: str) -> str:
    """Return where the site is, how to sign in and where mail goes."""
    lines = [f"Event CRM is ready: {address}", f"API: {address}api/docs/"]
    if settings.DEBUG and _demo_login_works():
        lines.append(f"Sign in as {EMAIL} with the password {PASSWORD}")
    lines.append(f"Mail: {'written to ' + str(settings.MAIL_DIR) if mailbox.is_in_use() else 'sent by EMAIL_URL'}")
    width = max(map(len, lines))
    rule = "─" * (width + 2)
    return "\n".join(["", f"┌{rule}┐", *(f"│ {line:<{width}} │" for line in lines), f"└{rule}┘", ""])


def announce_when_ready(port: int, text: str) -> None:
    """Print ``text`` as soon as the site on ``port`` is ready. Ends with the process that has started this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one that started this
    parent = os.getppid()
    deadline = time.monotonic() + SECONDS_TO_GET_READY
    while os.getppid() == parent and time.monotonic() < deadline:
        if is_ready(port):
            print(text, flush=True)  # noqa: T201 — it is meant for the terminal
            return
        time.sleep(PAUSE)


def is_ready(port: int) -> bool:
    """Tell whether the site on this machine's ``port`` says that it can serve requests."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    # Production answers to its own names only.
    headers = {"Host": settings.ALLOWED_HOSTS[0].lstrip(".").replace("*", "localhost")}
    try:
        connection.request("GET", "/health/ready/", headers=headers)
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):  # it does not listen yet
        return False
    finally:
        connection.close()


def _demo_login_works() -> bool:
    user = get_user_model().objects.filter(email=EMAIL, is_active=True).first()
    return user is not None and user.check_password(PASSWORD)
