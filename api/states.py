"""The states of one object: what changes it can be done in the state that its caller has read, or not at all."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, ClassVar

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, Q, QuerySet
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from api.etags import IfMatch, etag_of, if_match
from api.exceptions import PreconditionFailed
from api.identifiers import identified_by
from api.representation import Representation, Row, representation_of
from api.rules import HouseRules
from api.transactions import locking


class StatefulViewSet(HouseRules, GenericViewSet[Any]):
    """Objects with an ``ETag``. A POST on one of them obeys ``If-Match`` by itself, other methods by their verbs."""

    model: ClassVar[type[Any]]
    # What tells the states of an object apart for If-Match: columns, or fields that are shown; without it the model's
    # ``version`` where it has one.
    etag_columns: ClassVar[Sequence[str] | None] = None

    def guarded(self, handler: Callable[..., Response], request: Request) -> Callable[..., Response]:
        if request.method == "POST" and self.detail:
            handler = partial(self._post_in_state, handler)
        return super().guarded(handler, request)

    def _post_in_state(self, handler: Callable[..., Response], request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.in_state(partial(handler, request, *args, **kwargs))

    def in_state(self, act: Callable[[], Response]) -> Response:
        """Return what ``act`` answers, where the object that the path names is in the state that ``If-Match`` asks for.

        The object is then locked, compared and changed in one transaction; without the header ``act`` is merely called.
        Raises ``PreconditionFailed``, and 404 for an object that the caller may not know of.
        """
        condition = if_match(self.request)
        return act() if condition is None else locking(self._act_in_state)(condition, act)

    def _act_in_state(self, condition: IfMatch, act: Callable[[], Response]) -> Response:
        self.lock_object()
        self._compare(condition)
        return act()

    def refuse_other_states(self) -> None:
        """Raise ``PreconditionFailed`` where ``If-Match`` does not hold already, before any work; locks nothing."""
        condition = if_match(self.request)
        if condition is not None:
            self._compare(condition)

    def _compare(self, condition: IfMatch) -> None:
        _row, etag = self.row_and_etag(self.get_queryset().filter(self.identified()))
        if not condition.holds_for(etag):
            raise PreconditionFailed

    def lock_object(self) -> None:
        """Lock the object that the path names, in the project's order of locks; nothing where there is none."""
        self.get_queryset().filter(self.identified()).select_for_update(no_key=True, of=("self",)).first()

    def identified(self) -> Q:
        """Return the condition for the one object that the path names. Raises 404 where it can name none."""
        condition = identified_by(self.model, self.kwargs["id"])
        if condition is None:
            raise Http404
        return condition

    def get_representation(self) -> Representation:
        """Return what an object's row shows."""
        serializer_class: Any = self.get_serializer_class()
        return representation_of(serializer_class)

    def row_and_etag(self, queryset: "QuerySet[Any]") -> tuple[Row, str | None]:
        """Read what is shown of the one row, and what else its tag is made of, in one query."""
        shown, tagged = self.get_representation(), self.tagged_columns()
        further = [column for column in tagged if column not in shown.names]
        found = next(iter(queryset.values_list(*shown.columns, *further)[:1]), None)
        if found is None:
            raise Http404
        row = shown.row(found)
        state = {**row, **dict(zip(further, found[len(shown.names) :], strict=True))}
        return row, etag_of([state[column] for column in tagged]) if tagged else None

    def tagged_columns(self) -> Sequence[str]:
        """Return the key and what tells an object's states apart; nothing where nobody can change it."""
        columns = self.etag_columns
        if columns is None:
            columns = ("version",) if has_version(self.model) else ()
        return ("pk", *columns) if columns else ()


def has_version(model: type[Model]) -> bool:
    """Tell whether the database counts the edits of ``model``'s rows."""
    try:
        model._meta.get_field("version")
    except FieldDoesNotExist:
        return False
    return True
