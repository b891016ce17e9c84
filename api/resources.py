"""The base of every viewset: what a caller may see is asked of the queryset once, here."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from api.filters import FilterSet
from api.identifiers import ME, find
from api.lists import DeclaredFilterBackend, KeysetPagination
from api.ordering import Orderings
from api.permissions import SIGNED_IN, VERBS, VIEW, permission_for
from api.ranking import Ranking
from api.representation import Row
from api.states import StatefulViewSet

NO_FILTERS = FilterSet("no")


class ResourceViewSet(StatefulViewSet):
    """One kind of objects. Subclasses add the verbs; all of them see ``visible_to(caller)`` alone.

    The manager of ``model`` has ``visible_to(user)`` and ``editable_by(user)``. Objects are named in paths by their
    key or their ``external_id``.
    """

    filters: ClassVar[FilterSet] = NO_FILTERS
    # Why lists are neither filtered nor ordered by a field that they show.
    unfiltered: ClassVar[Mapping[str, str]] = {}
    # What ``{id}`` of the path names, where that is another object than those of ``model``.
    above: type[Any] | None = None
    orderings: ClassVar[Orderings] = {}
    default_ordering: ClassVar[str] = "id"
    lookup_url_kwarg = "id"
    lookup_value_regex = "[^/]+"
    filter_backends = [DeclaredFilterBackend]
    pagination_class = KeysetPagination
    # Actions that take filters and pages as parameters of the address.
    listed_by_parameters: ClassVar[Sequence[str]] = ("list",)
    # The verb (or the whole permission) that each further action needs.
    permissions: ClassVar[Mapping[str, str]] = {}
    # Set while the filters are read, where one is a search.
    ranking: Ranking | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let the word “me” name the caller wherever the path names a person."""
        super().initial(request, *args, **kwargs)
        for part, given in self.kwargs.items():
            if given == ME and self.names_person(part):
                self.kwargs[part] = str(request.user.pk)

    def names_person(self, part: str) -> bool:
        """Tell whether a part of the path is a person's id."""
        return part == "user_id" or (part == "id" and (self.above or self.model) is get_user_model())

    def permission_required(self, request: Request) -> str | None:
        """Return the permission for the action; None where it declares none."""
        if not self.action:
            return SIGNED_IN  # a method that there is not: a 405 follows
        verb = self._verb()
        return permission_for(self.model, verb) if verb else None

    def _verb(self) -> str | None:
        return self.permissions.get(self.action) or VERBS.get(self.action)

    def repeats_answer(self) -> bool:
        return super().repeats_answer() and self._verb() != VIEW

    def check_kept(self, data: Any) -> None:
        """Raise 404 where the answer shows an object that is there and that the caller may no longer know of."""
        key = data.get("id") if isinstance(data, dict) else None
        shown = None if key is None else find(self.model._default_manager.all(), str(key))
        if shown is not None and not self.model._default_manager.visible_to(self.request.user).filter(pk=shown.pk):
            raise Http404

    def known_parameters(self) -> Collection[str] | None:
        return None if self.action in self.listed_by_parameters else super().known_parameters()

    def get_queryset(self) -> "QuerySet[Any]":
        """Return the objects that the caller may know of."""
        found: QuerySet[Any] = self.model._default_manager.visible_to(self.request.user)
        return found

    def complete(self, rows: list[Row]) -> None:
        """Add to the rows of a page what no column of theirs holds, in a fixed number of queries."""

    def get_object(self) -> Any:
        """Return the object that the path names. Raises 404 for one that the caller may not know of."""
        found = find(self.get_queryset(), self.kwargs["id"])
        if found is None:
            raise Http404
        self.check_object_permissions(self.request, found)
        return found

    def get_editable_object(self) -> Any:
        """Return the object if the caller may change it. Raises 403 when they may only see it, else 404."""
        found = self.get_object()
        editable = self.model._default_manager.editable_by(self.request.user)
        if not editable.filter(pk=found.pk).exists():
            raise PermissionDenied
        return found

    def answer(self, queryset: "QuerySet[Any]", code: int = status.HTTP_200_OK) -> Response:
        """Answer with the one row of ``queryset``. Raises 404 when it has none."""
        row, etag = self.row_and_etag(queryset)
        self.complete([row])
        return Response(row, code, headers={"ETag": etag} if etag else None)

    def answer_saved(self, instance: Model, code: int = status.HTTP_200_OK) -> Response:
        """Answer with what is now stored of ``instance``, triggers and defaults included."""
        return self.answer(self.model._default_manager.filter(pk=instance.pk), code)

    def respond_with_list(self, queryset: "QuerySet[Any]") -> Response:
        """Answer with the page of ``queryset`` that the parameters of the address ask for."""
        return self.get_paginated_response(self.paginate_queryset(self.filter_queryset(queryset)))
