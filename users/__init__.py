"""People, sign-in and import. Knows ``api`` only."""
