"""The layers hold, and the contract would notice if they did not."""

import subprocess
import sys
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[2]


def test_import_contracts_hold() -> None:
    ran = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, "0 broken" in ran.stdout) == (0, True), ran.stdout


def test_pure_folders_import_no_io_module_even_indirectly() -> None:
    """A second formulation of the `pure` contract, from the import graph itself."""
    graph = grimp.build_graph("seatrial", include_external_packages=True, cache_dir=None)
    io = {"asyncio", "subprocess", "socket", "os", "pathlib", "inspect_ai", "random", "secrets"}
    pure = ("seatrial.core", "seatrial.review", "seatrial.formats")
    chains = {
        (module, target): graph.find_shortest_chain(module, target)
        for module in graph.modules
        if module.startswith(pure)
        for target in io & graph.modules
    }
    assert {pair: chain for pair, chain in chains.items() if chain} == {}
