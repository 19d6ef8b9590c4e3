"""look and import at the command line: what a person says about files, and what is imported of them."""

from __future__ import annotations

import shlex

import pytest

BOOKS = """Mitglied;Buch;Sterne;Tag
Zoë;Sälz;3,5;02.01.2019
Zoë;Berg;4,5;03.01.2019
Jim;Sälz;0;13.01.2019
Jim;Berg;x;14.01.2019
Jim;Tal;4,0;15.01.2019
Jim;Tal;2,0;16.01.2019
"""
ROLES = "user=Mitglied,item=Buch,rating=Sterne,time=Tag"


@pytest.fixture
def books(tmp_path):
    path = tmp_path / "books.csv"
    path.write_bytes(BOOKS.encode("cp1252"))
    return path


def test_that_look_shows_how_a_file_would_be_read_and_keeps_nothing(ask, books, tmp_path):
    seen = ask.document("look", books, "--columns", ROLES)
    assert (seen["encoding"], seen["delimiter"], seen["decimal"]) == ("cp1252", "semicolon", ",")
    assert seen["columns"] == ["Mitglied", "Buch", "Sterne", "Tag"]
    assert seen["roles"] == [["user"], ["item"], ["rating"], ["time"]]
    assert [row["rating"] for row in seen["rows"]] == [3.5, 4.5, 0, None, 4, 2]
    assert seen["rows"][0]["time"] == 1_546_387_200
    assert seen["rows"][3]["problem"] == "rating is not a number"
    assert seen["obstacle"] is None
    assert not (tmp_path / "home").exists()


def test_that_look_says_what_stands_in_the_way(ask, tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_text("who,what\n1,2\n3,4\n")
    status, out, _ = ask("look", path)
    assert status == 0
    assert "no column of" in out


def test_that_look_at_a_file_that_is_not_there_fails_with_its_name(ask, tmp_path):
    status, out, err = ask("look", tmp_path / "gone.csv")
    assert (status, out) == (1, "")
    assert "gone.csv is not there" in err


def test_that_a_question_comes_with_commands_to_paste(ask, tmp_path):
    path = tmp_path / "the critics.csv"
    path.write_text(",Anna,Bob,Cem,Dee\nBrazil,5,3,,1\nHeat,4,,2,2\nUp,,3,4,5\n")
    status, _, err = ask("import", path)
    commands = [line.strip() for line in err.splitlines() if line.startswith("  ")]
    assert status == 1
    assert [command.split()[-2:] for command in commands] == [["--across", "titles"], ["--across", "people"]]
    assert shlex.split(commands[1])[:5] == ["python", "-m", "engine", "import", str(path)]
    status, out, _ = ask(*shlex.split(commands[1])[3:])
    assert (status, "people      4" in out) == (0, True)
    assert commands[0].replace("import", "look", 1) in ask("look", path)[1]


@pytest.mark.parametrize("head", ["", "who,what,how\n"])
def test_that_columns_in_doubt_come_with_the_options_that_say_them(ask, tmp_path, head):
    path = tmp_path / "my ratings.csv"
    rows = [(1 + n * n // 7 % 5, n % 7, n % 60) for n in range(180)]
    path.write_text(head + "".join(f"{stars},{person},{title}\n" for stars, person, title in rows))
    status, _, err = ask("import", path)
    commands = [line.strip() for line in err.splitlines() if line.startswith("  ")]
    assert status == 1
    assert [command.rsplit(" ", 1)[1] for command in commands][:2] == [
        "user=2,item=3,rating=1",
        "user=3,item=2,rating=1",
    ]
    status, out, _ = ask(*shlex.split(commands[0])[3:])
    assert (status, "people      7" in out, "titles      60" in out) == (0, True, True)


def test_that_a_said_scale_is_that_of_the_data_set(ask, books):
    found = ask.document("import", books, "--columns", ROLES, "--scale", "0..5..0.5")
    assert found["scale"] == {"low": 0, "high": 5, "step": 0.5}
    assert ask.document("look", books, "--columns", ROLES, "--scale", "0..10")["scale"]["high"] == 10


def test_that_counts_are_told_and_strengths_offered_with_commands(ask, tmp_path):
    path = tmp_path / "plays.csv"
    path.write_text(
        "user,artist,plays\n" + "".join(f"{n % 30},{n % 41},{int(1.09 ** (n * n % 97))}\n" for n in range(900))
    )
    _, out, _ = ask("import", path)
    assert "The numbers of plays.csv, 1 to 3,916, count plays" in out
    assert "0 to 1 in steps of 1" in out
    commands = [line.strip() for line in out.splitlines() if line.strip().startswith("python -m engine import")]
    assert [command.split()[-1] for command in commands] == ["rank", "log"]
    status, out, _ = ask(*shlex.split(commands[1])[3:])
    assert (status, "1 to 5 in steps of 0.5" in out, "or more counts as liked" in out) == (0, True, True)
    assert "they say what was seen" in ask("look", path)[1]


def test_that_said_unrated_values_count_as_seen(ask, books):
    found = ask.document("import", books, "--columns", ROLES, "--unrated", "0")
    assert (found["ratings"], found["unrated"]) == (3, 1)
    found = ask.document("import", books, "--columns", ROLES, "--unrated", "")
    assert (found["ratings"], found["unrated"]) == (4, 0)


@pytest.mark.parametrize(("policy", "rating"), [("last", 2.0), ("mean", 3.0), ("max", 4.0)])
def test_that_repeats_count_as_asked_for(ask, books, tmp_path, policy, rating):
    ask.document("import", books, "--columns", ROLES, "--duplicates", policy)
    ask("export", "books", "--out", tmp_path / "out")
    rows = [line.split(",") for line in (tmp_path / "out" / "ratings.csv").read_text().splitlines()]
    assert [float(row[2]) for row in rows if row[:2] == ["Jim", "Tal"]] == [rating]


def test_that_rules_leave_out_and_say_how_much(ask, books):
    found = ask.document("import", books, "--columns", ROLES, "--least-per-title", "2")
    assert (found["users"], found["items"]) == (2, 1)
    assert found["left_out"]["titles"] == 2


@pytest.mark.parametrize(
    "words",
    [
        ("--scale", "5..1"),
        ("--least-per-title", "0"),
        ("--most-titles", "-3"),
        ("--unrated", "none"),
        ("--columns", "who=1"),
    ],
)
def test_that_senseless_choices_are_wrong_use(ask, books, words):
    status, out, err = ask("import", books, *words)
    assert (status, out) == (2, "")
    assert words[0] in err


def test_that_a_file_is_read_as_said_where_the_guess_is_wrong(ask, tmp_path):
    path = tmp_path / "dates.csv"
    path.write_text("user,item,rating,date\n" + "".join(f"{n},{n + 1},{1 + n % 5},0{n}/02/2020\n" for n in range(1, 9)))
    times = {order: ask.document("look", path, "--dates", order)["rows"][2]["time"] for order in ("dmy", "mdy")}
    assert times == {"dmy": 1_580_688_000, "mdy": 1_583_107_200}


def test_that_moments_before_1970_and_after_all_years_are_shown_or_left_blank(ask, tmp_path):
    path = tmp_path / "ratings.csv"
    path.write_text("userId,movieId,rating,timestamp\n1,1,4,-86400\n1,2,4,253402300800\n2,1,3,86400\n2,2,3,86400\n")
    status, out, err = ask("look", path)
    assert status == 0, err
    assert "1969-12-31" in out or "1970-01-02" in out


def test_that_a_file_s_name_counts_as_it_is_typed_where_a_system_takes_accents_apart(ask, tmp_path):
    path = tmp_path / "Amélie.csv"
    path.write_text(BOOKS, encoding="utf-8")
    taken_apart = path.rename(path.with_name("Ame\u0301lie.csv"))
    assert ask.document("import", taken_apart, "--columns", ROLES)["name"] == "Amélie"
