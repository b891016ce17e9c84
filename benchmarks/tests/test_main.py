"""What the benchmark's command says of its arguments."""

import subprocess
import sys

from benchmarks.web.servers import ROOT


def test_row_that_there_is_not_is_refused_before_anything_is_made() -> None:
    command = [sys.executable, "-m", "benchmarks", "--scale", "small", "--rows", "P1,P9"]

    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.endswith("--rows: there is no 'P9', only P1, P2, P3, P6, P7, P8.\n")
