"""Networks, each described once as a list of layers; that list becomes an ONNX file or a torch module."""
