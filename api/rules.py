"""The house rules that hold for every view of the API, so that no app can forget one."""

from collections.abc import Callable, Collection
from functools import partial
from typing import Any, ClassVar

from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.exceptions import Fault, InvalidInput
from api.idempotency import answer_once, idempotency_key
from api.names import unknown_name
from api.permissions import Permitted
from api.throttles import RefusalThrottle

# Chooses the renderer, everywhere.
ALWAYS_KNOWN = ("format",)


class HouseRules(APIView):
    """The base of every view: it says whom it lets in, and declares what of the rules does not fit it.

    ``permission`` is ``"app.verb_model"``, ``SIGNED_IN`` or ``PUBLIC``; a view that says nothing is closed to
    everybody. ``parameters`` are those of the address that it takes; others are a 400. ``throttle_scope`` names a
    tighter limit. ``idempotent`` is False where an answer holds secrets, which must not be stored.
    """

    permission_classes = (Permitted,)
    permission: ClassVar[str | None] = None
    parameters: ClassVar[Collection[str]] = ()
    throttle_scope: ClassVar[str | None] = None
    idempotent: ClassVar[bool] = True

    def permission_required(self, request: Request) -> str | None:
        """Return the permission that the call needs; None: nobody has it."""
        return self.permission

    def known_parameters(self) -> Collection[str] | None:
        """Return the parameters that the address may have; None: the view refuses unknown ones itself."""
        return self.parameters

    def repeats_answer(self) -> bool:
        """Tell whether a POST here makes or sends something, so that a second one with its key must do nothing."""
        return self.idempotent

    def check_kept(self, data: Any) -> None:
        """Raise where an answer that was kept shows what the caller may no longer know of; rights were asked before."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Apply the rules once the caller is let in. REST framework looks for the method's handler after this."""
        try:
            super().initial(request, *args, **kwargs)
        except (NotAuthenticated, AuthenticationFailed, PermissionDenied):
            self._count_refusal(request)
            raise
        handler_name = (request.method or "").lower()
        handler = getattr(self, handler_name, None)
        if handler is None or request.method == "OPTIONS":
            return
        self._refuse_unknown_parameters(request)
        vars(self)[handler_name] = self.guarded(handler, request)

    def guarded(self, handler: Callable[..., Response], request: Request) -> Callable[..., Response]:
        """Return the handler with what the headers of the request ask for around it: here, to be done once."""
        if request.method != "POST" or not request.user.is_authenticated or not self.repeats_answer():
            return handler
        key = idempotency_key(request)
        return handler if key is None else partial(answer_once, handler, key, self.check_kept)

    def _count_refusal(self, request: Request) -> None:
        """Answer with 429 in place of one 401 or 403 too many. REST framework throttles none but who is let in."""
        throttle = RefusalThrottle()
        if not throttle.allow_request(request, self):
            self.throttled(request, throttle.wait())

    def _refuse_unknown_parameters(self, request: Request) -> None:
        known = self.known_parameters()
        if known is None:
            return
        names = [*known, *ALWAYS_KNOWN]
        unknown = [name for name in request.query_params if name not in names]
        if unknown:
            raise InvalidInput([Fault(unknown_name(name, names), "unknown", parameter=name) for name in unknown])
