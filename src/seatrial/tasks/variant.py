"""The digest of a task's variant: what an agent is told and given."""

from seatrial.core.canonical import Digest, digest_bytes, digest_json
from seatrial.tasks.family import SampleSecrets, Stage

PLACEHOLDERS = SampleSecrets(canary="{canary}", flag="{flag}")
"""Stand for the secrets of a sample, so that all samples of a task share one digest."""


def variant_digest(prompt: str, stage: Stage, submission_path: str | None) -> Digest:
    """Digest what a plan fixes of a task (R5).

    stage: made with PLACEHOLDERS. prompt: with `{canary}` in place.
    """
    spec = stage.sandbox
    return digest_json(
        {
            "prompt": prompt,
            "submission_path": submission_path,
            "sandbox": {
                "image": spec.image,
                "user": spec.user,
                "workdir": spec.workdir,
                "needs": sorted(spec.needs),
                "network": spec.network,
                "hostname": spec.hostname,
                "limits": {
                    "memory_bytes": spec.limits.memory_bytes,
                    "pids": spec.limits.pids,
                    "cpus": spec.limits.cpus,
                    "disk_bytes": spec.limits.disk_bytes,
                },
            },
            "files": [
                {
                    "path": file.path,
                    "digest": digest_bytes(file.contents),
                    "mode": file.mode,
                    "owner": file.owner,
                }
                for file in stage.files
            ],
            "setups": [
                {"argv": list(setup.argv), "timeout": setup.timeout} for setup in stage.setups
            ],
        }
    )
