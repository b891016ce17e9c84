"""A worker process of the tests: pumps until it is killed, or until nothing is left. Killed and stopped at will."""

import json
import os
import sys
import time

import django


def main() -> None:
    """Pump with the policy that the first argument holds as JSON."""
    django.setup()
    from django.db import close_old_connections

    from mailing.models import Campaign
    from mailing.policy import Policy
    from mailing.pump import pump

    policy = Policy(**json.loads(sys.argv[1]))
    while os.environ.get("FOREVER") or Campaign.objects.unfinished().exclude(status="paused").exists():
        close_old_connections()
        if not pump(policy):
            time.sleep(0.05)


if __name__ == "__main__":
    main()
