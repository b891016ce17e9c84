from mailing.imports import SuppressionImport
from users.imports.command import ImportCommand


class Command(ImportCommand):
    help = "Suppress the addresses of a CSV or XLSX file: columns address and, if there, reason and detail."
    kind = SuppressionImport()
