"""Who owns, hosts and attends what, with the counts and the ledger. Knows ``events``, ``users`` and ``api``."""
