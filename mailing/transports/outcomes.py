"""What can come of handing a message over, other than that it was accepted. Each says what the other side said."""


class OutcomeError(Exception):
    """The message was not accepted, or nobody knows."""


class RefusedError(OutcomeError):
    """This recipient or message is refused for good; ``hard`` when the address itself is no good.

    Unless it is ``certain``, the other side may as well refuse whatever comes from us.
    """

    def __init__(self, reply: str, *, hard: bool, certain: bool = False) -> None:
        super().__init__(reply)
        self.hard = hard
        self.certain = certain


class DeferredError(OutcomeError):
    """This recipient or message is refused for now."""


class UnreachableError(OutcomeError):
    """The server, or our account there, is in trouble: nothing was handed over, whoever the recipient is."""


class InDoubtError(OutcomeError):
    """The message was on its way when the connection broke: it may have been accepted."""
