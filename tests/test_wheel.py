"""What an installed copy holds."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_wheel_carries_the_cast_and_all_data(tmp_path):
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())

    for folder, home in (
        ("personas", "debate/personas"),
        ("debate/scenarios", "debate/scenarios"),
        ("debate/prompts/templates", "debate/prompts/templates"),
        ("debate/rubrics", "debate/rubrics"),
        ("debate/report", "debate/report"),
        ("debate/study/report", "debate/study/report"),
        ("tui/web/pages", "tui/web/pages"),
    ):
        files = [p.name for p in (ROOT / folder).iterdir() if p.is_file()]
        assert files
        for file in files:
            assert f"{home}/{file}" in names
    assert {"debate/speakers/profiles.yaml", "debate/py.typed", "tui/__init__.py"} <= names
    assert not any(n.startswith(("tests", "transcripts")) for n in names)
