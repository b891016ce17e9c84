"""Makes Django's admin use the site of this project."""

from django.contrib.admin.apps import AdminConfig


class CrmAdminConfig(AdminConfig):
    """Django's admin with ``CrmAdminSite`` as its site."""

    default = False
    default_site = "crm_project.admin_site.CrmAdminSite"
