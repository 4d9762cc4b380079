"""Builders for tests of workers: somebody known to a town, a day of work agreed, a picture as proof, staff acting."""

from __future__ import annotations

import datetime
import io

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from sosei.core.people import roles
from sosei.core.people.models import Municipality, Person, ProxySession
from sosei.core.people.proxy import SESSION_KEY
from sosei.core.people.services.acting import Acting
from sosei.core.people.services.proxy import start_acting
from sosei.core.records.attachments.receiving import Prepared, prepare
from sosei.programmes.jobs.models import Application, Contract, Posting, Shift, WorkDay
from tests.people.conftest import SignedIn, hold_role


def known_to(person: Person, town: Municipality) -> Person:
    """The person has joined the town, whose staff serve the person from now on."""
    hold_role(person, roles.CITIZEN, town)
    return person


def agree_on(person: Person, shift: Shift, *, state: str = WorkDay.State.PLANNED) -> WorkDay:
    """A contract of one day, without the services that make one."""
    posting: Posting = shift.posting
    common = {
        "municipality": posting.municipality,
        "employer": posting.employer,
        "person": person,
    }
    now = timezone.now()
    application = Application.objects.filter(
        posting=posting, person=person, state=Application.State.CONTRACTED
    ).first()
    if application is None:
        application = Application.objects.create(
            **common,
            posting=posting,
            state=Application.State.CONTRACTED,
            shown_name=person.full_name,
            applied_at=now,
            decided_at=now,
        )
        Contract.objects.create(
            **common, posting=posting, application=application, worker_name=person.full_name, made_at=now
        )
    made: WorkDay = WorkDay.objects.create(
        **common,
        contract=application.contract,
        shift=shift,
        period=(shift.starts_at, shift.ends_at),
        break_minutes=shift.break_minutes,
        state=state,
    )
    return made


def picture(name: str = "menkyo.png") -> SimpleUploadedFile:
    """A small picture as a browser sends it."""
    held = io.BytesIO()
    Image.new("RGB", (64, 40), "white").save(held, "PNG")
    return SimpleUploadedFile(name, held.getvalue(), content_type="image/png")


def proof(name: str = "menkyo.png") -> list[Prepared]:
    """A picture as services take it."""
    return [prepare(picture(name))]


def by_oneself(person: Person) -> Acting:
    """The person, in their own name."""
    return Acting.for_oneself(person)


def acting_for(person: Person, staff: Person, town: Municipality) -> ProxySession:
    """A session of staff who act for the person on the phone."""
    return start_acting(
        staff=staff,
        person=person,
        municipality=town,
        channel=ProxySession.Channel.PHONE,
        reason="電話で頼まれた（試験）",
    )


def browser_acting_for(person: Person, staff: Person, town: Municipality, signed_in: SignedIn) -> Client:
    """A browser of staff who act for the person on the phone."""
    client = signed_in(staff)
    session = client.session
    session[SESSION_KEY] = acting_for(person, staff, town).pk
    session.save()
    return client


def days(first: datetime.date, count: int) -> list[datetime.date]:
    """Days that follow each other."""
    return [first + datetime.timedelta(days=step) for step in range(count)]
