"""The numbers by which mail is sent. Times are in seconds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """How much is claimed at a time, how long a claim holds, and how long to wait after trouble."""

    claim_size: int = 50
    gate_size: int = 10
    # What passed the gate longer ago is asked about once more before it is handed over: people unsubscribe meanwhile.
    gate_holds: float = 1
    # A gate of ten needs 10 × the deadline in the worst case; what the lease does not cover goes back to the queue.
    lease: float = 120
    deadline: float = 30
    pump_time: float = 20
    recycle_after: int = 100
    attempts: int = 8
    # So many refusals in one claim before anything is accepted: it is us who are refused.
    refusals: int = 10
    retry_after: float = 60
    retry_at_most: float = 6 * 3600
    lane_pause: float = 5
    lane_pause_at_most: float = 600
    freeze_size: int = 5_000
    # A filter that counts costs the same for few as for many: one evaluation serves twenty portions.
    look_ahead: int = 100_000
    sweep_size: int = 5_000


DEFAULT = Policy()
# Beat rings every so often; a ring that nobody heard by then is forgotten, since the next one follows.
TICK = 5
# So often beat looks for events that begin soon.
REMINDER_TICK = 300
# An audience of up to so many people is frozen before the call returns.
FROZEN_AT_ONCE = 1_000
