"""The model is loaded only when it is the archive that was recorded after training."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from supervisor.model_file import ModelError, check
from tests.conftest import ROOT

MODEL = ROOT / "models" / "assistant.tar.gz"


def _recorded(folder: Path, content: bytes = b"a model") -> Path:
    model = folder / "assistant.tar.gz"
    model.write_bytes(content)
    record = folder / "assistant.tar.gz.sha256"
    record.write_text(f"{hashlib.sha256(content).hexdigest()}  assistant.tar.gz\n", "utf-8")
    return model


def test_the_model_that_is_run_is_the_one_that_was_recorded() -> None:
    check(MODEL)
    # The record is also what sha256sum reads.
    subprocess.run(["sha256sum", "--check", "--status", f"{MODEL.name}.sha256"], cwd=MODEL.parent, check=True)


@pytest.mark.parametrize("place", [0, 1, -1])
def test_one_changed_byte_is_refused(tmp_path: Path, place: int) -> None:
    model = _recorded(tmp_path)
    content = bytearray(model.read_bytes())
    content[place] ^= 1
    model.write_bytes(content)
    with pytest.raises(ModelError, match=r"is not the model that was trained.*make train"):
        check(model)


@pytest.mark.parametrize("record", [None, "", "0" * 64, "é" * 64, "assistant.tar.gz"])
def test_a_model_without_its_record_is_refused(tmp_path: Path, record: str | None) -> None:
    model = _recorded(tmp_path)
    beside = model.with_name(model.name + ".sha256")
    beside.unlink()
    if record is not None:
        beside.write_bytes(record.encode("latin-1"))
    with pytest.raises(ModelError, match="make train"):
        check(model)


def test_rasa_is_not_even_imported_for_a_model_with_a_changed_byte(tmp_path: Path) -> None:
    model = Path(shutil.copy(MODEL, tmp_path))
    shutil.copy(MODEL.with_name(MODEL.name + ".sha256"), tmp_path)
    with model.open("r+b") as archive:
        archive.seek(model.stat().st_size // 2)
        byte = archive.read(1)
        archive.seek(-1, os.SEEK_CUR)
        archive.write(bytes([byte[0] ^ 1]))
    # Without the settings that serving needs: it would end differently if it came that far.
    refused = subprocess.run(
        [str(ROOT / ".venvs/rasa/bin/python"), "-X", "importtime", "-m", "supervisor.rasa_server", str(model)],
        cwd=ROOT, env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
    )  # fmt: skip
    assert refused.returncode == 1
    assert "is not the model that was trained" in refused.stderr
    assert "Traceback" not in refused.stderr
    imported = {line.rpartition("|")[2].strip() for line in refused.stderr.splitlines() if "import time:" in line}
    assert "structlog" in imported
    assert not imported & {"rasa", "tensorflow", "joblib"}
