"""What the page Upload sends: files, the names of files that are to come, and addresses."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from dam.uploading.addresses import InvalidAddresses, read_addresses
from dam.uploading.uploads import ChosenFile, chosen_file

MOST_ANNOUNCED = 1000
_MOST_ID = 2**63 - 1


class ManyFilesInput(forms.ClearableFileInput):
    """A file input that takes more than one file."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """One or more files. Whether a file is a picture is not decided here but by `ingest`."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = data if isinstance(data, list) else [data]
        return [super(ManyFilesField, self).clean(file, initial) for file in files or [None]]


class FilesForm(forms.Form):
    """Pictures to store: many, or the one of an `item` that was announced."""

    files = ManyFilesField(
        allow_empty_file=True,
        error_messages={"required": "Choose at least one photo."},
    )
    item = forms.IntegerField(required=False, min_value=1, max_value=_MOST_ID)


class AnnouncementForm(forms.Form):
    """Files that the page is about to send.

    They go to the `upload` if that is recent, else to a new one; with `again` they are looked for
    among those that it was not sent yet.
    """

    upload = forms.UUIDField(required=False)
    again = forms.BooleanField(required=False)
    files = forms.JSONField()

    def clean_files(self) -> list[ChosenFile]:
        entries = self.cleaned_data["files"]
        if not isinstance(entries, list) or not 1 <= len(entries) <= MOST_ANNOUNCED:
            raise forms.ValidationError(f"Send a list of 1 to {MOST_ANNOUNCED} files.")
        return [_read_file(entry) for entry in entries]


class AddressesForm(forms.Form):
    """Addresses of pictures, one a line."""

    upload = forms.UUIDField(required=False)
    addresses = forms.CharField(required=False)

    def clean_addresses(self) -> list[str]:
        try:
            return read_addresses(self.cleaned_data["addresses"])
        except InvalidAddresses as error:
            raise forms.ValidationError(error.fields["addresses"]) from error


class RetryForm(forms.Form):
    """One address that failed, or all of them."""

    item = forms.IntegerField(required=False, min_value=1, max_value=_MOST_ID)


def _read_file(entry: Any) -> ChosenFile:
    if isinstance(entry, dict):
        name, folder, size = entry.get("name"), entry.get("folder", ""), entry.get("size")
        is_size = isinstance(size, int) and 0 <= size <= _MOST_ID
        if isinstance(name, str) and isinstance(folder, str) and is_size:
            return chosen_file(name, folder=folder, size_bytes=size)
    raise forms.ValidationError("Each file needs a name and a size in bytes.")
