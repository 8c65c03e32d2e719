"""Copy what pages need of the npm packages into `static/vendor`.

Run by `make assets` after `npm ci --ignore-scripts`, with standard Python only.
"""

import re
import shutil
from pathlib import Path

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
VENDOR = HERE.parent / "static" / "vendor"

_URL = re.compile(rb"url\(\s*['\"]?([^'\")]+?)['\"]?\s*\)")
_SOURCE_MAP = re.compile(rb"\n?(//|/\*)# sourceMappingURL=[^\n]*")
"""Maps are not copied, and the hashing of static files wants every file that is named."""


def main() -> None:
    """Make the folder anew, whole or not at all."""
    fresh = VENDOR.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    uswds = MODULES / "@uswds" / "uswds"
    for name in ("uswds-init.min.js", "uswds.min.js"):
        _copy(uswds / "dist" / "js" / name, fresh / "uswds" / "js" / name)
    css = uswds / "dist" / "css" / "uswds.min.css"
    _copy(css, fresh / "uswds" / "css" / css.name)
    for found in sorted(set(_URL.findall(css.read_bytes()))):
        named = found.decode("ascii").split("?")[0].split("#")[0]
        if not named.startswith("data:"):
            source = (css.parent / named).resolve()
            _copy(source, fresh / "uswds" / source.relative_to((uswds / "dist").resolve()))
    _copy(uswds / "dist" / "img" / "sprite.svg", fresh / "uswds" / "img" / "sprite.svg")
    _copy(uswds / "LICENSE.md", fresh / "uswds" / "LICENSE.md")
    _copy(MODULES / "htmx.org" / "dist" / "htmx.min.js", fresh / "htmx" / "htmx.min.js")
    _copy(MODULES / "htmx.org" / "LICENSE", fresh / "htmx" / "LICENSE")
    shutil.rmtree(VENDOR, ignore_errors=True)
    fresh.rename(VENDOR)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    content = source.read_bytes()
    if source.suffix in {".js", ".css"}:
        content = _SOURCE_MAP.sub(b"", content)
    target.write_bytes(content)


if __name__ == "__main__":
    main()
