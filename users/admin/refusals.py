"""What a service's refusal says to somebody at a form: the same words as the API's problem."""

from rest_framework.exceptions import NotFound, ValidationError

from api.exceptions import Conflict, Unavailable
from api.problems import faults_of, sentence, summary
from api.translations import as_api_exception


def refusal(error: Exception) -> str | None:
    """Return the reason that ``error`` gives for a refusal, or None where it is no refusal but a fault of ours."""
    known = as_api_exception(error)
    if isinstance(known, ValidationError):
        return summary(faults_of(known))
    return sentence(known.detail) if isinstance(known, Conflict | NotFound | Unavailable) else None
