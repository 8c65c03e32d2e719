"""Each row of the page about a walk is done by a test, and each of these has a row."""

from .walked_page import ELSEWHERE, ROOT, WAYS, rows


def test_each_row_is_done_by_one_test() -> None:
    known = [*WAYS, *ELSEWHERE]
    found = [[one for one in known if step.startswith(one)] for step, _ in rows()]

    assert [len(one) for one in found] == [1] * len(rows())
    assert sorted(one for of_row in found for one in of_row) == sorted(known)


def test_what_another_test_does_is_there() -> None:
    for file, words in ELSEWHERE.values():
        assert words in (ROOT / "tests" / file).read_text(), file
