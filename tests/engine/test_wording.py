"""Sentences can be translated: each is one text with named values, and none is put together from parts."""

import ast
import gettext
import re
from pathlib import Path

import numpy as np
import polish
import pytest

from engine import wording
from engine.recommending.reasons import Reason, because_line
from engine.wording import coded, counted, decoded, messages_in, plural, said, write_template

ROOT = Path(__file__).parents[2]


class Swabian(gettext.NullTranslations):
    """A language of two sentences."""

    def gettext(self, message):
        return {"{title} is like {other}": "wie {other} isch {title}"}.get(message, message)

    def ngettext(self, msgid1, msgid2, n):
        return "{count} Filmle" if msgid1 == "{count} film" else super().ngettext(msgid1, msgid2, n)


@pytest.fixture
def swabian(monkeypatch):
    monkeypatch.setattr(wording, "catalogue", Swabian)


def test_that_values_go_where_the_other_language_wants_them(swabian):
    assert said("{title} is like {other}", title="Alien", other="Heat") == "wie Heat isch Alien"
    assert counted("{count} film", "{count} films", 12480) == "12,480 Filmle"
    assert said("Not in the catalogue") == "Not in the catalogue"


def test_that_signs_of_a_text_without_values_stay_as_they_are():
    assert said("100 % of {these}") == "100 % of {these}"


def sources():
    return [path for folder in ("engine", "desktop_rec") for path in sorted((ROOT / folder).rglob("*.py"))]


def test_that_every_sentence_is_one_text_that_gets_just_the_values_it_names():
    found = 0
    texts = ((path, path.read_text(encoding="utf-8")) for path in sources())
    for path, text in ((path, text) for path, text in texts if "engine.wording import" in text):
        for message, given in messages_in(text):
            assert message.fields - {"count"} == given - {"count"}, f"{path}:{message.line} {message.singular}"
            found += 1
    assert found > 600


@pytest.mark.parametrize(
    "source", ["said(f'{title} is gone')", "said('a' + title)", "said(words)", "counted('{count} film', more, 3)"]
)
def test_that_a_sentence_put_together_is_refused(source):
    with pytest.raises(ValueError, match="line 1"):
        list(messages_in(f"from engine.wording import counted, said; {source}"))


def test_that_the_template_has_each_sentence_once_with_where_it_stands(tmp_path):
    imports, save = "from engine.wording import counted, said\n", 'said("Save \\"it\\"")\n'
    (tmp_path / "one.py").write_text(f'{imports}{save}counted("{{count}} film", "{{count}} films", 3)\n')
    (tmp_path / "two.py").write_text(f"{imports}{save}")
    template = write_template([tmp_path])
    assert template.count('msgid "Save \\"it\\""') == 1
    assert "one.py:2" in template
    assert "two.py:2" in template
    assert 'msgid "{count} film"\nmsgid_plural "{count} films"' in template


_SAYING = ("said", "counted", "nouns", "plural", "plural_of")
_NOT_SHOWN = (
    *("LOG.", "QueryWorker", "setStyleSheet", "_request", "request", "re.", "TypeVar", "cast"),
    *("ValueError", "KeyError", "AssertionError", "RuntimeError", "TypeError", "NotImplementedError", "taken"),
)
"""Calls whose texts nobody is shown. Of a stage only the first text, its code, is not."""
_NO_SENTENCES = frozenset(
    {
        *("cover   x  ", "several people", "data set", "left out", "science fiction", "choices of a list"),
        *("hangs on", "longer look", "as it is", " of ", "other time", "other title", "other year", "anilist download"),
        *("letterboxd list", "Letterboxd list export", "not for me", "Letterboxd URI", "(no genres listed)"),
        *("training loss", "validation loss", "gradient norm", "batch {batches}: the memory was not enough"),
        *("cold start", "profile length", "popularity in the data", "errors by rating", "known and new"),
        *("less rated half", " most rated", " of the first", " of the second", "graded NDCG", "RMSE on 0 to 1"),
        *("presence log variance", "rating log variance", "weight gradient", " as ", "split seed", "Desktop Rec"),
        *("not enough memory", "bad allocation", "busy or unavailable", "address already in use"),
        *("closed by peer", "reset by peer", "broken pipe", "timed out", "connection refused", "out of memory"),
        *("can't allocate memory", "cannot allocate memory", "cuda error", "device-side assert", "gpu is lost"),
        *("nccl error", "Breakdown | None", " in  processes", "state ", " raw", "earlier runs"),
        *("columns with names", "columns without names", "columns as chosen"),
        "QHeaderView { background: transparent; border: none; } QHeaderView::section { border: none; }"
        "QTableCornerButton::section { background: transparent; border: none; }",
        "subcontrol-origin: border; subcontrol-position: top center; width: 9px; height: 9px;",
    }
)
"""Genres, and names inside the program, of files and of errors of the system."""
_TABLES = frozenset({"_MEDIA", "_COLUMNS", "_PLACES"})
"""Tables of names that files or modules have."""
_TRANSLATED = (
    *("engine/errors.py", "engine/text.py", "engine/recommending", "engine/data/personal", "engine/data/matching"),
    *(f"engine/data/{name}.py" for name in ("dataset", "profiles", "title_lookup", "whole_file", "exporting")),
    *(
        f"engine/operations/{name}.py"
        for name in ("recommending", "recommending_many", "first_model", "title_lists", "exporting")
    ),
    *("engine/operations/problem.py", "engine/events.py", "desktop_rec/common/job_state.py"),
    *(f"engine/operations/{name}.py" for name in ("training", "evaluating", "blending", "searching", "search_runs")),
    *(f"engine/operations/{name}.py" for name in ("importing", "recorded_run", "model_files", "preparing", "timing")),
    *("engine/data/split.py", "engine/evaluation", "engine/models", "engine/training"),
    *(f"engine/data/reading/{name}.py" for name in ("archives", "json_cutting", "lines", "matrix", "pairs_file")),
    *(f"engine/data/reading/{name}.py" for name in ("roles", "sniff", "unnamed", "wide")),
    *("desktop_rec/common/text.py", "desktop_rec/for_you", "desktop_rec/training", "desktop_rec/models"),
    "desktop_rec/data",
)


def _looks_like_words(text, *, is_put_together):
    text = re.sub(r"<[^>]*>", "", text)
    if any(sign in text for sign in ("padding", "\\", "(?")):
        return False
    if is_put_together and re.search(r"(^|\s)[A-Za-z']{2,}[,.:;]?(\s|$)", text):
        return " " in text
    return bool(re.search(r"[a-z]{2}", text)) and " " in text.strip()


def unsaid_nodes(tree):
    """The texts of a source that look like words for people and are not made by `said` or `counted`."""
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        else:
            continue
        above, is_shown = node, not isinstance(parents[node], ast.Expr)
        while above in parents and is_shown:
            below, above = above, parents[above]
            called = ast.unparse(above.func) if isinstance(above, ast.Call) else ""
            is_shown &= not isinstance(above, ast.JoinedStr | ast.Assert | ast.Compare)
            is_hidden = any(name in called for name in _NOT_SHOWN) and not called.endswith((".inform", ".warn"))
            is_shown &= called not in _SAYING and not is_hidden
            is_shown &= not (called == "StageStarted" and above.args[0] is below)
            is_shown &= not (isinstance(above, ast.Assign) and ast.unparse(above.targets[0]) in _TABLES)
            is_shown &= not (isinstance(above, ast.Attribute) and above.attr in ("split", "splitlines"))
        looks_like_words = _looks_like_words(text, is_put_together=isinstance(node, ast.JoinedStr))
        if is_shown and looks_like_words and text not in _NO_SENTENCES and not text.endswith(".csv"):
            yield node, text


def unsaid(source):
    return [f"{node.lineno}: {text}" for node, text in unsaid_nodes(ast.parse(source))]


@pytest.mark.parametrize("place", _TRANSLATED)
def test_that_no_words_are_shown_that_cannot_be_translated(place):
    path = ROOT / place
    files = [path] if path.is_file() else sorted(path.rglob("*.py"))
    found = [f"{file.relative_to(ROOT)} {words}" for file in files for words in unsaid(file.read_text("utf-8"))]
    assert files
    assert found == []


@pytest.fixture
def in_polish(tmp_path):
    with polish.spoken(tmp_path):
        yield


def test_that_a_catalogue_of_the_systems_language_is_found_with_all_forms_of_its_plurals(in_polish):
    assert [plural(count, "film") for count in (0, 1, 2, 5, 12, 22, 1003)] == [
        *("brak filmów", "1 film", "2 filmy", "5 filmów", "12 filmów", "22 filmy", "1,003 filmy"),
    ]
    assert plural(2, "joke") == "2 jokes"


def test_that_the_engine_gives_its_reasons_in_that_language(in_polish):
    liked = [Reason(row, "", title, 5.0, 0.3, 1.0, None, "", liked=True) for row, title in enumerate(("Alien", "Heat"))]
    assert because_line(liked) == "bo podobały ci się Alien i Heat"


def test_that_a_damaged_translation_leaves_the_sentence_as_it_was(in_polish):
    assert said("A damaged {sentence}", sentence="lamp") == "A damaged lamp"


def test_that_codes_that_make_no_sense_are_texts_as_they_stand():
    odd = ("", "{", "[1]", "3", '{"says": 3}', '{"noun": 3, "count": "x"}', '{"parts": 3}', '{"x": 1}', "[" * 9999)
    for code in odd:
        assert decoded(f"said:{code}") == f"said:{code}"
    assert decoded('said:{"says": "Needs {x}", "values": {}}') == "Needs {x}"
    assert decoded('said:{"says": "Needs {x}", "values": {"y": 1}}') == 'said:{"says": "Needs {x}", "values": {"y": 1}}'


def test_that_numbers_keep_their_form_when_they_are_said_again():
    words = said("{low:g} to {high:.1f} of {path}", low=np.float32(0.5), high=np.float64(5), path=Path("a.csv"))
    assert decoded(coded(words)) == words == "0.5 to 5.0 of a.csv"
