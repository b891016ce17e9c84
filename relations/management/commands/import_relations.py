from relations.imports import RelationImport
from users.imports.command import ImportCommand


class Command(ImportCommand):
    help = (
        "Import who owns, hosts and attends what: person (user_external_id or user_email), "
        "event (event_external_id or event_slug), role, status."
    )
    kind = RelationImport()
