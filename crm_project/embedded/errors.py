"""What goes wrong with the embedded servers."""


class EmbeddedServerError(RuntimeError):
    """An embedded server cannot be had; the message says why and where its log is."""
