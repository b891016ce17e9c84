"""What can be wrong with an import."""


class UnusableFileError(Exception):
    """The file cannot be imported at all; nothing of it was stored."""


class TangledError(Exception):
    """The rows of a batch wait for each other in so long a line that they are quicker in smaller batches."""


class RowError(Exception):
    """One row cannot be imported, for ``reasons`` that its author reads."""

    def __init__(self, *reasons: str) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons
