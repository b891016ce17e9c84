"""What the API's code raises when a request cannot be answered; ``api.problems`` turns it into the answer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError

Path = tuple[str | int, ...]


def json_pointer(path: Iterable[str | int]) -> str:
    """Return the JSON pointer (RFC 6901) of ``path``; the empty text is the whole document."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with the input, and where: at a path of the body, or in a parameter of the address."""

    detail: str
    code: str = "invalid"
    path: Path = ()
    parameter: str | None = None

    def under(self, *path: str | int) -> "Fault":
        """Return the same fault seen from further up in the document."""
        return replace(self, path=(*path, *self.path))

    def as_parameter(self) -> "Fault":
        """Return the fault with the first step of its path read as the name of a parameter."""
        if self.parameter is not None or not self.path:
            return self
        return replace(self, parameter=str(self.path[0]), path=self.path[1:])

    def as_json(self) -> dict[str, str]:
        """Return the entry of ``errors``: ``parameter`` or ``pointer`` (both for JSON in a parameter)."""
        place = {} if self.parameter is None else {"parameter": self.parameter}
        if self.path or not place:
            place["pointer"] = json_pointer(self.path)
        return {**place, "code": self.code, "detail": self.detail}

    def __str__(self) -> str:
        place = self.parameter or "/".join(map(str, self.path))
        return f"{place}: {self.detail}" if place else self.detail


class InvalidInput(ValidationError):  # noqa: N818  # named like its sisters and those of REST framework
    """The input has these ``faults``: 400."""

    def __init__(self, faults: Fault | Sequence[Fault]) -> None:
        self.faults = [faults] if isinstance(faults, Fault) else list(faults)
        super().__init__([ErrorDetail(str(fault), fault.code) for fault in self.faults])

    def under(self, *path: str | int) -> "InvalidInput":
        """Return the same faults seen from further up in the document."""
        return InvalidInput([fault.under(*path) for fault in self.faults])

    def as_parameters(self) -> "InvalidInput":
        """Return the same faults placed in the parameters of the address."""
        return InvalidInput([fault.as_parameter() for fault in self.faults])

    def __str__(self) -> str:
        return " ".join(map(str, self.faults))


class Conflict(APIException):
    """The state of things forbids it: 409. The detail says what the caller can do; the code names the kind."""

    status_code = HTTPStatus.CONFLICT
    default_detail = _("This is not possible in the present state. Read it again and try anew.")
    default_code = "conflict"


class Collision(Conflict):
    """What is sent collides with what is stored, and ``faults`` says where: 409."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = list(faults)
        super().__init__(" ".join([*map(str, self.faults), str(_("Read it again and try anew."))]))


class StillRunning(Conflict):
    """The request that came with this idempotency key is still at work: 409, with Retry-After of ``wait`` seconds."""

    default_detail = _("A request with this Idempotency-Key is still at work. Send it again shortly.")
    default_code = "still_running"
    wait = 1


class KeyReused(APIException):
    """The idempotency key came with another request before: 422."""

    status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    default_detail = _("This Idempotency-Key came with another request before. Use a new key for each request.")
    default_code = "key_reused"


class PreconditionFailed(APIException):
    """The object is no longer in the state that ``If-Match`` names: 412."""

    status_code = HTTPStatus.PRECONDITION_FAILED
    default_detail = _(
        "This has changed since you read it. Read it again, apply your change to what it is now, and send its new ETag."
    )
    default_code = "precondition_failed"


class TooLarge(APIException):
    """The body exceeds ``DATA_UPLOAD_MAX_MEMORY_SIZE``: 413."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_detail = _("The body is too large. Send it in parts.")
    default_code = "too_large"


class Unavailable(APIException):
    """A lock or the database was not to be had in time: 503, with Retry-After of ``wait`` seconds."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE
    default_detail = _("This is busy at the moment. Try again shortly.")
    default_code = "unavailable"
    wait = 1


class Crowded(Unavailable):
    """Too many came for the same at once: 503, with Retry-After of ``wait`` seconds."""

    default_detail = _("Very many people are here at the moment, and nothing was done yet. Try again shortly.")
    default_code = "crowded"

    def __init__(self, wait: int) -> None:
        super().__init__()
        self.wait = wait
