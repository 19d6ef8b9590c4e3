import os
import zipfile

import pytest

from engine.data.importing.finding import find_ratings
from engine.data.reading.sniff import Given
from engine.errors import DataError

RATINGS = "userId,movieId,rating,timestamp\n1,1,4,978300760\n2,2,5,978300761\n"
MOVIES = "movieId,title,genres\n1,One (1990),Drama\n2,Two (1991),Comedy\n"
TAGS = "userId,movieId,tag,timestamp\n1,2,funny,978300760\n"


@pytest.fixture
def folder(tmp_path):
    def make(files, *, as_zip=False):
        if as_zip:
            with zipfile.ZipFile(tmp_path / "data.zip", "w") as archive:
                for name, text in files.items():
                    archive.writestr(f"ml/{name}", text)
            return tmp_path / "data.zip"
        for name, text in files.items():
            (tmp_path / name).write_text(text)
        return tmp_path

    return make


@pytest.mark.parametrize("as_zip", [True, False])
def test_that_the_ratings_among_other_files_are_found_by_content(folder, as_zip):
    path = folder({"a-tags.csv": TAGS, "movies.csv": MOVIES, "README.txt": "Hello.\n", "x.csv": RATINGS}, as_zip=as_zip)
    assert find_ratings([path], Given())[0][0].base_name == "x.csv"


def test_that_the_name_of_the_layout_chooses_between_several(folder):
    rows = "".join(f"{user}\t{user}\t4\t97830076{user}\n" for user in range(1, 9))
    path = folder({"u1.base": rows, "u1.test": rows, "u.data": rows}, as_zip=True)
    ((source, shape),) = find_ratings([path], Given())
    assert (source.base_name, shape.layout.name) == ("u.data", "MovieLens 100K")


@pytest.mark.parametrize(
    "above", [{}, {"README.txt": "Hello.\n"}, {"movies.csv": MOVIES}, {"a.txt": "x", "b.txt": "y"}]
)
def test_that_ratings_in_the_one_folder_below_are_found(folder, above):
    path = folder(above)
    for name in ("data", "pictures"):
        (path / name / "more").mkdir(parents=True)
    (path / "data" / "more" / "ratings.csv").write_text(RATINGS)
    ((source, _),) = find_ratings([path], Given())
    assert source.path == path / "data" / "more" / "ratings.csv"


def test_that_a_folder_with_a_zip_of_ratings_is_read_in_place(folder, tmp_path):
    (tmp_path / "x").mkdir()
    folder({"ratings.csv": RATINGS}, as_zip=True).rename(tmp_path / "x" / "ml.zip")
    (tmp_path / "x" / "README.txt").write_text("Hello.\n")
    assert find_ratings([tmp_path / "x"], Given())[0][0].name == "ml.zip: ml/ratings.csv"


def test_that_the_one_file_of_a_folder_says_why_it_is_no_ratings_file(folder):
    with pytest.raises(DataError, match=r"movies\.csv has no column of people"):
        find_ratings([folder({"movies.csv": MOVIES})], Given())


def test_that_several_files_of_ratings_are_named_instead_of_guessed(folder):
    with pytest.raises(DataError, match=r"holds 2 files of ratings: a\.csv, b\.csv"):
        find_ratings([folder({"a.csv": RATINGS, "b.csv": RATINGS})], Given())


def test_that_a_folder_without_ratings_is_refused(folder):
    with pytest.raises(DataError, match="holds 2 files, but none with columns of people, titles and ratings"):
        find_ratings([folder({"movies.csv": MOVIES, "tags.csv": TAGS})], Given())


def test_that_a_search_ends_in_a_circle_of_folders_and_among_very_many(tmp_path):
    for name in ("a", "b"):
        (tmp_path / "x" / name).mkdir(parents=True)
        for to in ("a", "b"):
            os.symlink(tmp_path / "x", tmp_path / "x" / name / to, target_is_directory=True)
    with pytest.raises(DataError, match="none with columns of people, titles and ratings"):
        find_ratings([tmp_path / "x"], Given())
    for number in range(400):
        (tmp_path / "many" / f"{number}").mkdir(parents=True)
    with pytest.raises(DataError, match=r"among 300 files, .* Choose the ratings file itself"):
        find_ratings([tmp_path / "many"], Given())


def test_that_a_zip_of_very_many_files_is_listed_once(tmp_path, monkeypatch):
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(50):
            archive.writestr(f"x{number}.txt", "Hello.\n")
        archive.writestr("ratings.csv", RATINGS)
    opened, real = [], zipfile.ZipFile

    def counted(*arguments, **options):
        opened.append(1)
        return real(*arguments, **options)

    monkeypatch.setattr(zipfile, "ZipFile", counted)
    assert find_ratings([path], Given())[0][0].member == "ratings.csv"
    assert len(opened) <= 3
