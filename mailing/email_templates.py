"""What can be done to templates. API and admin both come through here."""

from collections.abc import Mapping

from api.transactions import locking
from mailing.content import content_of
from mailing.models import EmailTemplate, EmailTemplateVersion
from mailing.models.templates import CONTENT
from users.models import User


@locking
def create_template(*, template: EmailTemplate, actor: User | None) -> EmailTemplate:
    """Store a new template as its version 1, written by ``actor`` (None: an operator, or the product).

    Raises ``ValidationError`` by field, also for what cannot be filled in.
    """
    template.full_clean()
    content_of(template)
    template.current = 1
    template.save(force_insert=True)
    _keep(template, actor)
    return template


@locking
def update_template(*, template: EmailTemplate, changes: Mapping[str, object], actor: User | None) -> EmailTemplate:
    """Change the named fields of ``template`` and return it as stored; another content is another version.

    Locks the template's row. Campaigns keep the content that they were made with. Raises ``ValidationError`` as
    ``create_template`` does.
    """
    stored = EmailTemplate.objects.select_for_update(no_key=True).get(pk=template.pk)
    before = [getattr(stored, name) for name in CONTENT]
    for name, value in changes.items():
        setattr(stored, name, value)
    written = {*changes}
    stored.full_clean(exclude={field.name for field in EmailTemplate._meta.concrete_fields} - written)
    if [getattr(stored, name) for name in CONTENT] != before:
        content_of(stored)
        stored.current += 1
        written.add("current")
        _keep(stored, actor)
    if written:
        stored.save(update_fields=[*written])
        stored.refresh_from_db()
    return stored


def use_version(*, version: EmailTemplateVersion, actor: User | None) -> EmailTemplate:
    """Let the template read as in ``version`` again, which makes a new version unless it reads so now."""
    content = {name: getattr(version, name) for name in CONTENT}
    return update_template(template=version.template, changes=content, actor=actor)


@locking
def delete_template(*, template: EmailTemplate) -> None:
    """Delete a template with its versions and its history. Campaigns keep what they were made of."""
    template.history.all().delete()
    template.delete()


def _keep(template: EmailTemplate, actor: User | None) -> None:
    content = {name: getattr(template, name) for name in CONTENT}
    EmailTemplateVersion.objects.create(template=template, number=template.current, author=actor, **content)
