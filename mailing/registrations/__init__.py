"""Mail to those who registered: one for each line of their ledger, one for each change of the event, and a reminder."""
