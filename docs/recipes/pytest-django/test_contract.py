"""The server keeps its contract: the whole suite as one test."""

import json
import os
import shlex
import subprocess
from pathlib import Path

FOLDER = Path(os.environ.get("CONTRACT_FOLDER", Path(__file__).parent))
WIREPACT = shlex.split(os.environ.get("WIREPACT", "npx wirepact"))
ARGUMENTS = shlex.split(os.environ.get("WIREPACT_ARGUMENTS", ""))


def test_contract(tmp_path):
    command = [*WIREPACT, "test", "server", "--target", "target.yaml", "--report", str(tmp_path), *ARGUMENTS]
    run = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True)
    report = tmp_path / "report.json"
    assert report.exists(), run.stdout + run.stderr
    broken = [case for case in json.loads(report.read_text())["cases"] if case["verdict"] in ("fail", "error")]
    lines = [f"{case['instance']}: expected {case.get('expected')}, observed {case.get('observed')}" for case in broken]
    assert not lines, "\n".join(lines)
    assert run.returncode == 0, run.stdout + run.stderr
