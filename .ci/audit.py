#!/usr/bin/env python
"""Ask for known vulnerabilities of what requirements.txt pins; exit 1 where there are some.

Where nobody answers, that is said and nothing else: a build must not fail for the network, nor pass for having looked.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

SECONDS = 180
REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements.txt"


def ask() -> dict[str, Any] | None:
    """Return what the advisory service says, or None where it does not answer."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(REQUIREMENTS), "--disable-pip"]
    command += ["--require-hashes", "--format", "json", "--progress-spinner", "off"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)  # noqa: S603  # constants above
        found: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        return None
    return found


def report(found: dict[str, Any] | None) -> tuple[str, int]:
    """Return what to say about the service's answer, and the exit code."""
    packages = found["dependencies"] if found else []
    known = [package for package in packages if "skip_reason" not in package]
    if not known:
        return "The advisory service does not answer: NOTHING WAS AUDITED.", 0
    faults = [
        f"{package['name']} {package['version']}: {fault['id']}, mended in {', '.join(fault['fix_versions']) or 'none'}"
        for package in known
        for fault in package["vulns"]
    ]
    said = f"{len(known)} of {len(packages)} packages were audited: {len(faults)} known vulnerabilities."
    return "\n".join([said, *faults]), 1 if faults else 0


if __name__ == "__main__":
    text, code = report(ask())
    print(text)  # noqa: T201  # its output is its answer
    sys.exit(code)
