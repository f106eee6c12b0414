"""The TIC protocol without any I/O: bytes in, verified frames out; standard library only.

    from telewatt.tic import Decoder

    decoder = Decoder()
    for frame in decoder.feed(chunk): ...
    last = decoder.close()

Source of every rule: Enedis-NOI-CPT_54E v3 and the manufacturers' manuals.
"""

from telewatt.tic.checksum import add_parity, checksum, encode_dataset, encode_frame
from telewatt.tic.dataset import DatasetError, parse_dataset, restore_dataset
from telewatt.tic.decoder import Decoder
from telewatt.tic.frame import (
    UNDAMAGED,
    Dataset,
    Frame,
    Kind,
    Mode,
    Reason,
    Rejected,
    Status,
)

__all__ = [
    "UNDAMAGED",
    "Dataset",
    "DatasetError",
    "Decoder",
    "Frame",
    "Kind",
    "Mode",
    "Reason",
    "Rejected",
    "Status",
    "add_parity",
    "checksum",
    "encode_dataset",
    "encode_frame",
    "parse_dataset",
    "restore_dataset",
]
