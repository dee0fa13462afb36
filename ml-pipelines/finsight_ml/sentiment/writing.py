"""A model directory: model.onnx, tokenizer.json, model.json, MODEL_CARD.md."""

import json
from pathlib import Path

from ..errors import DataQualityError
from .building import Built
from .card import markdown
from .exporting import ALONE, INT8_BYTES, digest
from .texts import LABELS


def described(built: Built, *, name: str, max_tokens: int) -> dict:
    """model.json, by which the model is served."""
    file, tokenizer = built.exported.int8, built.tokenizer
    return {
        "kind": "encoder",
        "name": name,
        "version": digest(file)[:12],
        "sha256": digest(file),
        "bytes": len(file),
        "labels": list(LABELS),
        "languages": ["en"],
        "temperature": built.calibration.temperature,
        "power": built.calibration.power,
        "threshold": built.threshold,
        "maxTokens": max_tokens,
        "maxBatch": ALONE,
        "pairs": True,
        "tokenizer": {"file": "tokenizer.json", "sha256": digest(tokenizer), "bytes": len(tokenizer)},
        "trainingRows": built.rows["train"],
        "steps": built.fitted.steps,
        "gates": built.exported.gates,
        "figures": built.figures,
    }


def write_model(out: Path, built: Built, *, name: str, told: dict, max_tokens: int, small: bool = True) -> dict:
    """Raises DataQualityError where the file is larger than what is shipped. `told`: what the card says of the data."""
    if small and len(built.exported.int8) > INT8_BYTES:
        raise DataQualityError(f"The int8 file has {len(built.exported.int8)} bytes; shipped are at most {INT8_BYTES}")
    card = described(built, name=name, max_tokens=max_tokens)
    out.mkdir(parents=True, exist_ok=True)
    (out / "model.onnx").write_bytes(built.exported.int8)
    (out / "tokenizer.json").write_bytes(built.tokenizer)
    (out / "model.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    (out / "MODEL_CARD.md").write_text(markdown(card, told, built), encoding="utf-8")
    # How a run went is not the model's: the same data and seed give the same directory.
    fitted = built.fitted
    went = {"resumedAt": fitted.resumed_at, "seconds": round(built.seconds, 1), "rowsPerSecond": round(fitted.rows_per_second, 1)}
    return {**card, **went, "environment": built.environment}
