"""Django's upload handler that writes straight into the files folder, and says no without failing the request."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from sosei.core.records.attachments import rules
from sosei.core.records.attachments.config import limits
from sosei.core.records.attachments.rules import Refusal, RefusedFileError
from sosei.core.records.attachments.storage import Draft, check_free_space


class ReceivedFile(UploadedFile):
    """A file of a request: its draft, or why there is none (then it is empty).

    Attributes:
        sent: bytes that came, whether they were written or not.
    """

    def __init__(
        self, name: str, content_type: str, draft: Draft | None, refusal: Refusal | None, sent: int
    ) -> None:
        self.draft = draft
        self.refusal = refusal
        self.sent = sent
        file = draft.path.open("rb") if draft else None
        super().__init__(file=file, name=name, content_type=content_type, size=draft.size if draft else 0)

    def temporary_file_path(self) -> str:
        """Where the draft lies.

        Raises:
            FileNotFoundError: the file was refused.
        """
        if self.draft is None:
            raise FileNotFoundError(f"{self.name} was refused")
        return str(self.draft.path)

    def take_draft(self) -> Draft | None:
        """Hands the draft over; it is no longer removed with the request."""
        draft, self.draft = self.draft, None
        return draft

    def close(self) -> None:
        """Called when the request ends: what nobody took is removed."""
        if self.file is not None:
            self.file.close()
        if self.draft is not None:
            self.draft.discard()


class FilesFolderUploadHandler(FileUploadHandler):
    """Writes every file of a request as a draft; what is too large or finds no room is read to its end and dropped."""

    chunk_size = 256 * 1024

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803 - the parser's own name
        content_length: int,
        boundary: bytes,
        encoding: str | None = None,
    ) -> None:
        """Before anything is read: is there room for all of it?"""
        self.no_room: Refusal | None = None
        try:
            check_free_space("", content_length)
        except RefusedFileError as error:
            self.no_room = error.refusal

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """A file begins."""
        super().new_file(*args, **kwargs)
        self.shown_name = rules.clean_name(self.file_name or "")
        self.draft: Draft | None = None
        self.refusal: Refusal | None = None
        self.sent = 0
        if self.no_room:
            self.refusal = Refusal(self.no_room.reason, {**self.no_room.values, "name": self.shown_name})
            return
        try:
            self.draft = Draft(self.shown_name)
        except RefusedFileError as error:
            self.refusal = error.refusal

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Writes on, unless the file has been refused."""
        self.sent += len(raw_data)
        if self.draft is None:
            return
        try:
            if self.sent > limits().largest_file:
                self.draft.discard()
                self.draft = None
            else:
                self.draft.write(raw_data)
        except RefusedFileError as error:
            self.draft = None
            self.refusal = error.refusal

    def file_complete(self, file_size: int) -> ReceivedFile:
        """The file has come to its end."""
        draft, self.draft = self.draft, None
        refusal = self.refusal or rules.check_size(self.shown_name, self.sent, limits().largest_file)
        if refusal and draft:
            draft.discard()
            draft = None
        return ReceivedFile(self.shown_name, self.content_type or "", draft, refusal, self.sent)

    def upload_interrupted(self) -> None:
        """The sender went away."""
        if self.draft is not None:
            with suppress(OSError):
                self.draft.discard()
