"""`python -m wrappers.echo measure` on the virtual card, run as a user runs it."""

import re
import subprocess
import sys

from support.require import REPOSITORY
from support.sound_node import noise
from support.virtual_sound import VirtualSound


def measure() -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "wrappers.echo", "measure", "--output", "vspeaker"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_echo_of_the_card_is_measured(card: VirtualSound) -> None:
    card.echo(150, -20)
    hiss = card.say(noise(15000, 16000, level=20), 16000)
    done = measure()
    hiss.terminate()
    hiss.wait()
    assert done.returncode == 0, done.stderr
    delay_ms, echo_db = re.search(r"delay +(\d+) ms.*\necho +(-?[\d.]+) dB", done.stdout).groups()  # type: ignore[union-attr]
    assert 170 < int(delay_ms) < 350, "the way through the air, and the buffers of the two devices"
    assert -22 < float(echo_db) < -18
    assert 'loudspeaker "vspeaker", microphone "default"' in done.stdout
    assert f"aec.echo_delay_ms={delay_ms}" in done.stdout


def test_without_devices_nothing_is_measured(card: VirtualSound) -> None:
    card.kill()
    try:
        done = measure()
    finally:
        card.start()
    assert done.returncode == 1
    assert "there is no loudspeaker" in done.stderr
