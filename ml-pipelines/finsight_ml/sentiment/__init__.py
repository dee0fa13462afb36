"""Training of sentiment models: labelled texts in, a calibrated int8 ONNX file with tokenizer, figures and card out."""
