from users.imports.command import ImportCommand
from users.imports.people import PeopleImport


class Command(ImportCommand):
    help = "Import people from CSV or XLSX: matched by external_id, then e-mail; the API's field names as columns."
    kind = PeopleImport()
