"""What stays out of the admin.

Tokens, because simplejwt's blacklist holds them as they are, and whoever read one could use it; groups, because they
are the roles, which have their place on a person's page and rights that no form can change.
"""

import importlib

from django.contrib import admin
from django.contrib.auth.models import Group
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

# Registers them; before it ran there would be nothing to take out.
importlib.import_module("rest_framework_simplejwt.token_blacklist.admin")
admin.site.unregister([BlacklistedToken, OutstandingToken, Group])
