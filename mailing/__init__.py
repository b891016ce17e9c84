"""Campaigns, deliveries and what sends them. Knows ``relations`` and everything below it."""
