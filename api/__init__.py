"""The house rules of the API: pages, filters, errors. Knows no app of the project."""
