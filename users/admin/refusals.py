"""What a service's refusal says to somebody at a form: the same words as the API's problem."""

from rest_framework.exceptions import APIException, ValidationError

from api.problems import faults_of, sentence, summary
from api.translations import as_api_exception


def refusal(error: Exception) -> str | None:
    """Return the reason that ``error`` gives for a refusal, or None where it is no refusal but a fault of ours."""
    known = as_api_exception(error)
    if not isinstance(known, APIException):
        return None
    return summary(faults_of(known)) if isinstance(known, ValidationError) else sentence(known.detail)
