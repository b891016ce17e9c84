"""The house rules of the API: pages, filters, errors and the shape of views. Knows no app of the project."""
