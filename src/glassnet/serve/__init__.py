"""A model behind HTTP: rows as JSON in, predictions out; its document, its health and its metrics.

The extra ``serve`` has what it needs beside glassnet: starlette, uvicorn and prometheus-client.
"""
