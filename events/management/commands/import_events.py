from events.imports import EventImport
from users.imports.command import ImportCommand


class Command(ImportCommand):
    help = "Import events from CSV or XLSX: matched by external_id, then slug; the API's field names as columns."
    kind = EventImport()
