"""docs/how-to/make-an-image.md: its definition is read as it stands."""

import re
from pathlib import Path

from seatrial.testbed.images.definition import load_definition

PAGE = Path(__file__).resolve().parents[4] / "docs/how-to/make-an-image.md"


def _definition(folder: Path) -> Path:
    found = re.search(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    path = folder / "rusty.toml"
    path.write_text(found[1], encoding="utf-8")
    return path


def test_the_definition_on_the_page_is_read(tmp_path: Path) -> None:
    definition = load_definition(str(_definition(tmp_path)))
    assert definition.name == "rusty"
    assert [user.name for user in definition.users] == ["agent"]
