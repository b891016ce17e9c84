from relations.imports import RelationImport
from users.imports.command import ImportCommand


class Command(ImportCommand):
    help = "Import who owns, hosts and attends what: user_external_id, event_external_id, role, status."
    kind = RelationImport()
