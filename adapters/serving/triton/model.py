"""An ONNX file in Triton's Python backend, for servers without the onnxruntime backend.

It is given to the server beside `model.onnx`. The file's sha256 must be the one in the model's configuration.
"""

import hashlib
import json
import os

import numpy
import onnxruntime
import triton_python_backend_utils as pb

onnxruntime.set_default_logger_severity(4)


class TritonPythonModel:
    """One instance: a session, and requests of one shape as one batch."""

    def initialize(self, args):
        """Opens the session. Raises TritonModelException for a changed or unusable file."""
        config = json.loads(args["model_config"])
        parameters = {key: value["string_value"] for key, value in config["parameters"].items()}
        path = os.path.join(args["model_repository"], args["model_version"], "model.onnx")
        with open(path, "rb") as file:
            content = file.read()
        found = hashlib.sha256(content).hexdigest()
        if found != parameters["sha256"]:
            raise pb.TritonModelException(
                f"model.onnx was changed: sha256 {found}, its configuration says {parameters['sha256']}"
            )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = int(parameters.get("intra_op_thread_count", "1"))
        options.inter_op_num_threads = 1
        options.log_severity_level = 4
        # Threads that wait by spinning take the processor from the server's own.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        wanted = ["CUDAExecutionProvider"] if args["model_instance_kind"] == "GPU" else []
        providers = [each for each in wanted if each in onnxruntime.get_available_providers()]
        try:
            self.session = onnxruntime.InferenceSession(
                content, options, providers=[*providers, "CPUExecutionProvider"]
            )
        except Exception as error:
            raise pb.TritonModelException(f"no usable ONNX file: {error}") from error
        self.batched = int(config["max_batch_size"]) > 0
        # The server knows no tensor without dimensions: there, such ones have a last one of 1.
        self.scalars = set(json.loads(parameters["scalars"]))
        self.inputs = [each.name for each in self.session.get_inputs()]
        self.outputs = [each.name for each in self.session.get_outputs()]

    def execute(self, requests):
        """Answers every request; one that fails does not take the others of its batch with it."""
        feeds = [self._read(request) for request in requests]
        if self.batched and len(feeds) > 1 and len({self._shape(each) for each in feeds}) == 1:
            try:
                return self._together(feeds)
            except Exception:
                # Which of them it was shows when each runs alone.
                pass
        return [self._alone(each) for each in feeds]

    def _read(self, request):
        # By DLPack: servers that were built for numpy 1 misread numpy 2's arrays.
        found = {
            name: numpy.from_dlpack(pb.get_input_tensor_by_name(request, name)) for name in self.inputs
        }
        return {
            name: each.reshape(each.shape[:-1]) if name in self.scalars else each
            for name, each in found.items()
        }

    @staticmethod
    def _shape(feed):
        return tuple(each.shape[1:] for each in feed.values())

    def _together(self, feeds):
        joined = {name: numpy.concatenate([feed[name] for feed in feeds]) for name in self.inputs}
        answers = self.session.run(self.outputs, joined)
        ends = numpy.cumsum([len(feed[self.inputs[0]]) for feed in feeds])
        if any(len(each) != ends[-1] for each in answers):
            raise ValueError("an output has another number of rows")
        parts = [numpy.split(each, ends[:-1]) for each in answers]
        return [self._response(part) for part in zip(*parts, strict=True)]

    def _alone(self, feed):
        try:
            return self._response(self.session.run(self.outputs, feed))
        except Exception as error:
            code = pb.TritonError.INVALID_ARG
            return pb.InferenceResponse(output_tensors=[], error=pb.TritonError(str(error), code))

    def _response(self, answers):
        tensors = [
            pb.Tensor.from_dlpack(name, self._whole(each[..., None] if name in self.scalars else each))
            for name, each in zip(self.outputs, answers, strict=True)
        ]
        return pb.InferenceResponse(output_tensors=tensors)

    @staticmethod
    def _whole(values):
        whole = numpy.ascontiguousarray(values)
        return whole if whole.flags.writeable else whole.copy()
