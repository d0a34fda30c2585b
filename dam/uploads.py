"""How Django keeps uploaded files until they are ingested."""

from __future__ import annotations

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler


class CappedFileUploadHandler(TemporaryFileUploadHandler):
    """Keeps one byte more than may be ingested of each file, so that no upload fills the disk.

    `ingest` sees that byte and says that the file is too large.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        room = settings.DAM_MAX_UPLOAD_BYTES + 1 - start
        if room > 0:
            self.file.write(raw_data[:room])

    def file_complete(self, file_size: int) -> TemporaryUploadedFile:
        kept = min(file_size, settings.DAM_MAX_UPLOAD_BYTES + 1)
        return super().file_complete(kept)
