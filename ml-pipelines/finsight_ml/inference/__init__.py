"""Answers of model versions, TorchScript or ONNX: one loader for a server of its own, for the queue `torch` and for TorchServe.

Only the standard library, numpy and onnxruntime are needed, and PyTorch where a file is TorchScript: these files are packed into
archives of TorchServe as they are."""
