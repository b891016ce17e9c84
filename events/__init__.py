"""Events and their lifecycle. Knows ``users`` and ``api``."""
