from __future__ import annotations

from pathlib import Path

import pytest

from dam.env import Env, describe_database


def test_unset_and_blank_mean_the_default() -> None:
    env = Env({"BLANK": "  "})

    assert env.text("UNSET", "usual") == "usual"
    assert env.integer("BLANK", 7, minimum=1, maximum=9) == 7
    assert env.problems == []


@pytest.mark.parametrize("raw", ["0", "10", "five", "1.5", ""])
def test_integer_takes_only_whole_numbers_in_range(raw: str) -> None:
    env = Env({"NUMBER": raw})

    value = env.integer("NUMBER", 7, minimum=1, maximum=9)

    assert value == 7
    assert [problem.name for problem in env.problems] == (["NUMBER"] if raw else [])


@pytest.mark.parametrize(
    ("raw", "expected"), [("1", True), ("Yes", True), ("off", False), ("FALSE", False)]
)
def test_flag_knows_the_usual_words(raw: str, expected: bool) -> None:
    assert Env({"FLAG": raw}).flag("FLAG", default=not expected) is expected


def test_odd_flag_is_noted() -> None:
    env = Env({"FLAG": "maybe"})

    assert env.flag("FLAG") is False
    assert env.problems[0].name == "FLAG"


def test_choice_is_given_as_the_settings_spell_it() -> None:
    env = Env({"LEVEL": "debug", "STORAGE": "tape"})

    assert env.choice("LEVEL", "INFO", choices=("DEBUG", "INFO")) == "DEBUG"
    assert env.choice("STORAGE", "files", choices=("files", "s3")) == "files"
    assert [problem.name for problem in env.problems] == ["STORAGE"]


def test_words_are_split_at_commas() -> None:
    assert Env({"HOSTS": "a.example, b.example,,"}).words("HOSTS") == ["a.example", "b.example"]


def test_origins_need_a_scheme_and_a_host() -> None:
    env = Env({"GOOD": "https://a.example/, http://b.example:81", "BAD": "a.example"})

    assert env.origins("GOOD") == ["https://a.example", "http://b.example:81"]
    assert env.origins("BAD") == []
    assert [problem.name for problem in env.problems] == ["BAD"]


def test_path_is_absolute() -> None:
    env = Env({"HOME_FOLDER": "~/photos", "HERE": "var"})

    assert env.path("HOME_FOLDER", Path("/x")) == Path.home() / "photos"
    assert env.path("HERE", Path("/x")) == Path.cwd() / "var"


def test_url_needs_a_known_scheme() -> None:
    env = Env({"QUEUE": "sqs://x", "OTHER": "redis://127.0.0.1"})

    assert env.url("QUEUE", schemes=("redis",)) == ""
    assert env.url("OTHER", schemes=("redis",)) == "redis://127.0.0.1"
    assert [problem.name for problem in env.problems] == ["QUEUE"]


def test_problem_does_not_repeat_the_value() -> None:
    env = Env({"QUEUE": "sqs://user:secret@x"})

    env.url("QUEUE", schemes=("redis",))

    assert "secret" not in repr(env.problems)


def test_asked_names_are_remembered_once() -> None:
    env = Env({})

    env.text("A")
    env.flag("B")
    env.text("A")

    assert env.names == ["A", "B"]


def test_database_url_is_taken_apart() -> None:
    described = describe_database("postgresql://me:p%40ss@db.example:6543/faces?sslmode=require")

    assert described["HOST"] == "db.example"
    assert described["PORT"] == "6543"
    assert described["NAME"] == "faces"
    assert described["USER"] == "me"
    assert described["PASSWORD"] == "p@ss"
    assert described["OPTIONS"]["sslmode"] == "require"


def test_broken_database_url_is_refused() -> None:
    with pytest.raises(ValueError, match="not a PostgreSQL URL"):
        describe_database("postgresql://host:port:port/x?nonsense")


def test_networks_are_read():
    env = Env({"A": "10.0.0.0/8, fd00::1"})

    assert [str(network) for network in env.networks("A")] == ["10.0.0.0/8", "fd00::1/128"]


def test_wrong_networks_are_noted():
    env = Env({"A": "10.0.0.1/8"})

    assert env.networks("A") == ()
    assert [problem.name for problem in env.problems] == ["A"]
