"""Tables that do not fit into memory: two passes over their parts, and prepared rows on disk."""

from glassnet.tables.streaming.blocks import Blocks, PreparedBlock, PreparedRows
from glassnet.tables.streaming.opening import dataset, is_streamable
from glassnet.tables.streaming.scan import Scan, scanned
from glassnet.tables.streaming.streamed import OF_PARTS, StreamedDataset
from glassnet.tables.streaming.writing import folder_of_blocks, write_blocks

__all__ = [
    "OF_PARTS", "Blocks", "PreparedBlock", "PreparedRows", "Scan", "StreamedDataset", "dataset", "folder_of_blocks",
    "is_streamable", "scanned", "write_blocks",
]  # fmt: skip
