"""Training of FinSight's forecasters: a finished feature matrix in, an ONNX file out."""
