"""Tokens stay out of the admin: simplejwt's blacklist holds them as they are, and whoever read one could use it."""

import importlib

from django.contrib import admin
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

# Registers them; before it ran there would be nothing to take out.
importlib.import_module("rest_framework_simplejwt.token_blacklist.admin")
admin.site.unregister([BlacklistedToken, OutstandingToken])
