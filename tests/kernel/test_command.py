"""The command that installs, removes and examines the kernel."""

import json
import os
import subprocess
import sys

from conftest import COMMAND


def command(*arguments, **options):
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=120, **options)


def test_install_and_uninstall_write_and_remove_a_kernelspec(tmp_path):
    folder = tmp_path / "share" / "jupyter" / "kernels" / "tvm-vta"
    assert str(folder) in command("install", "--prefix", str(tmp_path)).stdout
    spec = json.loads((folder / "kernel.json").read_text())
    assert spec["display_name"] == "TypeScript (TVM/VTA)"
    assert (spec["language"], spec["interrupt_mode"]) == ("typescript", "message")
    assert all(os.path.isabs(path) and os.path.exists(path) for path in spec["argv"][:2])
    assert (folder / "logo-svg.svg").exists()
    command("install", "--prefix", str(tmp_path))
    assert "Removed" in command("uninstall", "--prefix", str(tmp_path)).stdout
    assert not folder.exists()
    assert "nothing" in command("uninstall", "--prefix", str(tmp_path)).stdout


def test_the_user_s_folder_is_jupyter_s(tmp_path):
    env = {**os.environ, "JUPYTER_DATA_DIR": str(tmp_path)}
    command("install", "--user", env=env)
    assert (tmp_path / "kernels" / "tvm-vta" / "kernel.json").exists()


def test_two_places_at_once_are_refused(tmp_path):
    result = command("install", "--user", "--prefix", str(tmp_path))
    assert result.returncode == 1 and "choose one" in result.stderr


def test_the_doctor_finds_nothing_here_and_a_missing_kernelspec_elsewhere(tmp_path):
    bin_folder = os.path.dirname(sys.executable)
    env = {**os.environ, "PATH": f"{bin_folder}:{os.environ['PATH']}"}
    healthy = command("doctor", env=env, cwd=tmp_path)
    assert healthy.returncode == 0, healthy.stdout
    assert "FAIL" not in healthy.stdout
    (tmp_path / "tsconfig.json").write_text("{ nonsense")
    ill = command("doctor", env=env, cwd=tmp_path)
    assert ill.returncode == 1 and "tsconfig.json" in ill.stdout
