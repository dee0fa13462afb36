"""What of this installation and machine the last bits of weights depend on."""

import functools
import hashlib
import json
import platform
from importlib import metadata
from pathlib import Path

LOCK = Path(__file__).parents[1] / "uv.lock"
# What computes, beside PyTorch.
PACKAGES = ("numpy", "lightgbm", "transformers", "onnx")


@functools.cache
def facts() -> dict[str, str]:
    """Processor, operating system, versions, and the digest of the lock file that they were installed from."""
    lock = hashlib.sha256(LOCK.read_bytes()).hexdigest() if LOCK.exists() else "none"
    return {"processor": processor(), "lock": lock, **{name: version(name) for name in PACKAGES}}


def processor() -> str:
    """The model's name; kernels are chosen by it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "none"


@functools.cache
def code_version() -> str:
    """`0.1.0+<commit>`, as adapters/version.ts has it; without the commit where there is no repository."""
    root = LOCK.parents[1]
    release = json.loads((root / "package.json").read_text())["version"] if (root / "package.json").exists() else "0"
    commit = commit_of(root / ".git")
    return f"{release}+{commit[:12]}" if commit else release


def commit_of(folder: Path) -> str | None:
    head = read(folder / "HEAD")
    if head is None or not head.startswith("ref: "):
        return head
    name = head.removeprefix("ref: ")
    packed = (read(folder / "packed-refs") or "").splitlines()
    return read(folder / name) or next((line.split()[0] for line in packed if line.endswith(f" {name}")), None)


def read(path: Path) -> str | None:
    try:
        return path.read_text().strip()
    except OSError:
        return None
