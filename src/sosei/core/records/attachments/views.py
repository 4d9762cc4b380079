"""Pages of files: one's own list with sending and removing, and the answers that carry a file."""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

import rules
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people import tenancy
from sosei.core.people.services.looks import record_look
from sosei.core.people.standing import standing_of
from sosei.core.records.attachments import services, serving
from sosei.core.records.attachments.forms import AttachmentField
from sosei.core.records.attachments.messages import told
from sosei.core.records.attachments.oversight import files_state
from sosei.core.records.attachments.permissions import (
    can_remove_attachment,
    can_see_attachment,
    can_send_attachment,
)
from sosei.core.records.attachments.querysets import SEES_TOWN
from sosei.core.records.attachments.rules import Reason, RefusedFileError
from sosei.core.records.attachments.words import LOOKED_AT
from sosei.core.records.models import Attachment
from sosei.core.records.own_pages import own_page

logger = logging.getLogger(__name__)
NO_SPACE_STATUS = 507


class SendFilesForm(forms.Form):
    """Files for one's own list."""

    files = AttachmentField(label=gettext_lazy("ファイル"))
    # A form opened for one person sends no files for another, whoever is acted for by then.
    about = forms.UUIDField(widget=forms.HiddenInput, required=False)


def _crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("ホーム"), reverse("portal:home")), *more]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@own_page
def my_files(request: Any) -> HttpResponse:
    """One's own files, and the form to send more."""
    form = SendFilesForm(initial={"about": request.subject.uid})
    if request.method == "POST":
        form = SendFilesForm(request.POST, request.FILES)
        if form.is_valid() and _receive(request, form):
            return redirect("records:my-files")
        if form.has_error("files", Reason.NO_SPACE):
            return no_space(request, reverse("records:my-files"))
    rows = Attachment.objects.visible_to(request.subject).of(request.subject).with_file()
    page = paginate(request, rows.select_related("municipality").order_by("-pk"))
    with tenancy.unguarded():
        # Whether a file must stay is decided by what it is about, seen or not.
        prefetch_related_objects(list(page), "about")
    listed = [(row, can_remove_attachment(request.user, row)) for row in page]
    return render(
        request,
        "records/attachments/my_files.html",
        {"form": form, "page": page, "listed": listed, "crumbs": _crumbs((_("送ったファイル"), ""))},
        status=422 if form.errors else 200,
    )


def _receive(request: Any, form: SendFilesForm) -> bool:
    """Keeps the files and tells what became of them; with a refusal the form has an error instead."""
    session = getattr(request, "proxy_session", None)
    town = session.municipality if session else None
    if not can_send_attachment(request.user, Attachment(owner=request.subject, municipality=town)):
        raise PermissionDenied
    try:
        rows = services.receive_files(
            owner=request.subject,
            actor=request.user,
            files=form.cleaned_data["files"],
            municipality=town,
        )
    except RefusedFileError as error:
        form.add_error("files", forms.ValidationError(told(error.refusal), code=error.refusal.reason))
        return False
    for row in rows:
        if row.state == Attachment.State.REFUSED:
            messages.error(
                request, _("「%(name)s」からウイルスが見つかったため、保存しませんでした。") % {"name": row}
            )
        elif row.state == Attachment.State.QUARANTINED:
            messages.info(
                request,
                _("「%(name)s」を受け取りました。ウイルスの検査を待っています。終わると開けます。")
                % {"name": row},
            )
        else:
            messages.success(request, _("「%(name)s」を受け取りました。") % {"name": row})
    return True


def no_space(request: HttpRequest, back: str) -> HttpResponse:
    """The page that says that there is no room for files; nothing was stored."""
    logger.error("no room for files: an upload was refused; free some of the disk of the files folder")
    return render(request, "records/attachments/no_space.html", {"back": back}, status=NO_SPACE_STATUS)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: Any, uid: UUID) -> HttpResponse:
    """Asks whether the file is to be removed, and removes it."""
    attachment = _found(uid)
    if not can_see_attachment(request.user, attachment) or attachment.removed_at is not None:
        raise Http404
    may_remove = can_remove_attachment(request.user, attachment)
    if request.method == "POST" and may_remove:
        try:
            services.remove_attachment(attachment=attachment, actor=request.user)
        except services.KeptError:
            # Decided by it between the question and the answer.
            may_remove = False
        else:
            messages.success(request, _("「%(name)s」を消しました。") % {"name": attachment})
            return redirect("records:my-files")
    crumbs = _crumbs((_("送ったファイル"), reverse("records:my-files")), (_("ファイルを消す"), ""))
    return render(
        request,
        "records/attachments/remove.html",
        {"attachment": attachment, "may_remove": may_remove, "crumbs": crumbs},
        status=403 if request.method == "POST" else 200,
    )


@require_safe
def file(request: Any, uid: UUID, name: str) -> HttpResponseBase:
    """The file itself; the name in the address is for people and says nothing to us."""
    attachment = _seen(request, uid)
    return serving.answer(request, attachment)


@require_safe
def preview(request: Any, uid: UUID) -> HttpResponseBase:
    """The small picture of a picture."""
    attachment = _seen(request, uid)
    if not attachment.has_preview:
        raise Http404
    return serving.answer(request, attachment, preview=True)


@never_cache
@require_safe
def operator_files(request: Any) -> HttpResponse:
    """How storing and examining go, in numbers."""
    context = {"state": files_state(), "crumbs": _crumbs((_("ファイルの保存と検査"), ""))}
    return render(request, "records/attachments/operator_files.html", context)


def _found(uid: UUID) -> Attachment:
    """The row, whoever asks: a thing that everybody may see has files that the database's guard holds back."""
    with tenancy.unguarded():
        row = Attachment.objects.filter(uid=uid).select_related("owner", "municipality").first()
    if row is None:
        raise Http404
    return row  # type: ignore[no-any-return]


def _seen(request: Any, uid: UUID) -> Attachment:
    """The row of a file that this request may open; a look is recorded where staff open somebody else's.

    Raises:
        Http404: no such file, not for this person, or not to be opened: the answer is the same.
    """
    attachment = _found(uid)
    if not rules.has_perm("records.view_attachment", request.user, attachment) or not attachment.is_served:
        raise Http404
    if _looks_as_staff(request.user, attachment):
        record_look(
            staff=request.user,
            person=attachment.owner,
            what=LOOKED_AT,
            municipality=attachment.municipality,
            proxy_session=getattr(request, "proxy_session", None),
        )
    return attachment


def _looks_as_staff(user: Any, attachment: Attachment) -> bool:
    standing = standing_of(user)
    return (
        standing.person is not None
        and standing.person != attachment.owner_id
        and attachment.municipality_id in standing.towns_as(SEES_TOWN)
    )
