"""The testbed: sandboxes over OCI runtimes, their images, instruments and containment."""
