"""Journeys through the admin in a real browser (Debian's Chromium), and the pictures of its pages."""
