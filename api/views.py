"""The verbs of the API, and the views made of them.

A viewset of an app declares its model, serializer, filters and orderings, and hands writing to its services.
"""

from functools import partial
from typing import Any, NoReturn

from django.db.models import Model
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from api.exceptions import InvalidInput
from api.filters import FilterContext
from api.lists import respond_to_body
from api.permissions import PUBLIC
from api.resources import ResourceViewSet
from api.rules import HouseRules
from api.serializers import FilterRequestSerializer


class ListMixin(ResourceViewSet):
    """``GET …/``."""

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.respond_with_list(self.get_queryset())


class RetrieveMixin(ResourceViewSet):
    """``GET …/{id}/``."""

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.answer(self.get_queryset().filter(self.identified()))


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
        # The body is read before If-Match opens its transaction: what reading counts (wrong passwords) is not undone.
        instance = self.get_editable_object()
        self.refuse_other_states()
        serializer = self.get_serializer(instance, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        return self.in_state(lambda: self.answer_saved(self.perform_update(serializer)))

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.update(request, *args, **kwargs)

    def perform_update(self, serializer: BaseSerializer[Any]) -> Model:
        """Have the app's service change ``serializer.instance``, and return it."""
        raise NotImplementedError


class DestroyMixin(ResourceViewSet):
    """``DELETE …/{id}/``: 204."""

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.in_state(partial(self._destroy, self.get_editable_object()))

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
