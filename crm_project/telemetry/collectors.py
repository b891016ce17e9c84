"""What is asked of the database, the broker and the processes at each scrape, in a few milliseconds at any size."""

import os
from collections.abc import Iterator
from time import time
from typing import Any

import psutil
from django.db import Error, connection, transaction
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from crm_project.health import OK, broker_state
from crm_project.telemetry import MULTIPROCESS
from mailing.models import CampaignStatus, DeliveryStatus, Lane

STATEMENT_MILLISECONDS = 2_000
# Above these the figures stay where they are: counting on would cost more than knowing is worth.
COUNTED_AT_MOST = 100_000
COUNTED_WHOLE_BYTES = 16 * 1024 * 1024

# By campaign, as the queue's index is; a paused campaign's rows are waiting for somebody's decision, not for a worker.
DEPTH = """
    SELECT count(*) FROM (
        SELECT FROM mailing_campaign c JOIN mailing_delivery d ON d.campaign_id = c.id AND d.status = 'queued'
         WHERE c.lane = %s AND c.status = 'sending' AND c.finished_at IS NULL LIMIT %s) waiting
"""
OLDEST = """
    SELECT coalesce(extract(epoch FROM clock_timestamp() - min(first.due)), 0)
      FROM mailing_campaign c CROSS JOIN LATERAL (
           SELECT d.next_attempt_at AS due FROM mailing_delivery d
            WHERE d.campaign_id = c.id AND d.status = 'queued' AND d.next_attempt_at <= clock_timestamp()
            ORDER BY d.next_attempt_at LIMIT 1) first
     WHERE c.lane = %s AND c.status = 'sending' AND c.finished_at IS NULL
"""
PAUSED = "SELECT count(*) FROM mailing_lanepause WHERE lane = %s AND until > clock_timestamp()"
CAMPAIGNS = "SELECT status, count(*) FROM mailing_campaign GROUP BY status"
IS_SMALL = "SELECT pg_relation_size('mailing_delivery') <= %s"
DELIVERIES = "SELECT status, count(*) FROM mailing_delivery GROUP BY status"
# What ANALYZE found last.
ESTIMATED = """
    SELECT state, (share * greatest(reltuples, 0))::bigint
      FROM pg_stats s JOIN pg_class c ON c.oid = 'mailing_delivery'::regclass AND c.relname = s.tablename,
           unnest(s.most_common_vals::text::text[], s.most_common_freqs) AS common (state, share)
     WHERE s.schemaname = current_schema() AND s.tablename = 'mailing_delivery' AND s.attname = 'status'
"""
FEW = (DeliveryStatus.CLAIMED, DeliveryStatus.SENDING, DeliveryStatus.IN_DOUBT)
NUMBER_OF = "SELECT count(*) FROM (SELECT FROM mailing_delivery WHERE status = %s LIMIT %s) found"


class Database(Collector):
    """Whether the database answers and, if so, how mail goes."""

    def collect(self) -> Iterator[Metric]:
        try:
            with transaction.atomic():
                _query("SELECT set_config('statement_timeout', %s, true)", str(STATEMENT_MILLISECONDS))
                found = list(_mail())
        except Error:
            found = []
        yield GaugeMetricFamily("crm_database_up", "1 where the database answers in time.", value=bool(found))
        yield from found


class Broker(Collector):
    """Whether the broker answers."""

    def collect(self) -> Iterator[Metric]:
        up = broker_state() == OK
        yield GaugeMetricFamily("crm_broker_up", "1 where the broker of the workers answers.", value=up)


class Processes(Collector):
    """The web server's processes on this host: gunicorn's first one and those it started, or this one."""

    def collect(self) -> Iterator[Metric]:
        first = psutil.Process(os.getppid() if os.environ.get(MULTIPROCESS) else os.getpid())
        alive = [first, *first.children()]
        yield GaugeMetricFamily("crm_web_processes", "Processes of the web server.", value=len(alive))
        yield GaugeMetricFamily(
            "crm_web_uptime_seconds", "Seconds since the web server started.", value=time() - first.create_time()
        )
        yield GaugeMetricFamily(
            "crm_web_resident_memory_bytes",
            "Memory of these processes, what they share counted for each.",
            value=sum(_memory(process) for process in alive),
        )


def _memory(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:  # it has ended meanwhile
        return 0


def _mail() -> Iterator[Metric]:
    lanes = (
        ("crm_mail_queue", f"Deliveries that wait, up to {COUNTED_AT_MOST}, by lane.", DEPTH, (COUNTED_AT_MOST,)),
        ("crm_mail_queue_oldest_seconds", "Seconds that the oldest delivery is overdue, by lane.", OLDEST, ()),
        ("crm_mail_lane_paused", "1 where a lane waits for its mail server to come back.", PAUSED, ()),
    )
    for name, text, sql, arguments in lanes:
        figures = {lane: _query(sql, lane, *arguments)[0][0] for lane in Lane.values}
        yield _by("lane", name, text, figures)
    campaigns = dict.fromkeys(CampaignStatus.values, 0) | dict(_query(CAMPAIGNS))
    yield _by("status", "crm_mail_campaigns", "Campaigns, by status.", campaigns)
    text = "Deliveries by state; in a large table estimates as of the last ANALYZE, but for those in hand or in doubt."
    yield _by("state", "crm_mail_deliveries", text, _deliveries())


def _deliveries() -> dict[str, int]:
    none: dict[str, int] = dict.fromkeys(DeliveryStatus.values, 0)
    if _query(IS_SMALL, COUNTED_WHOLE_BYTES)[0][0]:
        return none | dict(_query(DELIVERIES))
    few: dict[str, int] = {state: _query(NUMBER_OF, state, COUNTED_AT_MOST)[0][0] for state in FEW}
    return none | dict(_query(ESTIMATED)) | few


def _by(label: str, name: str, text: str, figures: dict[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=[label])
    for value, figure in figures.items():
        family.add_metric([value], float(figure))
    return family


def _query(sql: str, *arguments: str | int) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, arguments)
        return list(cursor.fetchall())
