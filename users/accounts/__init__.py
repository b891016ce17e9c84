"""How people get in: signing up, passwords, lock-out, tokens of their own, and the log of all that."""
