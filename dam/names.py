"""Names that people give to things: what may be one, and when two are the same."""

from __future__ import annotations

import unicodedata

from dam.errors import DamError

MOST_LETTERS = 100
_MOST_DESCRIPTION_LETTERS = 2000
# Control characters, and halves of UTF-16 pairs, which no database stores.
_NEVER = frozenset({"Cc", "Cs"})
# Letters, digits, punctuation and symbols; marks and formatting alone show nothing.
_SEEN = frozenset("LNPS")


class InvalidName(DamError):
    """Something cannot be called that; `fields` says which value is wrong."""

    code = "invalid"
    status = 400

    def __init__(self, message: str, *, field: str = "name") -> None:
        super().__init__(message, fields={field: [message]})


class NameTaken(DamError):
    """Another one of that kind has the name."""

    code = "name_taken"
    status = 409

    def __init__(self, name: str) -> None:
        message = f"“{name}” is taken already: choose another name."
        super().__init__(message, fields={"name": [message]})


def read_name(text: str) -> str:
    """Return a name in NFC with single spaces between its words; raises InvalidName."""
    name = unicodedata.normalize("NFC", " ".join(text.split()))
    categories = {unicodedata.category(letter) for letter in name}
    if categories & _NEVER:
        raise InvalidName("There is a control character in this name.")
    if len(name) > MOST_LETTERS or not any(category[0] in _SEEN for category in categories):
        raise InvalidName(f"Give it a name of 1 to {MOST_LETTERS} letters.")
    return name


def read_description(text: str) -> str:
    """Return a text of any number of lines; raises InvalidName."""
    description = unicodedata.normalize("NFC", "\n".join(text.splitlines()).strip())
    if len(description) > _MOST_DESCRIPTION_LETTERS:
        raise InvalidName(
            f"Must have {_MOST_DESCRIPTION_LETTERS} letters at most.", field="description"
        )
    letters = description.replace("\n", "").replace("\t", "")
    if any(unicodedata.category(letter) in _NEVER for letter in letters):
        raise InvalidName("There is a control character in this text.", field="description")
    return description


def name_key(name: str) -> str:
    """Return what two names have in common that people would take for the same.

    Upper and lower case are the same, whatever the collation of the database, and so are letters
    and their compatible forms, such as those of full width.
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
