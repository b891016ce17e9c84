"""People over REST."""

from typing import Any, ClassVar

from django.contrib.auth.models import Group
from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.serializers import BaseSerializer

from api.serializers import ChoiceField, ModelSerializer, ShortListField
from api.views import CreateMixin, DestroyMixin, FilterByBodyMixin, ListMixin, RetrieveMixin, UpdateMixin
from users.accounts.emails import update_profile
from users.accounts.passwords import allow_new_email
from users.accounts.serializers import PasswordField
from users.email_addresses import AddressField
from users.fields import LowerCaseEmailField
from users.filters import people_filters, people_orderings, people_unfiltered
from users.models import ApiToken, User
from users.names import NameField, split_name
from users.roles import STAFF_ROLES, Role
from users.services import create_user, delete_user, set_roles


class UserSerializer(ModelSerializer[User]):
    """A person's profile, with a name, an e-mail, a phone number or an external id.

    ``name`` may be sent instead of first and last name, and is split at its first space.
    """

    serializer_field_mapping: ClassVar[Any] = {
        **ModelSerializer.serializer_field_mapping,
        LowerCaseEmailField: AddressField,
    }

    name = NameField()
    current_password = PasswordField(required=False, help_text="Needed to change one's own e-mail.")
    hosted_count = serializers.IntegerField(read_only=True, label=_("Hosted"))
    attended_count = serializers.IntegerField(read_only=True, label=_("Attended"))
    roles = ShortListField(
        child=ChoiceField(choices=Role.choices),
        required=False,
        max_length=len(Role),
        help_text="Read-only but for administrators.",
    )

    class Meta:
        model = User
        fields = (
            "id",
            "external_id",
            "first_name",
            "last_name",
            "name",
            "email",
            "phone_number",
            "avatar",
            "gender",
            "job_title",
            "company",
            "city",
            "state",
            "timezone",
            "language",
            "hosted_count",
            "attended_count",
            "roles",
            "created_at",
            "updated_at",
            "current_password",
        )
        example = {
            "id": "0190163d-8694-739b-aea5-966c26f8ad91",
            "external_id": "crm-4711",
            "first_name": "Ada",
            "last_name": "Lovelace",
            "email": "ada@example.com",
            "phone_number": "+442079460018",
            "avatar": "https://example.com/ada.png",
            "gender": "female",
            "job_title": "Analyst",
            "company": "Analytical Engines",
            "city": "London",
            "state": "",
            "timezone": "Europe/London",
            "language": "en",
            "hosted_count": 3,
            "attended_count": 12,
            "roles": ["organizer"],
            "created_at": "2026-03-01T18:30:00+00:00",
            "updated_at": "2026-03-02T09:00:00+00:00",
        }
        read_only_fields = ("created_at", "updated_at")
        ignored_fields = ("email_pending",)  # what /users/me/ shows may be sent back here
        expressions = {
            "hosted_count": Coalesce("counts__hosted", 0),
            "attended_count": Coalesce("counts__attended", 0),
            "roles": ArraySubquery(Group.objects.filter(user=OuterRef("pk")).order_by("name").values("name")),
        }

    def to_internal_value(self, data: Any) -> Any:
        """Ignore what is read-only for this caller: ``roles`` but for administrators, ``external_id`` for customers."""
        request = self.context["request"]
        fixed = set()
        if isinstance(request.auth, ApiToken) or not request.user.holds(Role.ADMIN):
            fixed.add("roles")
        if not request.user.holds(*STAFF_ROLES):
            fixed.add("external_id")
        if isinstance(data, dict):
            data = {name: value for name, value in data.items() if name not in fixed}
        return super().to_internal_value(data)

    def validate_email(self, value: str | None) -> str | None:
        """Return the address as it is stored: another case is no other address."""
        return User._meta.get_field("email").to_python(value)

    def validate(self, attrs: dict[str, Any]) -> Any:
        password = attrs.pop("current_password", "")
        person, request = self.instance, self.context["request"]
        given = split_name(attrs)
        if person is None or "email" not in given or given["email"] == person.email:
            return super().validate(given)
        # Whether one's own new address is somebody's is not looked at before it is confirmed, and never told.
        waits = {"email": given.pop("email")} if person == request.user and given["email"] else {}
        found = super().validate(given)
        allow_new_email(person=person, password=password, request=request)
        return {**found, **waits}


def _apart(given: dict[str, Any]) -> tuple[dict[str, Any], list[str] | None]:
    """Return the profile and, where they were given, the roles."""
    return {name: value for name, value in given.items() if name != "roles"}, given.get("roles")


class PeopleViewSet(FilterByBodyMixin, ListMixin, RetrieveMixin, UpdateMixin, DestroyMixin):
    """People who are there already."""

    model = User
    serializer_class = UserSerializer
    filters = people_filters
    orderings = people_orderings
    default_ordering = "name"
    unfiltered = people_unfiltered
    etag_columns = ("version", "roles")

    def perform_update(self, serializer: BaseSerializer[Any]) -> User:
        profile, roles = _apart(serializer.validated_data)
        user: Any = serializer.instance
        actor: Any = self.request.user
        with transaction.atomic():
            return self._with_roles(update_profile(user=user, changes=profile, actor=actor), roles)

    def _with_roles(self, user: User, roles: list[str] | None) -> User:
        actor: Any = self.request.user
        return user if roles is None else set_roles(user=user, roles=roles, actor=actor)

    def perform_destroy(self, instance: User) -> None:
        actor: Any = self.request.user
        delete_user(user=instance, actor=actor)


class UserViewSet(CreateMixin, PeopleViewSet):
    """People: contacts, customers and staff."""

    def perform_create(self, serializer: BaseSerializer[Any]) -> User:
        profile, roles = _apart(serializer.validated_data)
        with transaction.atomic():
            return self._with_roles(create_user(user=User(**profile)), roles)


class CustomerViewSet(PeopleViewSet):
    """The people who hold the role customer. They come by signing up, or by being given the role."""

    def get_queryset(self) -> "QuerySet[User]":
        return super().get_queryset().filter(pk__in=User.objects.filter(groups__name=Role.CUSTOMER).values("pk"))
