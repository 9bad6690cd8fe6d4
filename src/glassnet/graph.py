"""The computation graph of an expression: values forward, derivatives backward, every path written out."""
