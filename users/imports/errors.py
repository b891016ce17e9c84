"""What can be wrong with an import."""


class UnusableFileError(Exception):
    """The file cannot be imported at all; nothing of it was stored."""


class RowError(Exception):
    """One row cannot be imported; the message is the reason that its author reads."""
