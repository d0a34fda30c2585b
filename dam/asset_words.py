"""Words that find an asset: of its name, its folder and what its metadata say. Pure text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

# More than that is no caption; PostgreSQL's index takes a megabyte of words at most.
MOST_TEXT = 20_000
MOST_WORD = 64

_MARKS = re.compile("[\u0300-\u036f]")
_LETTERS = r"[^\W\d_]"
# camelCase, and where letters and digits meet.
_BORDER = re.compile(
    rf"(?<={_LETTERS})(?=\d)|(?<=\d)(?={_LETTERS})|(?<=[a-zß-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])"
)


def search_text(texts: Iterable[str]) -> str:
    """Return the distinct words of texts and of their parts, folded, one space between them."""
    words: dict[str, None] = {}
    left = MOST_TEXT
    for text in texts:
        for whole in _split(text):
            words.update(dict.fromkeys((_fold(whole), *map(_fold, _parts(whole)))))
        left -= len(text)
        if left <= 0:
            break
    return " ".join(words)[:MOST_TEXT].strip()


def wanted_words(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return each word that somebody looks for, folded, with its parts.

    "IMG2021" is found where a word begins with "img2021", or one with "img" and one with "2021".
    """
    return [(_fold(whole), tuple(map(_fold, _parts(whole)))) for whole in _split(text)]


def _split(text: str) -> Iterator[str]:
    """Yield runs of letters and digits, without the marks above and below Latin letters."""
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", text[:MOST_TEXT]))
    plain = unicodedata.normalize("NFC", plain)
    spaced = "".join(letter if _is_of_word(letter) else " " for letter in plain)
    return (word[:MOST_WORD] for word in spaced.split())


def _is_of_word(letter: str) -> bool:
    # Marks too: vowels of Indic scripts are such.
    return unicodedata.category(letter)[0] in "LNM"


def _parts(word: str) -> list[str]:
    return [part for part in _BORDER.split(word) if part]


def _fold(word: str) -> str:
    return word.casefold()
