"""A batch that is killed again and again goes on each time: nothing is done twice, nothing lost.

    python tests/batch/test_batch_kill.py [--conferences 200] [--kills 10] [--seed 1]

runs it by itself and says what it did. The runner is killed with SIGKILL at random moments and
started again until all is held; then the index must be whole and every transcript good.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from batches import check_whole, streamer, write_plan

YALTA = (sys.executable, "-m", "debate")
ARMS = "[full, no-persona]"


def lines_of(folder: Path) -> list[dict[str, object]]:
    """The whole lines of an index."""
    path = folder / "index.jsonl"
    data = path.read_bytes() if path.exists() else b""
    whole = data[: data.rfind(b"\n") + 1]
    return [json.loads(line) for line in whole.splitlines()]


def torment(
    folder: Path,
    conferences: int,
    kills: int,
    seed: int,
    *,
    delay_ms: float = 2,
    told: bool = False,
) -> int:
    """Hold a batch whose runner is killed so often; returns how often it was while it worked.

    Args:
        delay_ms: What a token of its model takes.
    """
    chance = random.Random(seed)
    killed = 0
    with streamer(tokens=20, delay_ms=delay_ms) as model:
        plan = write_plan(folder, model, arms=ARMS, seeds=conferences // 2, jobs=8)
        words = [*YALTA, "batch", "run", str(plan), "--plain"]
        out = folder / "small"
        while True:
            process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            known = lines_of(out)
            if killed == kills:
                _, errors = process.communicate()
                assert process.returncode == 0, errors.decode()
                break
            # By how many more have ended, so that kills are spread over all of them.
            each = max(1, conferences // (kills + 1))
            wanted = len(known) + chance.randint(0, each)
            deadline = time.monotonic() + 120
            while len(lines_of(out)) < wanted and process.poll() is None:
                assert time.monotonic() < deadline
                time.sleep(0.01)
            time.sleep(chance.random() * 1.5)
            if process.poll() is not None:
                break
            process.kill()
            process.communicate()
            killed += 1
            after = lines_of(out)
            assert after[: len(known)] == known  # what was done is not done again
            if told:
                print(f"kill {killed}: {len(after)} of {conferences} ended", flush=True)
    check_whole(out, conferences)
    return killed


def test_a_batch_whose_runner_is_killed_is_whole_in_the_end(tmp_path):
    # A machine that is quick may be done before the last of them, but not before the first.
    assert torment(tmp_path, 24, 3, seed=1, delay_ms=5) >= 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--conferences", type=int, default=200)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        began = time.monotonic()
        done = torment(Path(scratch), wanted.conferences, wanted.kills, wanted.seed, told=True)
        print(f"{wanted.conferences} conferences, {done} kills, {time.monotonic() - began:.0f} s")
        print("index whole, each cell once, every chain good")
