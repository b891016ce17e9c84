"""Which lanes may send: one whose server is in trouble waits, longer after each failure in a row."""

from django.db import connection

from mailing.policy import Policy

PAUSED = "SELECT lane FROM mailing_lanepause WHERE until > clock_timestamp()"
# A pause that runs already is left alone: two workers that meet the same trouble are one failure.
PAUSE = """
    INSERT INTO mailing_lanepause AS p (lane, until, failures, trouble)
    VALUES (%(lane)s, clock_timestamp() + make_interval(secs => %(first)s * (0.5 + random())), 1, %(trouble)s)
    ON CONFLICT (lane) DO UPDATE
       SET failures = p.failures + 1, trouble = EXCLUDED.trouble,
           until = clock_timestamp() + make_interval(
               secs => least(%(first)s * 2 ^ least(p.failures, 30), %(most)s) * (0.5 + random()))
     WHERE p.until <= clock_timestamp()
"""
REOPEN = "DELETE FROM mailing_lanepause WHERE lane = %s AND until <= clock_timestamp()"


def paused_lanes() -> set[str]:
    """Return the lanes that wait at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(PAUSED)
        return {row[0] for row in cursor.fetchall()}


def pause(lane: str, trouble: str, policy: Policy) -> None:
    """Let ``lane`` wait because of ``trouble``."""
    first, most = policy.lane_pause, policy.lane_pause_at_most
    with connection.cursor() as cursor:
        cursor.execute(PAUSE, {"lane": lane, "trouble": trouble, "first": first, "most": most})


def reopen(lane: str) -> None:
    """Forget the trouble of ``lane``: a mail got through."""
    with connection.cursor() as cursor:
        cursor.execute(REOPEN, [lane])
