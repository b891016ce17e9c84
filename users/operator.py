"""Who acts at the command line."""

from users.models import User

# Stands for an operator, who sees everybody; nobody who is stored.
OPERATOR = User(is_staff=True, is_superuser=True)
