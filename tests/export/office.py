"""LibreOffice without a window, in a profile of its own, as a program that opens what was exported."""

import subprocess
from pathlib import Path

from tools.office import CALC, VARIABLE, find_office

# The part of the name says what it is told about a csv: commas, quotes, UTF-8, all lines, and that a text in
# quotes is a text ("Format quoted field as text").
AS_TEXT = "CSV:44,34,76,1,,0,true"
KINDS = {"xlsx": "xlsx", "csv": "csv:Text - txt - csv (StarCalc):44,34,76"}


def opened(path: Path, kind: str, folder: Path, how: str | None = None) -> Path:
    """Open a file with LibreOffice and save what it made of it as another kind."""
    office = find_office()
    if office is None:
        raise FileNotFoundError(
            f"These tests need LibreOffice, and none was found. Install it (Debian: {CALC}), "
            f"or set {VARIABLE} to the path of soffice."
        )
    command = [office, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore"]
    command += [f"--infilter={how}"] if how else []
    command += ["--convert-to", KINDS[kind], "--outdir", str(folder / "opened"), str(path)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=100)
    made = folder / "opened" / f"{path.stem}.{kind}"
    assert made.exists(), done.stdout + done.stderr
    return made
