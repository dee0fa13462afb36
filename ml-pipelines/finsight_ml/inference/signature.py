"""What a model takes and gives: names, types and dimensions, of which -1 may vary."""

import json
import zipfile
from io import BytesIO

# Beside the weights of a TorchScript file, which by itself names neither inputs nor outputs.
SIGNATURE = "signature.json"
TYPES = {"tensor(float)": "float32", "tensor(int64)": "int64"}


def signature_of_onnx(data: bytes) -> dict:
    """{"inputs": [{"name", "type", "dims"}], "outputs": […]} of an ONNX file."""
    import onnxruntime

    return signature_of_session(onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"]))


def signature_of_session(session) -> dict:
    return {"inputs": [port(each) for each in session.get_inputs()], "outputs": [port(each) for each in session.get_outputs()]}


def port(value) -> dict:
    dims = [size if isinstance(size, int) and size >= 0 else -1 for size in value.shape]
    return {"name": value.name, "type": TYPES.get(value.type, value.type), "dims": dims}


def signature_of_script(data: bytes) -> dict | None:
    """What a TorchScript file of ours states, with `onnxSha256`, the digest of the ONNX file it belongs to; None where it
    states nothing. Raises zipfile.BadZipFile where it is no such file."""
    archive = zipfile.ZipFile(BytesIO(data))
    found = next((name for name in archive.namelist() if name.endswith(f"/extra/{SIGNATURE}")), None)
    return json.loads(archive.read(found)) if found else None
