"""Tickets: a code that names one registration and that only this installation can make, as text and as a QR code."""

import base64
import io
from uuid import UUID

import segno
from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from relations.models import UserEventRelation

_SIGNER = Signer(sep=".", salt="relations.ticket")  # signs with SECRET_KEY, and reads what its fallbacks signed
SCALE = 6  # pixels a module: readable at an arm's length on a phone


def ticket_code(relation_id: UUID) -> str:
    """Return the code of a registration: 66 characters that are safe in addresses."""
    return _SIGNER.sign(base64.urlsafe_b64encode(relation_id.bytes).rstrip(b"=").decode())


def ticket_address(relation_id: UUID) -> str:
    """Return the address of the page of a registration's ticket, which is what its QR code says."""
    return f"{settings.PUBLIC_URL}{reverse('ticket', args=[ticket_code(relation_id)])}"


def relation_of(text: str) -> UserEventRelation | None:
    """Return the registration, with its person and event, of a code or of an address that ends in one; None: nobody's.

    What a ticket allows depends on how the registration stands now: a code stays the same.
    """
    code = text.strip().rstrip("/").rpartition("/")[2]
    try:
        key = UUID(bytes=base64.urlsafe_b64decode(_SIGNER.unsign(code) + "=="))
    except (BadSignature, ValueError):
        return None
    return UserEventRelation.objects.select_related("user", "event").filter(pk=key).first()


def qr_png(content: str) -> bytes:
    """Return a PNG of the QR code (ISO/IEC 18004) of ``content``, at error correction level M."""
    out = io.BytesIO()
    segno.make(content, error="m", micro=False).save(out, kind="png", scale=SCALE)
    return out.getvalue()


def qr_svg(content: str) -> str:
    """Return the same as SVG to be put into a page, whole at whatever size it is shown."""
    out = io.BytesIO()
    segno.make(content, error="m", micro=False).save(
        out, kind="svg", scale=SCALE, xmldecl=False, svgns=True, omitsize=True, dark="#000", light="#fff"
    )
    return out.getvalue().decode()
