"""Names and sizes of the OCI image layout. Source: OCI image specification 1.1."""

LAYOUT_FILE = "oci-layout"
LAYOUT_VERSION = "1.0.0"

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"

DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar"
"""What older tools write into a layout; the bytes are the same as LAYER's."""

LAYERS = frozenset({LAYER, LAYER + "+gzip", DOCKER_LAYER, DOCKER_LAYER + ".gzip"})

ARCHITECTURES = {
    "amd64": "amd64",
    "arm64": "arm64",
    "armhf": "arm",
    "i386": "386",
    "ppc64el": "ppc64le",
    "riscv64": "riscv64",
    "s390x": "s390x",
}
"""Debian's name of an architecture to OCI's (Go's)."""

MACHINES = {"x86_64": "amd64", "aarch64": "arm64", "ppc64le": "ppc64le", "s390x": "s390x"}
"""The kernel's name of a machine to OCI's."""
