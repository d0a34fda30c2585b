"""Forms of the pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile


class ManyFilesInput(forms.ClearableFileInput):
    """A file input that takes more than one file."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """One or more files. Whether a file is a picture is not decided here but by `ingest`."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = data if isinstance(data, list) else [data]
        return [super(ManyFilesField, self).clean(file, initial) for file in files or [None]]


class UploadForm(forms.Form):
    """Pictures to store."""

    files = ManyFilesField(
        allow_empty_file=True,
        error_messages={"required": "Choose at least one photo."},
    )

    folder = forms.CharField(required=False, strip=False)

    def uploads(self) -> list[UploadedFile]:
        """Return the files of a valid form."""
        files: list[UploadedFile] = self.cleaned_data["files"]
        return files
