"""Who may sign in through the API."""

from users.models import User


def may_sign_in(user: User | None) -> bool:
    """Tell whether ``user`` gets tokens: staff alone, as long as the API serves nobody else."""
    return user is not None and user.is_active and user.is_staff
