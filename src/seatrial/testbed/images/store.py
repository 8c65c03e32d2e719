"""The image store: content-addressed root file systems in the testbed's cache."""

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import mkdtemp

from seatrial.core.canonical import Digest
from seatrial.core.problem import RefusedError, UnavailableError
from seatrial.testbed.images import oci_read, oci_write
from seatrial.testbed.images.bootstrap import APT_LEFTOVERS, Progress, bootstrap
from seatrial.testbed.images.copies import copy_shifted
from seatrial.testbed.images.definition import (
    ImageDefinition,
    check_image_name,
    known_definitions,
)
from seatrial.testbed.images.inventory import architecture_of, installed_packages, release_of
from seatrial.testbed.images.lock import exclusive
from seatrial.testbed.images.manifest import Manifest, Origin, read_manifest, write_manifest
from seatrial.testbed.images.pack import pack_tree
from seatrial.testbed.images.tree import summarise_tree
from seatrial.testbed.images.unpack import Unpacker, UnpackLimits

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image this machine holds.

    rootfs: the tree, owned by its real ids (0 .. 65535). Never write to it: its digest is its
        identity, and every sandbox of it shares it.
    """

    name: str
    digest: Digest
    rootfs: Path
    manifest: Manifest


def _silent(_line: str) -> None:
    """Tell nobody."""


class ImageStore:
    """Images below `cache/images`.

    `trees/HEX/rootfs` and `trees/HEX/manifest.json` are one image, named by its digest;
    `names/NAME` holds the digest that a name stands for. Whatever is unfinished lies in `work`
    and becomes an image by one rename, so a build killed at any moment leaves none half done.
    cache: the testbed's cache folder (`default_places().cache`).
    """

    def __init__(self, cache: Path, limits: UnpackLimits | None = None) -> None:
        self._top = cache / "images"
        self._trees = self._top / "trees"
        self._names = self._top / "names"
        self._limits = limits

    def resolve(self, name_or_digest: str) -> Image:
        """Give the image that a name or a digest stands for.

        Raises: UnavailableError saying the command that provides it.
        """
        digest = name_or_digest
        if not _DIGEST.fullmatch(digest):
            name_file = self._names / check_image_name(name_or_digest)
            digest = name_file.read_text().strip() if name_file.is_file() else ""
        folder = self._folder(Digest(digest))
        if not _DIGEST.fullmatch(digest) or not (folder / "manifest.json").is_file():
            raise _missing(name_or_digest)
        manifest = read_manifest(folder / "manifest.json")
        name = manifest.name if name_or_digest == digest else name_or_digest
        return Image(name=name, digest=Digest(digest), rootfs=folder / "rootfs", manifest=manifest)

    def list(self) -> tuple[Image, ...]:
        """Give every image: those with a name by name, then the others, named by their digest.

        A name whose tree is gone stands for none.
        """
        found = []
        for path in sorted(self._names.iterdir()) if self._names.is_dir() else ():
            with suppress(UnavailableError):
                found.append(self.resolve(path.name))
        named = {image.digest for image in found}
        for path in sorted(self._trees.iterdir()) if self._trees.is_dir() else ():
            if (digest := Digest(f"sha256:{path.name}")) not in named:
                with suppress(UnavailableError):
                    found.append(replace(self.resolve(digest), name=digest))
        return tuple(found)

    def build(
        self, definition: ImageDefinition, progress: Progress = _silent, *, again: bool = False
    ) -> Image:
        """Build the image, or give the one that was built from the same definition.

        again: build even so, to take in newer package versions.
        Raises: UnavailableError (mmdebstrap, packages or rights missing).
        """
        if not again and (built := self._built(definition)):
            return built
        with self._work(progress) as work:
            # Another builder may have finished it while this one waited for the lock.
            if not again and (built := self._built(definition)):
                return built
            tar = bootstrap(definition, work, progress)
            progress("unpacking")
            root = self._unpacked(work, [tar], without=APT_LEFTOVERS)
            tar.unlink()
            return self._publish(
                root,
                name=definition.name,
                purpose=definition.purpose,
                origin=Origin.MMDEBSTRAP,
                definition=definition,
                progress=progress,
            )

    def import_rootfs_tar(self, path: Path, name: str, progress: Progress = _silent) -> Image:
        """Take in a tar of a root file system (plain, gzip, bzip2 or xz).

        Raises: BadInputError when the tar is no readable tar or holds what no image may.
        """
        return self._import([path], name, Origin.ROOTFS_TAR, progress)

    def import_oci_layout(self, path: Path, name: str, progress: Progress = _silent) -> Image:
        """Take in the image of an OCI layout folder, for this machine's architecture.

        Raises: BadInputError when a digest, size or media type is wrong, or a layer is refused.
        """
        return self._import(oci_read.checked_layers(path), name, Origin.OCI_LAYOUT, progress)

    def export_tar(self, name_or_digest: str, dest: Path) -> None:
        """Write the image's tree as a tar; importing it elsewhere gives the same digest.

        Raises: BadInputError when `dest` exists or cannot be written.
        """
        pack_tree(self.resolve(name_or_digest).rootfs, dest)

    def export_oci_layout(self, name_or_digest: str, dest: Path) -> None:
        """Write the image as an OCI layout folder; importing it elsewhere gives the same digest.

        Raises: BadInputError when `dest` exists or cannot be written.
        """
        image = self.resolve(name_or_digest)
        oci_write.write_layout(image.rootfs, image.manifest, dest)

    def verify(self, image: Image) -> None:
        """Hash the image's tree again. Raises: RefusedError when it is no longer its digest's."""
        found = summarise_tree(image.rootfs).digest
        if found != image.digest:
            raise RefusedError(
                f"The tree of image {image.name} now has digest {found}, not {image.digest}.",
                f"Run `seatrial image remove {image.name}` and build or import it again.",
            )

    def shifted_copy(self, image: Image, uid_base: int) -> Path:
        """Give a copy of the tree whose owners are moved up by `uid_base`, made when first asked.

        For a sandbox of an ordinary user, who cannot map the owners of a mount. Ids are those of
        the caller's user namespace. About as large as the image, unless the file system shares
        blocks.
        Raises: UnavailableError when it cannot be made.
        """
        copies = self._top / "shifted"
        place = copies / f"{image.digest.removeprefix('sha256:')}.{uid_base}"
        if not place.is_dir():
            with self._work(_silent) as work:
                copy_shifted(image.rootfs, work / "copy", uid_base)
                copies.mkdir(exist_ok=True)
                if not place.is_dir():
                    (work / "copy").rename(place)
        return place

    def remove(self, name_or_digest: str) -> None:
        """Remove a name, and its tree when no other name stands for it.

        Sandboxes that run on the tree lose it.
        Raises: UnavailableError when there is no such image.
        """
        image = self.resolve(name_or_digest)
        with self._work(_silent) as work:
            names = [other.name for other in self.list() if other.digest == image.digest]
            gone = [name for name in names if name_or_digest in {name, image.digest}]
            for name in gone:
                (self._names / name).unlink(missing_ok=True)
            if gone == names:
                self._folder(image.digest).rename(work / "removed")
                hexadecimal = image.digest.removeprefix("sha256:")
                for copy in (self._top / "shifted").glob(f"{hexadecimal}.*"):
                    copy.rename(work / copy.name)

    def _built(self, definition: ImageDefinition) -> Image | None:
        try:
            image = self.resolve(definition.name)
        except UnavailableError:
            return None
        return image if image.manifest.definition == definition.digest else None

    def _import(self, tars: Sequence[Path], name: str, origin: Origin, progress: Progress) -> Image:
        check_image_name(name)
        with self._work(progress) as work:
            progress("unpacking")
            root = self._unpacked(work, tars, layers=origin is Origin.OCI_LAYOUT)
            purpose = "imported"
            return self._publish(
                root, name=name, purpose=purpose, origin=origin, definition=None, progress=progress
            )

    def _unpacked(
        self,
        work: Path,
        tars: Sequence[Path],
        *,
        layers: bool = False,
        without: Sequence[str] = (),
    ) -> Path:
        root = work / "tree" / "rootfs"
        root.mkdir(parents=True, mode=0o755)
        unpacker = Unpacker(root, self._limits)
        for tar in tars:
            unpacker.unpack(tar, layer=layers)
        for folder in without:
            shutil.rmtree(root / folder, ignore_errors=True)
        unpacker.finish()
        return root

    def _publish(
        self,
        root: Path,
        *,
        name: str,
        purpose: str,
        origin: Origin,
        definition: ImageDefinition | None,
        progress: Progress,
    ) -> Image:
        progress("hashing")
        summary = summarise_tree(root)
        packages = installed_packages(root)
        manifest = Manifest(
            name=name,
            purpose=purpose,
            digest=summary.digest,
            origin=origin,
            architecture=architecture_of(packages),
            release=release_of(root),
            source_date=definition.source_date if definition else None,
            definition=definition.digest if definition else None,
            size_bytes=summary.size_bytes,
            entries=summary.entries,
            packages=packages,
        )
        folder = self._folder(summary.digest)
        write_manifest(root.parent / "manifest.json", manifest)
        if not (folder / "manifest.json").is_file():
            self._trees.mkdir(parents=True, exist_ok=True)
            root.parent.rename(folder)
        elif definition:
            # The same tree from a newer definition: the tree stays, its story is the newer one.
            (root.parent / "manifest.json").replace(folder / "manifest.json")
        self._names.mkdir(parents=True, exist_ok=True)
        entry = self._top / "work" / f"name-{name}"
        entry.write_text(summary.digest + "\n", encoding="utf-8")
        entry.replace(self._names / name)
        return self.resolve(name)

    def _folder(self, digest: Digest) -> Path:
        return self._trees / digest.removeprefix("sha256:")

    @contextmanager
    def _work(self, progress: Progress) -> Iterator[Path]:
        """Hold the store's lock and give an empty folder; what killed builders left goes."""
        try:
            (self._top / "work").mkdir(parents=True, exist_ok=True)
            # A tree holds setuid programs of the image, of no concern to others on this machine.
            self._top.chmod(0o700)
        except OSError as error:
            raise UnavailableError(
                f"The image cache {self._top} cannot be written: {error}.",
                "Give a writable folder by SEATRIAL_CACHE.",
            ) from error
        with exclusive(self._top / "lock", progress):
            for left in (self._top / "work").iterdir():
                shutil.rmtree(left) if left.is_dir() else left.unlink()
            work = Path(mkdtemp(dir=self._top / "work"))
            work.chmod(0o755)
            try:
                yield work
            finally:
                shutil.rmtree(work, ignore_errors=True)


def _missing(name: str) -> UnavailableError:
    remedy = (
        f"Run `seatrial image build {name}`."
        if name in known_definitions()
        else f"Import it with `seatrial image import PATH --name NAME`: {name!r} has no definition."
    )
    return UnavailableError(f"This machine holds no image {name!r}.", remedy)
