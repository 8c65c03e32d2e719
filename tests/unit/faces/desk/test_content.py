"""What sealed content is, by its media type, and who reads which sort."""

from seatrial.core.access.table import TABLE
from seatrial.faces.desk.content import SORTS, Content, media_of


def test_every_sort_of_content_has_a_reader_and_only_coverage_needs_no_case() -> None:
    assert set(SORTS) == set(Content)
    outside = {one for one in Content if TABLE[SORTS[one].action].phases is None}

    assert outside == {Content.COVERAGE}
    assert all(TABLE[SORTS[one].action].sealed for one in set(Content) - outside)


def test_the_name_stands_in_the_media_type() -> None:
    assert media_of(Content.STATEMENT, "first") == ("application/json; name=statement; trial=first")
