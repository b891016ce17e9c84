"""The base of all views: what a caller may see is asked of the queryset once, here.

A viewset of an app declares its model, serializer, filters and orderings, and hands writing to its services.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, ClassVar, NoReturn

from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from api.etags import IfMatch, etag_of, if_match
from api.exceptions import InvalidInput, PreconditionFailed
from api.filters import FilterContext, FilterSet
from api.identifiers import find, identified_by
from api.lists import DeclaredFilterBackend, KeysetPagination, respond_to_body
from api.ordering import Orderings
from api.permissions import PUBLIC, SIGNED_IN, VERBS, VIEW, permission_for
from api.ranking import Ranking
from api.representation import Representation, Row, representation_of
from api.rules import HouseRules
from api.serializers import FilterRequestSerializer
from api.transactions import locking

NO_FILTERS = FilterSet("no")


class ResourceViewSet(HouseRules, GenericViewSet[Any]):
    """One kind of objects. Subclasses add the verbs; all of them see ``visible_to(caller)`` alone.

    The manager of ``model`` has ``visible_to(user)`` and ``editable_by(user)``. Objects are named in paths by their
    key or their ``external_id``.
    """

    model: ClassVar[type[Any]]
    filters: ClassVar[FilterSet] = NO_FILTERS
    # Why lists are neither filtered nor ordered by a field that they show.
    unfiltered: ClassVar[Mapping[str, str]] = {}
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
    # What tells the states of an object apart for If-Match: columns, or fields that are shown; without it the model's
    # ``version`` where it has one.
    etag_columns: ClassVar[Sequence[str] | None] = None
    # Set while the filters are read, where one is a search.
    ranking: Ranking | None = None

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

    def known_parameters(self) -> Collection[str] | None:
        return None if self.action in self.listed_by_parameters else super().known_parameters()

    def get_queryset(self) -> "QuerySet[Any]":
        """Return the objects that the caller may know of."""
        found: QuerySet[Any] = self.model._default_manager.visible_to(self.request.user)
        return found

    def get_representation(self) -> Representation:
        """Return what an object's row shows."""
        serializer_class: Any = self.get_serializer_class()
        return representation_of(serializer_class)

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
        row, etag = self._row_and_etag(queryset)
        self.complete([row])
        return Response(row, code, headers={"ETag": etag} if etag else None)

    def _row_and_etag(self, queryset: "QuerySet[Any]") -> tuple[Row, str | None]:
        """Read what is shown of the one row, and what else its tag is made of, in one query."""
        shown, tagged = self.get_representation(), self.tagged_columns()
        further = [column for column in tagged if column not in shown.names]
        found = next(iter(queryset.values_list(*shown.columns, *further)[:1]), None)
        if found is None:
            raise Http404
        row = shown.row(found)
        state = {**row, **dict(zip(further, found[len(shown.names) :], strict=True))}
        return row, etag_of([state[column] for column in tagged]) if tagged else None

    def answer_saved(self, instance: Model, code: int = status.HTTP_200_OK) -> Response:
        """Answer with what is now stored of ``instance``, triggers and defaults included."""
        return self.answer(self.model._default_manager.filter(pk=instance.pk), code)

    def change(self, change: Callable[[Any], Response]) -> Response:
        """Return what ``change`` answers for the object that the path names, if the caller may change it.

        With ``If-Match`` the object is locked, compared and changed in one transaction. Raises ``PreconditionFailed``.
        """
        condition = if_match(self.request)
        if condition is None:
            return change(self.get_editable_object())
        return locking(self._change_matching)(condition, change)

    def _change_matching(self, condition: IfMatch, change: Callable[[Any], Response]) -> Response:
        self.lock_object()
        found = self.get_editable_object()
        _row, etag = self._row_and_etag(self.model._default_manager.filter(pk=found.pk))
        if not condition.holds_for(etag):
            raise PreconditionFailed
        return change(found)

    def lock_object(self) -> None:
        """Lock the object that the path names, in the project's order of locks; nothing where there is none."""
        identified = identified_by(self.model, self.kwargs["id"])
        if identified is not None:
            self.get_queryset().filter(identified).select_for_update(no_key=True, of=("self",)).first()

    def tagged_columns(self) -> Sequence[str]:
        """Return the key and what tells an object's states apart; nothing where nobody can change it."""
        columns = self.etag_columns
        if columns is None:
            columns = ("version",) if has_version(self.model) else ()
        return ("pk", *columns) if columns else ()

    def respond_with_list(self, queryset: "QuerySet[Any]") -> Response:
        """Answer with the page of ``queryset`` that the parameters of the address ask for."""
        return self.get_paginated_response(self.paginate_queryset(self.filter_queryset(queryset)))


def has_version(model: type[Model]) -> bool:
    """Tell whether the database counts the edits of ``model``'s rows."""
    try:
        model._meta.get_field("version")
    except FieldDoesNotExist:
        return False
    return True


class ListMixin(ResourceViewSet):
    """``GET …/``."""

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.respond_with_list(self.get_queryset())


class RetrieveMixin(ResourceViewSet):
    """``GET …/{id}/``."""

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        condition = identified_by(self.model, self.kwargs["id"])
        if condition is None:
            raise Http404
        return self.answer(self.get_queryset().filter(condition))


class CreateMixin(ResourceViewSet):
    """``POST …/``: 201."""

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return self.answer_created(self.perform_create(serializer))

    def answer_created(self, instance: Model) -> Response:
        """Answer 201 with what is now stored of ``instance``, and where it is to be found."""
        answer = self.answer_saved(instance, status.HTTP_201_CREATED)
        answer["Location"] = self.request.build_absolute_uri(f"{self.request.path.rstrip('/')}/{instance.pk}/")
        return answer

    def perform_create(self, serializer: BaseSerializer[Any]) -> Model:
        """Have the app's service make an object of ``serializer.validated_data``, and return it."""
        raise NotImplementedError


class UpdateMixin(ResourceViewSet):
    """``PUT`` and ``PATCH …/{id}/``: both change the fields sent and leave the others."""

    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.change(self._update)

    def _update(self, instance: Any) -> Response:
        serializer = self.get_serializer(instance, data=self.request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        return self.answer_saved(self.perform_update(serializer))

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.update(request, *args, **kwargs)

    def perform_update(self, serializer: BaseSerializer[Any]) -> Model:
        """Have the app's service change ``serializer.instance``, and return it."""
        raise NotImplementedError


class DestroyMixin(ResourceViewSet):
    """``DELETE …/{id}/``: 204."""

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.change(self._destroy)

    def _destroy(self, instance: Any) -> Response:
        self.perform_destroy(instance)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def perform_destroy(self, instance: Any) -> None:
        """Have the app's service delete the object."""
        raise NotImplementedError


class FilterByBodyMixin(ResourceViewSet):
    """``POST …/filter/``: a list whose filter is a JSON tree in the body."""

    @action(detail=False, methods=["post"])
    def filter(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List what a tree of filters finds; “next” and “previous” are cursors for the next body."""
        serializer = FilterRequestSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        body = serializer.validated_data
        context = FilterContext(request.user)
        try:
            read = self.filters.read(body["filter"])
            found = self.get_queryset().filter(read.q(context))
        except InvalidInput as error:
            raise error.under("filter") from None
        self.ranking = read.ranking(context)
        return respond_to_body(self, found, body)


class ListViewSet(ListMixin):
    """A list alone, such as one that hangs below another object."""


class ReadOnlyModelViewSet(ListMixin, RetrieveMixin):
    """Lists and shows."""


class ModelViewSet(ListMixin, RetrieveMixin, CreateMixin, UpdateMixin, DestroyMixin):
    """Lists, shows, creates, changes and deletes."""


class NotFoundView(HouseRules):
    """Answers every address below ``/api/`` that leads nowhere; put it last."""

    schema = None  # leads nowhere, so it is not documented
    authentication_classes = ()
    permission = PUBLIC

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> NoReturn:
        super().initial(request, *args, **kwargs)
        raise NotFound(_("No such address: %(path)s") % {"path": request.path})
