from __future__ import annotations

import pytest

from dam.names import InvalidName, name_key, read_description, read_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Summer party", "Summer party"),
        ("  Summer \t\n party ", "Summer party"),
        ("Summer\u2028party", "Summer party"),
        ("Cafe\u0301", "Caf\u00e9"),
        (
            "\U0001f468\u200d\U0001f469\u200d\U0001f467",
            "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        ),
        ("<b>&amp;'\";--", "<b>&amp;'\";--"),
        ("x" * 100, "x" * 100),
    ],
)
def test_a_name_keeps_its_letters(text, name):
    assert read_name(text) == name


@pytest.mark.parametrize(
    "text", ["", "   ", "x" * 101, "a\0b", "a\x1bb", "\ud800", "\u200b\u200d", "\u0301"]
)
def test_what_nobody_could_read_or_store_is_no_name(text):
    with pytest.raises(InvalidName) as caught:
        read_name(text)

    assert list(caught.value.fields) == ["name"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Summer", "sUMMER"),
        ("Stra\u00dfe", "STRASSE"),
        ("\u00c4pfel", "\u00e4pfel"),
        ("\uff21", "a"),
        ("\u03a3\u03b1\u03c2", "\u03c3\u03b1\u03c3"),
    ],
)
def test_names_that_people_take_for_the_same_have_one_key(one, other):
    assert name_key(one) == name_key(other)


def test_other_names_have_other_keys():
    assert name_key("Apfel") != name_key("\u00c4pfel")


def test_a_description_keeps_its_lines():
    assert read_description(" one\r\n\ttwo \n") == "one\n\ttwo"


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "x" * 2001])
def test_a_description_that_cannot_be_stored_is_refused(text):
    with pytest.raises(InvalidName) as caught:
        read_description(text)

    assert list(caught.value.fields) == ["description"]
