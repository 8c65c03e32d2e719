"""An image definition: what an image is to hold, read from a small TOML file."""

import re
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path

from seatrial.core.canonical import Digest, digest_json
from seatrial.core.problem import BadInputError

FOLDER = Path(__file__).with_name("definitions")

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]+(:[a-z0-9]+)?(=[A-Za-z0-9.+:~-]+)?")
"""Debian policy 5.6.7, with an optional architecture and version as apt takes them."""
_USER = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
_PATH = re.compile(r"(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageUser:
    """An ordinary user of the image, with a group of the same name and number.

    uid: 1000 .. 59999, the range Debian policy 9.2.2 leaves to ordinary users.
    """

    name: str
    uid: int
    home: str
    shell: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageDefinition:
    """What to build.

    source_date: seconds since 1970 (UTC); upper bound of every time stamp in the image.
    packages: Debian package names, as apt takes them.
    """

    name: str
    purpose: str
    source_date: int
    packages: tuple[str, ...]
    users: tuple[ImageUser, ...]

    @property
    def digest(self) -> Digest:
        """Digest of what was asked for; two definitions with the same one need one build."""
        return digest_json(asdict(self))


def known_definitions() -> tuple[str, ...]:
    """Name the definitions that come with Seatrial."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def load_definition(name_or_path: str) -> ImageDefinition:
    """Read a definition that comes with Seatrial, or a `.toml` file of one's own.

    Raises: BadInputError naming the field that is not of its form.
    """
    own = name_or_path.endswith(".toml")
    path = Path(name_or_path) if own else FOLDER / f"{name_or_path}.toml"
    if not own and name_or_path not in known_definitions():
        raise BadInputError(
            f"There is no image definition named {name_or_path!r}.",
            f"Use one of {', '.join(known_definitions())}, or the path of a .toml file.",
        )
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInputError(
            f"The image definition {path} cannot be read: {error}.", "Correct the file."
        ) from error
    return parse_definition(check_image_name(path.stem), table)


def check_image_name(name: str) -> str:
    """Give `name` back when it can name an image. Raises: BadInputError."""
    if not _NAME.fullmatch(name):
        raise BadInputError(
            f"{name!r} cannot name an image.",
            "Use lower-case letters, digits, '.', '_' and '-', at most 64.",
        )
    return name


def parse_definition(name: str, table: dict[str, object]) -> ImageDefinition:
    """Check a definition's table. Raises: BadInputError naming the field."""
    unknown = set(table) - {"purpose", "source_date", "packages", "users"}
    if unknown:
        raise _bad(name, min(unknown), "no such field is known")
    purpose, source_date = table.get("purpose"), table.get("source_date")
    if not isinstance(purpose, str) or not purpose.strip():
        raise _bad(name, "purpose", "one sentence is expected")
    if not isinstance(source_date, int) or not 0 <= source_date < 2**32:
        raise _bad(name, "source_date", "seconds since 1970 are expected")
    packages = table.get("packages")
    if not isinstance(packages, list) or not packages:
        raise _bad(name, "packages", "a list of Debian package names is expected")
    for package in packages:
        if not isinstance(package, str) or not _PACKAGE.fullmatch(package):
            raise _bad(name, "packages", f"{package!r} is no Debian package name")
    users = table.get("users", [])
    if not isinstance(users, list):
        raise _bad(name, "users", "a list of tables is expected")
    return ImageDefinition(
        name=name,
        purpose=purpose,
        source_date=source_date,
        packages=tuple(sorted(set(packages))),
        users=tuple(_user(name, f"users[{place}]", entry) for place, entry in enumerate(users)),
    )


def _user(name: str, field: str, entry: object) -> ImageUser:
    if not isinstance(entry, dict) or set(entry) != {"name", "uid", "home", "shell"}:
        raise _bad(name, field, "name, uid, home and shell are expected")
    uid = entry["uid"]
    if not isinstance(uid, int) or not 1000 <= uid < 60000:  # noqa: PLR2004 - policy 9.2.2
        raise _bad(name, f"{field}.uid", "1000 .. 59999 is expected")
    for key, form in (("name", _USER), ("home", _PATH), ("shell", _PATH)):
        if not isinstance(entry[key], str) or not form.fullmatch(entry[key]):
            raise _bad(name, f"{field}.{key}", f"{entry[key]!r} is not of its form")
    return ImageUser(name=entry["name"], uid=uid, home=entry["home"], shell=entry["shell"])


def _bad(name: str, field: str, why: str) -> BadInputError:
    return BadInputError(f"Image definition {name}, field {field}: {why}.", "Correct the file.")
