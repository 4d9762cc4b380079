"""Pictures and floor plans of a space; the core draws every picture anew, so that no place or camera stays in it."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.models import Person
from sosei.core.records.attachments import services as attachments
from sosei.core.records.attachments.messages import told
from sosei.core.records.attachments.receiving import Prepared
from sosei.core.records.attachments.rules import RefusedFileError
from sosei.programmes.spaces.errors_listings import ListingError
from sosei.programmes.spaces.locks_listings import lock_space
from sosei.programmes.spaces.models import Space, SpacePhoto
from sosei.programmes.spaces.services.halls import record_space
from sosei.programmes.spaces.services.hosts import check_runs

MOST = 20


@transaction.atomic
def add_photos(
    *, space: Space, files: Sequence[Prepared], shows: str, is_plan: bool, actor: Person
) -> list[SpacePhoto]:
    """Adds pictures with what they show, for those who do not see them.

    Raises:
        ListingError: `actor` does not run the space, no description, too many pictures, or a picture that is not taken.
    """
    check_runs(actor, space)
    if not shows.strip():
        raise ListingError(_("写っているものを書いてください。見えない人にも伝わります。"), "shows")
    held = lock_space(space.pk)
    if held.photos.count() + len(files) > MOST:
        raise ListingError(
            _("写真は%(most)s枚までです。先に古い写真を消してください。") % {"most": MOST}, "files"
        )
    try:
        rows = attachments.receive_files(
            owner=actor, actor=actor, files=files, municipality=held.municipality, about=held
        )
    except RefusedFileError as error:
        raise ListingError(told(error.refusal), "files") from error
    last = held.photos.aggregate(last=Max("position"))["last"] or 0
    made = [
        SpacePhoto(
            municipality=held.municipality,
            host=held.host,
            space=held,
            attachment=row,
            shows=" ".join(shows.split()),
            is_plan=is_plan,
            position=last + number,
        )
        for number, row in enumerate(rows, start=1)
        if row.has_file
    ]
    SpacePhoto.objects.bulk_create(made)
    record_space("photo_added", held, actor, photos=len(made))
    return made


@transaction.atomic
def remove_photo(*, photo: SpacePhoto, actor: Person) -> None:
    """Takes a picture off the space and removes its file.

    Raises:
        ListingError: `actor` does not run the space.
    """
    check_runs(actor, photo)
    with tenancy.unguarded():
        attachment = photo.attachment
        photo.delete()
        attachments.remove_attachment(attachment=attachment, actor=actor)
    record_space("photo_removed", photo.space, actor)


@transaction.atomic
def put_first(*, photo: SpacePhoto, actor: Person) -> None:
    """The picture that is shown first, in lists and on the page.

    Raises:
        ListingError: `actor` does not run the space.
    """
    check_runs(actor, photo)
    held = lock_space(photo.space_id)
    rows = [photo, *held.photos.exclude(pk=photo.pk).order_by("position", "pk")]
    for number, row in enumerate(rows):
        row.position = number
    SpacePhoto.objects.bulk_update(rows, ["position"])
