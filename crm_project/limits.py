"""How large a request may be, and what is said to one that is larger."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.views.defaults import bad_request as unexplained

from crm_project.problems import problem


def limit_uploads(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Answer 413 to a request that announces more than ``MAX_UPLOAD_BYTES``, before any of it is read.

    One that announces nothing has no body for Django, so nobody gets past by leaving the length out.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        announced = request.META.get("CONTENT_LENGTH") or "0"
        if announced.isdecimal() and int(announced) > settings.MAX_UPLOAD_BYTES:
            return _too_large(settings.MAX_UPLOAD_BYTES)
        return get_response(request)

    return middleware


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what Django refuses (``handler400``): say which limit was passed, and nothing about anything else."""
    if isinstance(exception, RequestDataTooBig):
        return _too_large(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    if isinstance(exception, TooManyFieldsSent):
        most = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
        return problem(HTTPStatus.BAD_REQUEST, _("A form may have up to %(most)s fields.") % {"most": most})
    if isinstance(exception, TooManyFilesSent):
        most = settings.DATA_UPLOAD_MAX_NUMBER_FILES
        return problem(HTTPStatus.BAD_REQUEST, _("A form may have up to %(most)s files.") % {"most": most})
    return unexplained(request, exception)


def _too_large(limit: int) -> HttpResponse:
    text = _("The body is larger than %(limit)s, which is the most that is read.")
    return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, text % {"limit": filesizeformat(limit)})
