"""A trial on the terminal: steps, live progress, forecast, alerts."""

import time
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Table
from rich.text import Text

from seatrial.review.forecast import Forecast, heading, is_own
from seatrial.review.plan import Plan, planned_samples
from seatrial.review.sample import Spending

_LINE_SECONDS = 15.0
"""Between lines where there is no terminal to redraw (a log file, CI)."""


class TrialDisplay:
    """Shows a trial while it runs; implements `review.watcher.Watcher`."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress = Progress(
            TextColumn("{task.description:<22}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TextColumn("{task.fields[note]}"),
            console=console,
        )
        self._bars: dict[str, TaskID] = {}
        self._running: dict[str, Spending] = {}
        self._done = Forecast(samples=0, own=0, calls=0, tokens=0, cost_usd=0.0)
        self._samples = self._own = 0
        self._earlier = 0
        self._live = Live(get_renderable=self._render, console=console, refresh_per_second=4)
        self._last_line = time.monotonic()

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._console.is_terminal:
            self._live.stop()

    def step(self, name: str, done: int, total: int) -> None:
        """Show how far a step has come."""
        if name not in self._bars:
            self._bars[name] = self._progress.add_task(name, total=total or None, note="")
        self._progress.update(self._bars[name], completed=done, total=total or None)
        self._line(f"{name}: {done} of {total or '?'}", now=done == total)

    def planned(self, plan: Plan, most: Forecast, *, cap_usd: float, finished: int) -> None:
        """Show the most the trial can use, and a bar for each role."""
        names = planned_samples(plan)
        self._samples, self._own, self._earlier = most.samples, most.own, finished
        cost = "price not known" if most.cost_usd is None else f"{most.cost_usd:.2f} USD"
        self._console.print(
            f"At most {most.samples:,} samples, {most.own:,} of them the model's own, "
            f"{most.calls:,} model calls, "
            f"{most.tokens:,} tokens, {cost}; the cap is {cap_usd:.2f} USD."
        )
        if finished:
            self._console.print(f"{finished} samples are finished already and stay as they are.")
        for role in dict.fromkeys(one.role for one in names):
            total = sum(one.role == role for one in names)
            self._bars[role] = self._progress.add_task(f"trying: {role}", total=total, note="")

    def called(self, role: str, sample: str, used: Spending) -> None:
        """Show what a running sample uses."""
        self._running[f"{role} {sample}"] = used
        self._line(self._use())

    def finished(self, role: str, sample: str, outcome: str, used: Spending) -> None:
        """Count a finished sample."""
        self._running.pop(f"{role} {sample}", None)
        cost = self._done.cost_usd
        self._done = Forecast(
            samples=self._done.samples + 1,
            own=self._done.own + is_own(role),
            calls=self._done.calls + used.model_calls,
            tokens=self._done.tokens + used.tokens,
            cost_usd=None if cost is None or used.cost_usd is None else cost + used.cost_usd,
        )
        self._progress.update(self._bars[role], advance=1, note=f"{sample}: {outcome}")
        self._line(f"{role} {sample}: {outcome}", now=True)

    def alert(self, sample: str, what: str) -> None:
        """Show a broken rule at once."""
        self._console.print(Text(f"ALERT {sample}: {what}", style="bold red"))

    def _render(self) -> Group:
        table = Table.grid(padding=(0, 2))
        for name, used in list(self._running.items())[-6:]:
            table.add_row(name, f"{used.model_calls} calls", f"{used.tokens:,} tokens")
        return Group(self._progress, table, Text(self._use()))

    def _use(self) -> str:
        if not self._samples:
            return ""
        used = f"used: {self._done.calls:,} calls, {self._done.tokens:,} tokens"
        if self._done.cost_usd:
            used += f", {self._done.cost_usd:.2f} USD"
        left = self._samples - self._earlier
        # The model's own samples run first, so these are what an earlier start finished first.
        own = max(self._done.own, self._own - self._earlier)
        towards = heading(self._done, samples=left, own=own)
        if towards is None:
            return used
        cost = "" if not towards.cost_usd else f", {towards.cost_usd:.2f} USD"
        return f"{used}; heading for {towards.calls:,} calls, {towards.tokens:,} tokens{cost}"

    def _line(self, text: str, *, now: bool = False) -> None:
        if self._console.is_terminal or not text:
            return
        if now or time.monotonic() - self._last_line >= _LINE_SECONDS:
            self._last_line = time.monotonic()
            self._console.print(text, markup=False, highlight=False)
