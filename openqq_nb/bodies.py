"""How the bodies of arrivals are compressed in a journal.

A body is a few hundred bytes and much like the one before it, so that what bodies have in common stands in a
dictionary. The dictionary is kept in the journal itself: a later version may have another one.
"""

import zlib

import zstandard

from openqq_nb.errors import JournalFailed

_OPENQQ1 = (
    '{"class":"recv","content":"","discuss":"","discuss_id":"","format":"text","gnumber":9910000201,"group":"",'
    '"group_id":"2617047201","msg_class":"recv","msg_id":"10857","msg_time":"1448010857","receiver":"",'
    '"receiver_id":"2072574066","receiver_qq":9900000100,"sender":"","sender_id":"2832277604",'
    '"sender_qq":9900000204,"type":"discuss_message","via":"group","type":"sess_message","type":"message"}'
)
_OPENQQ2 = (
    '{"event":"group_member_property_change","params":[{"card":"","id":2832277604,"name":"","role":"member",'
    '"sex":"unknown","uid":9900000204}],"post_type":"event"}'
    '{"class":"send","code":0,"content":"","from":"api","id":10857,"info":"发送成功","msg":"success",'
    '"post_type":"send_message","source":"local","ttl":3,"type":"friend_message"}'
    '{"class":"recv","content":"[图片]","discuss":"","discuss_id":1,"group":"","group_id":2617047201,'
    '"group_uid":9910000201,"id":10857,"post_type":"receive_message","receiver":"","receiver_id":2072574066,'
    '"receiver_uid":9900000100,"sender":"","sender_id":2832277604,"sender_uid":9900000204,"time":1548010857,'
    '"type":"group_message"}'
)
DICTIONARY = (_OPENQQ2 + _OPENQQ1).encode()
"""What newly stored bodies are compressed with."""

MAX_BODY_BYTES = 64 << 20


class Packer:
    """Compresses bodies; to be used from one thread at a time."""

    def __init__(self) -> None:
        dictionary = zstandard.ZstdCompressionDict(DICTIONARY, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
        self._compressor = zstandard.ZstdCompressor(level=3, dict_data=dictionary)

    def packed(self, body: bytes) -> bytes:
        """Compress what came; of what did not come, such as a send of our own, there is nothing."""
        return self._compressor.compress(body) if body else b""


class Unpacker:
    """Gives back what came; to be used from one thread at a time, and for many bodies."""

    def __init__(self) -> None:
        self._decompressors: dict[bytes, zstandard.ZstdDecompressor] = {}

    def unpacked(self, blob: bytes, dictionary: bytes | None) -> bytes:
        """Give back what came.

        Args:
            blob: as it stands in the journal.
            dictionary: what it was compressed with; None for zlib, as in journals of format 1 and 2.

        Raises:
            JournalFailed: the bytes are damaged.
        """
        if not blob:
            return b""
        try:
            if dictionary is None:
                return zlib.decompress(blob)
            return self._decompressor(dictionary).decompress(blob, max_output_size=MAX_BODY_BYTES)
        except (zlib.error, zstandard.ZstdError) as error:
            raise JournalFailed(
                f"A body in the journal is damaged.\nFound: {error}.\n"
                "The columns of the message can still be read."
            ) from error

    def _decompressor(self, dictionary: bytes) -> zstandard.ZstdDecompressor:
        found = self._decompressors.get(dictionary)
        if found is None:
            content = zstandard.ZstdCompressionDict(dictionary, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
            found = self._decompressors[dictionary] = zstandard.ZstdDecompressor(dict_data=content)
        return found


def unpacked(blob: bytes, dictionary: bytes | None) -> bytes:
    """Give back one body, as `Unpacker.unpacked` does."""
    return Unpacker().unpacked(blob, dictionary)


def packed_alone(body: bytes) -> bytes:
    """Compress what is like nothing else, such as a post that could not be read."""
    return zlib.compress(body, 1)
