"""Templates of mails in Jinja's sandbox: compiled once per campaign, filled in for each recipient."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from django.utils.translation import gettext as _
from jinja2 import StrictUndefined, Template, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

PLACEHOLDERS = (
    "first_name",
    "last_name",
    "full_name",
    "email",
    "job_title",
    "company",
    "city",
    "state",
    "unsubscribe_url",
)
# Without replace, which multiplies: a short template of a few of them in a row fills the memory.
FILTERS = ("capitalize", "e", "escape", "lower", "title", "trim", "truncate", "upper", "urlencode")
SPEECH = (
    nodes.And,
    nodes.Compare,
    nodes.Concat,
    nodes.CondExpr,
    nodes.Const,
    nodes.Filter,
    nodes.If,
    nodes.Keyword,
    nodes.Name,
    nodes.Not,
    nodes.Operand,
    nodes.Or,
    nodes.Output,
    nodes.Template,
    nodes.TemplateData,
)
# Placeholders, conditions, filters and values of one template together: each takes its time, again for every mail.
MOST_SPEECH = 2_000
# Unicode's categories of control characters and of separators of lines and paragraphs.
BREAKING = {"Cc", "Zl", "Zp"}
LINE_END = re.compile(r"\r\n?")
# What a template can make Jinja and Python raise: arguments that do not fit a filter (some filters assert), numbers
# too long to read, and nesting too deep to read, to compile or to fill in.
FAULTS = (
    TemplateError,
    AssertionError,
    TypeError,
    ValueError,
    ArithmeticError,
    LookupError,
    SyntaxError,
    RecursionError,
    MemoryError,
)


class ContentError(Exception):
    """A template that cannot be used, or not for this recipient; ``part`` is subject, text or html."""

    def __init__(self, part: str, why: str) -> None:
        super().__init__(why)
        self.part = part


class PointlessError(ContentError):
    """What the mail would say is no longer so: it is not sent, and nothing has failed."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """An entry for a calendar, and what programs are to do with it: REQUEST or CANCEL (RFC 5546)."""

    method: str
    calendar: bytes


@dataclass(frozen=True, slots=True)
class File:
    """A file that goes along with a mail; its type is ``type/subtype``."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail to one person; the subject is a single line. ``picture``: a PNG that the HTML shows as ``cid:ticket``."""

    subject: str
    text: str
    html: str
    picture: bytes = b""
    invitation: Invitation | None = None
    files: tuple[File, ...] = ()


def values_of(
    *,
    first_name: str,
    last_name: str,
    email: str,
    job_title: str,
    company: str,
    city: str,
    state: str,
    unsubscribe_url: str = "",
) -> dict[str, str]:
    """Return what the placeholders stand for: plain texts, never the person's object.

    ``unsubscribe_url`` leads to where this mail is unsubscribed from; mail that somebody waits for has none.
    """
    return {
        "first_name": first_name,
        "last_name": last_name,
        "full_name": f"{first_name} {last_name}".strip(),
        "email": email,
        "job_title": job_title,
        "company": company,
        "city": city,
        "state": state,
        "unsubscribe_url": unsubscribe_url,
    }


def _default(value: str, fallback: str = "", boolean: bool = True) -> str:  # noqa: FBT001, FBT002  # Jinja's signature
    """Give the fallback for empty values too: a person without a first name has an empty one."""
    return value or fallback


def _environment(*, autoescape: bool) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=autoescape)
    environment.globals.clear()
    known = {name: environment.filters[name] for name in FILTERS}
    environment.filters = {**known, "default": _default, "d": _default}
    return environment


PLAIN = _environment(autoescape=False)
MARKUP = _environment(autoescape=True)


class Renderer:
    """The templates of one mail, compiled when first filled in: a worker fails the mails of one that it cannot use."""

    def __init__(
        self, subject: str, text: str, html: str, own: Mapping[str, str] | None = None, files: Sequence[File] = ()
    ) -> None:
        """``own``: what this mail's own placeholders stand for, beside those of every mail."""
        self._sources = {"subject": subject, "text": text, "html": html}
        self._own = own or {}
        self._files = tuple(files)

    @cached_property
    def _templates(self) -> dict[str, Template]:
        known = (*PLACEHOLDERS, *self._own)
        return {part: _compiled(part, source, known) for part, source in self._sources.items()}

    def write(self, delivery_id: int, values: Mapping[str, str]) -> Rendered:
        """Return the mail of one delivery, filled in with ``values``. Raises ``ContentError``."""
        return self.render(values)

    def render(self, values: Mapping[str, str]) -> Rendered:
        """Return the mail filled in with ``values``, one for each placeholder.

        Raises ``ContentError``, also for templates that say what they may not.
        """
        filled = {part: _filled(part, template, {**self._own, **values}) for part, template in self._templates.items()}
        subject = _one_line(filled["subject"])
        if not subject:
            raise ContentError("subject", _("The subject is empty once it is filled in."))
        return Rendered(subject=subject, text=filled["text"], html=filled["html"], files=self._files)

    def try_out(self) -> None:
        """Render for somebody of whom everything is known. Raises ``ContentError``."""
        self.render({name: name.replace("_", " ") for name in PLACEHOLDERS})


def _one_line(text: str) -> str:
    """Return ``text`` without anything that could end a header or hide in it."""
    return " ".join("".join(" " if unicodedata.category(one) in BREAKING else one for one in text).split())


def _compiled(part: str, source: str, known: Sequence[str]) -> Template:
    environment = MARKUP if part == "html" else PLAIN
    try:
        tree = environment.parse(source)
        _refuse_unknown(part, tree, known)
        return environment.from_string(tree)
    except FAULTS as error:
        raise ContentError(part, _("The template cannot be read: %s") % _reason(error)) from error


def _refuse_unknown(part: str, tree: nodes.Template, known: Sequence[str]) -> None:
    """Walk the whole tree: a name in a branch that is seldom taken is refused as well."""
    said = list(islice(_speech(tree), MOST_SPEECH + 1))
    if len(said) > MOST_SPEECH:
        raise ContentError(
            part, _("This has more than %s placeholders, conditions and filters: write a shorter one.") % MOST_SPEECH
        )
    unknown = sorted({node.name for node in said if isinstance(node, nodes.Name)} - set(known))
    if unknown:
        raise ContentError(
            part,
            _("Unknown placeholder: %(unknown)s. Known: %(known)s.")
            % {"unknown": ", ".join(unknown), "known": ", ".join(known)},
        )
    foreign = next((node for node in said if not isinstance(node, SPEECH)), None)
    if foreign:
        raise ContentError(
            part,
            _("Line %(line)s: a mail's template cannot use “%(kind)s”, only placeholders, conditions and filters.")
            % {"line": foreign.lineno, "kind": type(foreign).__name__},
        )


def _speech(tree: nodes.Template) -> Iterator[nodes.Node]:
    """Yield what a template says beside its words."""
    return (node for node in tree.find_all(nodes.Node) if not isinstance(node, nodes.Output | nodes.TemplateData))


def _filled(part: str, template: Template, values: Mapping[str, str]) -> str:
    try:
        return LINE_END.sub("\n", template.render(values))
    except FAULTS as error:
        raise ContentError(part, _reason(error)) from error


def _reason(error: BaseException) -> str:
    """Return what ``error`` says; some say nothing but their kind."""
    return str(error) or type(error).__name__
