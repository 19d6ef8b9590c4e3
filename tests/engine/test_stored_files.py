"""Stored files come back as they were written, or it is said which of them is damaged."""

from __future__ import annotations

import io
import json
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import stored_files
from engine.errors import LibraryError
from engine.events import drive
from engine.stored_files import (
    check,
    checksums_in,
    checksums_of,
    read_array,
    read_document,
    save_array,
    sealed,
    write_array,
)

NUMBERS = np.arange(12, dtype=np.int32)


@pytest.mark.parametrize("mapped", [False, True])
@pytest.mark.parametrize("shape", [(12,), (3, 4), (0,)])
def test_that_an_array_comes_back_and_numpy_reads_it_too(tmp_path, shape, mapped):
    array = NUMBERS[: np.prod(shape)].reshape(shape)
    save_array(tmp_path / "a.npy", array)
    back = read_array(tmp_path / "a.npy", np.int32, (None,) * len(shape), mapped=mapped)
    np.testing.assert_array_equal(back, array)
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy"), array)
    check(tmp_path / "a.npy", checksums_of([tmp_path / "a.npy"]))


def test_that_the_checksum_of_writing_is_that_of_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(stored_files, "_WRITTEN_AT_ONCE", 8)
    with (tmp_path / "a.npy").open("wb") as file:
        portions: list[int] = []
        found = drive(write_array(file, NUMBERS), should_stop=lambda: bool(portions.append(1)))
    assert len(portions) == 6
    assert {"a.npy": found} == checksums_of([tmp_path / "a.npy"])


def zipped() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("a.npy", b"x")
    return archive.getvalue()


def saved(array: object) -> bytes:
    file = io.BytesIO()
    np.save(file, np.asarray(array))
    return file.getvalue()


WHOLE = saved(NUMBERS)


@pytest.mark.parametrize("mapped", [False, True])
@pytest.mark.parametrize(
    "content",
    {
        "nothing": b"",
        "cut in the header": WHOLE[:20],
        "cut in the values": WHOLE[:-1],
        "something added": WHOLE + b"\0",
        "an archive": zipped(),
        "objects": saved(np.array([None] * 12)),
        "other numbers": saved(NUMBERS.astype(np.int64)),
        "another shape": saved(NUMBERS.reshape(3, 4)),
        "fewer": saved(NUMBERS[:5]),
        "a shape too large to be": WHOLE.replace(b"(12,)", b"(10**20,)"),
        "a shape below zero": WHOLE.replace(b"(12,)", b"(-2,)"),
        "a header nested deeply": WHOLE[:10] + b"(" * 118,
        "a later layout": WHOLE[:6] + b"\x03\x00" + WHOLE[8:],
        "zeros": bytes(len(WHOLE)),
    }.values(),
)
def test_that_what_is_no_such_array_is_a_sentence(tmp_path, content, mapped):
    (tmp_path / "a.npy").write_bytes(content)
    with pytest.raises(LibraryError, match=r"a\.npy is damaged \("):
        read_array(tmp_path / "a.npy", np.int32, (12,), mapped=mapped)


def test_that_a_missing_file_is_a_sentence(tmp_path):
    for read in (lambda path: read_array(path, np.int32, (12,)), read_document):
        with pytest.raises(LibraryError, match=r"gone is damaged \(No such file"):
            read(tmp_path / "gone")


@given(place=st.integers(0, len(WHOLE) - 1), bit=st.integers(0, 7))
def test_that_every_flipped_bit_is_found(tmp_path, place, bit):
    path = tmp_path / "a.npy"
    path.write_bytes(WHOLE)
    known = checksums_of([path])
    content = bytearray(WHOLE)
    content[place] ^= 1 << bit
    path.write_bytes(content)
    with pytest.raises(LibraryError, match="its content is not what was written"):
        check(path, known)


def test_that_a_file_without_a_checksum_is_taken_as_it_is(tmp_path):
    path = tmp_path / "a.npy"
    path.write_bytes(WHOLE)
    check(path, {})
    check(path, checksums_in({"kind": "run"}, tmp_path))
    for files in ([], {"a.npy": 3}, "x"):
        with pytest.raises(LibraryError, match="its checksums are none"):
            checksums_in({"files": files}, tmp_path)


DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats() | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(document=st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=5).filter("crc32".__ne__), DOCUMENTS))
def test_that_a_sealed_document_comes_back(tmp_path, document):
    path = tmp_path / "a.json"
    path.write_text(json.dumps(sealed(document)), encoding="utf-8")
    assert repr(read_document(path)) == repr(json.loads(json.dumps(document)))


def test_that_a_changed_document_is_found_by_its_seal_or_its_checksum(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps(sealed({"step": 3, 7: (1, 2)})).replace("3", "4", 1))
    with pytest.raises(LibraryError, match="not what was written"):
        read_document(path)
    path.write_text('{"step": 3}')
    known = checksums_of([path])
    assert read_document(path, known) == read_document(path) == {"step": 3}
    path.write_text('{"step": 4}')
    with pytest.raises(LibraryError, match="not what was written"):
        read_document(path, known)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"3", b"\xff\xfe", b"[" * 10**5, b'{"a": ' * 10**5, b"1" * 5000])
def test_that_what_is_no_document_is_a_sentence(tmp_path, content):
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(LibraryError, match=r"a\.json is damaged \("):
        read_document(tmp_path / "a.json")
