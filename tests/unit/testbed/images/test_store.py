"""The store: names, digests, exports and imports."""

import gzip
import json
import shutil
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from seatrial.core.problem import BadInputError, RefusedError, UnavailableError
from seatrial.testbed.images import ImageStore, Origin, load_definition
from seatrial.testbed.images import store as store_module
from seatrial.testbed.images.lock import exclusive

STATUS = """\
Package: dpkg
Status: install ok installed
Architecture: amd64
Version: 1.21

Package: gone
Status: deinstall ok config-files
Architecture: amd64
Version: 1
"""


@pytest.fixture
def store(tmp_path: Path) -> ImageStore:
    return ImageStore(tmp_path / "cache")


@pytest.fixture
def small(tmp_path: Path, tars: SimpleNamespace) -> Path:
    path: Path = tars.write(
        tmp_path / "small.tar",
        tars.folder("./usr/bin"),
        tars.file("./usr/bin/su", b"su", 0o4755, mtime=7),
        tars.hardlink("./usr/bin/also", "./usr/bin/su"),
        tars.symlink("./bin", "usr/bin"),
        tars.file("./usr/lib/os-release", b'PRETTY_NAME="Small 1"\n'),
        tars.file("./var/lib/dpkg/status", STATUS.encode()),
        tars.file("./odd \u00e9\n", b""),
    )
    return path


def test_a_missing_image_says_the_command_that_provides_it(store: ImageStore) -> None:
    with pytest.raises(UnavailableError, match="seatrial image build workbench"):
        store.resolve("workbench")
    with pytest.raises(UnavailableError, match="seatrial image import"):
        store.resolve("mine")
    with pytest.raises(UnavailableError, match="seatrial image import"):
        store.resolve("sha256:" + "0" * 64)
    assert store.list() == ()


def test_an_imported_tar_is_found_by_name_and_digest(store: ImageStore, small: Path) -> None:
    image = store.import_rootfs_tar(small, "small")
    assert store.resolve("small") == store.resolve(image.digest) == image
    assert store.list() == (image,)
    manifest = image.manifest
    assert [(package.name, package.version) for package in manifest.packages] == [("dpkg", "1.21")]
    assert (manifest.architecture, manifest.release) == ("amd64", "Small 1")
    assert (manifest.origin, manifest.definition) == (Origin.ROOTFS_TAR, None)
    assert (image.rootfs / "bin/su").read_bytes() == b"su"
    store.verify(image)


@pytest.mark.parametrize("form", ["tar", "oci"])
def test_export_and_import_elsewhere_give_the_same_digest(
    store: ImageStore, small: Path, tmp_path: Path, form: str
) -> None:
    image = store.import_rootfs_tar(small, "small")
    elsewhere = ImageStore(tmp_path / "elsewhere")
    if form == "tar":
        store.export_tar("small", tmp_path / "out.tar")
        found = elsewhere.import_rootfs_tar(tmp_path / "out.tar", "copy")
    else:
        store.export_oci_layout("small", tmp_path / "out")
        found = elsewhere.import_oci_layout(tmp_path / "out", "copy")
    assert found.digest == image.digest
    assert (found.rootfs / "usr/bin/su").stat().st_nlink == 2
    assert (found.rootfs / "usr/bin/su").stat().st_mtime == 7


def test_two_exports_have_the_same_bytes(store: ImageStore, small: Path, tmp_path: Path) -> None:
    store.import_rootfs_tar(small, "small")
    store.export_oci_layout("small", tmp_path / "one")
    store.export_oci_layout("small", tmp_path / "two")
    listing = [
        {path.name: path.read_bytes() for path in (tmp_path / name).rglob("*") if path.is_file()}
        for name in ("one", "two")
    ]
    assert listing[0] == listing[1]


def test_an_export_never_overwrites(store: ImageStore, small: Path, tmp_path: Path) -> None:
    store.import_rootfs_tar(small, "small")
    with pytest.raises(BadInputError, match="cannot be written"):
        store.export_tar("small", small)
    with pytest.raises(BadInputError, match="cannot be written"):
        store.export_oci_layout("small", tmp_path)
    assert small.stat().st_size > 0


def test_a_changed_tree_is_found(store: ImageStore, small: Path) -> None:
    image = store.import_rootfs_tar(small, "small")
    (image.rootfs / "usr/bin/su").write_bytes(b"SU")
    with pytest.raises(RefusedError, match="now has digest"):
        store.verify(image)


def test_a_damaged_manifest_says_what_to_remove(store: ImageStore, small: Path) -> None:
    image = store.import_rootfs_tar(small, "small")
    (image.rootfs.parent / "manifest.json").write_text("{}")
    with pytest.raises(UnavailableError, match="damaged"):
        store.resolve("small")


def test_removing_a_name_keeps_a_tree_that_another_name_stands_for(
    store: ImageStore, small: Path
) -> None:
    image = store.import_rootfs_tar(small, "one")
    store.import_rootfs_tar(small, "two")
    store.remove("one")
    assert store.resolve("two").rootfs.is_dir()
    with pytest.raises(UnavailableError):
        store.resolve("one")
    store.remove("two")
    assert not image.rootfs.exists()


def test_a_name_given_anew_leaves_the_older_tree_to_be_named_by_digest(
    store: ImageStore, small: Path, tmp_path: Path, tars: SimpleNamespace
) -> None:
    older = store.import_rootfs_tar(small, "mine")
    newer = store.import_rootfs_tar(tars.write(tmp_path / "n.tar", tars.file("n")), "mine")
    assert store.resolve("mine") == newer
    assert [image.name for image in store.list()] == ["mine", older.digest]
    store.remove(older.digest)
    assert store.list() == (newer,)
    assert not older.rootfs.exists()


def test_a_refused_import_leaves_nothing(
    store: ImageStore, tmp_path: Path, tars: SimpleNamespace
) -> None:
    bad = tars.write(tmp_path / "bad.tar", tars.file("good", b"x"), tars.file("../bad"))
    with pytest.raises(BadInputError):
        store.import_rootfs_tar(bad, "bad")
    assert store.list() == ()
    assert list((tmp_path / "cache/images/work").iterdir()) == []


def test_what_a_killed_builder_left_is_removed_by_the_next(
    store: ImageStore, small: Path, tmp_path: Path
) -> None:
    left = tmp_path / "cache" / "images" / "work" / "killed" / "tree" / "rootfs"
    left.mkdir(parents=True)
    store.import_rootfs_tar(small, "small")
    assert not left.exists()


def test_a_second_builder_waits_and_takes_the_first_one_s_image(
    store: ImageStore, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    builds = []

    def fake(_definition: object, work: Path, _progress: object) -> Path:
        builds.append(work)
        return Path(shutil.copy(small, work / "rootfs.tar"))

    monkeypatch.setattr(store_module, "bootstrap", fake)
    waiting = threading.Event()
    found = []
    definition = load_definition("workbench")
    (tmp_path / "cache/images").mkdir(parents=True)
    with exclusive(tmp_path / "cache/images/lock", print):
        thread = threading.Thread(
            target=lambda: found.append(store.build(definition, lambda _line: waiting.set()))
        )
        thread.start()
        assert waiting.wait(10)
        assert builds == []
    thread.join()
    again = ImageStore(tmp_path / "cache").build(definition)
    assert found == [again]
    assert len(builds) == 1
    assert again.manifest.definition == definition.digest
    store.build(definition, again=True)
    assert len(builds) == 2


def test_layers_are_stacked_with_whiteouts(
    store: ImageStore, tmp_path: Path, tars: SimpleNamespace
) -> None:
    lower = tars.tar_bytes([tars.file("a", b"1"), tars.file("b", b"1")])
    upper = gzip.compress(tars.tar_bytes([tars.file(".wh.a"), tars.file("b", b"2")]))
    layout = tars.layout(
        tmp_path / "layout",
        [lower, upper],
        media_type="application/vnd.oci.image.layer.v1.tar+gzip",
    )
    image = store.import_oci_layout(layout, "stacked")
    assert {path.name: path.read_bytes() for path in image.rootfs.iterdir()} == {"b": b"2"}


@pytest.mark.parametrize("kind", ["layer", "config", "manifest"])
def test_a_blob_with_a_wrong_digest_is_refused(
    store: ImageStore, tmp_path: Path, tars: SimpleNamespace, kind: str
) -> None:
    layout = tars.layout(tmp_path / "layout", [tars.tar_bytes([tars.file("a", b"1")])])
    index = json.loads((layout / "index.json").read_text())
    manifest_blob = blob(layout, index["manifests"][0])
    manifest = json.loads(manifest_blob.read_text())
    victim = {
        "manifest": manifest_blob,
        "config": blob(layout, manifest["config"]),
        "layer": blob(layout, manifest["layers"][0]),
    }[kind]
    content = bytearray(victim.read_bytes())
    content[-1] ^= 1
    victim.write_bytes(content)
    with pytest.raises(BadInputError, match="has the digest"):
        store.import_oci_layout(layout, "bad")
    victim.write_bytes(bytes(content) + b" ")
    with pytest.raises(BadInputError, match="has not the size"):
        store.import_oci_layout(layout, "bad")
    victim.unlink()
    with pytest.raises(BadInputError, match="is missing"):
        store.import_oci_layout(layout, "bad")


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (("oci-layout", "{}"), "its version is None"),
        (("oci-layout", "["), "no JSON"),
        (("oci-layout", "[]"), "no JSON object"),
        (("index.json", "{}"), "names no manifest"),
        (("index.json", '{"manifests": [1]}'), "descriptor is missing"),
        (("index.json", '{"manifests": [{"digest": "sha256:../../x", "size": 1}]}'), "no SHA-256"),
        (("index.json", "[" * 100_000), "no JSON"),
    ],
)
def test_a_malformed_layout_is_refused(
    store: ImageStore, tmp_path: Path, tars: SimpleNamespace, broken: tuple[str, str], why: str
) -> None:
    layout = tars.layout(tmp_path / "layout", [tars.tar_bytes([])])
    (layout / broken[0]).write_text(broken[1])
    with pytest.raises(BadInputError, match=why):
        store.import_oci_layout(layout, "bad")


def test_a_layer_of_another_form_is_refused(
    store: ImageStore, tmp_path: Path, tars: SimpleNamespace
) -> None:
    layout = tars.layout(tmp_path / "layout", [b"x"], media_type="application/zstd")
    with pytest.raises(BadInputError, match="no plain or gzip tar"):
        store.import_oci_layout(layout, "bad")
    with pytest.raises(BadInputError, match="has no file oci-layout"):
        store.import_oci_layout(tmp_path, "bad")


def blob(layout: Path, descriptor: dict[str, str]) -> Path:
    return layout / "blobs/sha256" / descriptor["digest"].removeprefix("sha256:")
