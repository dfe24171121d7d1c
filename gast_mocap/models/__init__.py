"""The bundled networks, each an ONNX file with a card of the same name beside it."""
