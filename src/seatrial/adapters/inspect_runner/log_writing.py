"""One Inspect log a role, written from the kept samples when a trial is closed."""

from pathlib import Path

from inspect_ai.log import EvalLog, EvalSample, read_eval_log, write_eval_log

from seatrial.core.problem import BadInputError


def write_role_log(raw_logs: Path, samples: list[EvalSample], target: Path) -> None:
    """Write every kept sample under the header of the last start.

    Inspect's own log of each start holds only what that start finished, and less after a kill;
    the records are whole.
    Raises: BadInputError when no start left a readable header.
    """
    log = _last_header(raw_logs)
    log.samples = samples
    log.status = "success"
    log.results = None
    log.reductions = None
    log.eval.dataset.samples = len(samples)
    log.eval.dataset.sample_ids = [sample.id for sample in samples]
    write_eval_log(log, str(target), format="eval")


def _last_header(raw_logs: Path) -> EvalLog:
    for path in sorted(raw_logs.glob("*.eval"), reverse=True):
        try:
            return read_eval_log(str(path), header_only=True)
        except (OSError, ValueError, KeyError):
            # A killed start may leave a log without its end; an earlier one serves as well.
            continue
    raise BadInputError(
        f"{raw_logs} holds no readable Inspect log.", "Restore it from a copy of the trial."
    )
