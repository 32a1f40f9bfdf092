"""From bytes to text: which encoding, and what is no text at all."""

from __future__ import annotations

import codecs
import re

from claimx.article.origin import Origin
from claimx.errors import UsageError

_MAGIC = (
    (b"%PDF-", "a PDF; convert it to text first, for example with pdftotext"),
    (b"PK\x03\x04", "a ZIP archive (perhaps .docx, .odt or .epub); convert it to text first"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document; convert it to text first"),
    (b"{\\rtf", "an RTF document; convert it to text first"),
    (b"\x89PNG\r\n", "a PNG image; read its text out first"),
    (b"\xff\xd8\xff", "a JPEG image; read its text out first"),
    (b"GIF8", "a GIF image; read its text out first"),
    (b"\x1f\x8b\x08", "a gzip file; unpack it first"),
    (b"BZh", "a bzip2 file; unpack it first"),
    (b"\xfd7zXZ\x00", "an xz file; unpack it first"),
    (b"(\xb5/\xfd", "a zstd file; unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it first"),
    (b"SQLite format 3\x00", "an SQLite database; export its articles as JSON Lines first"),
    (b"PAR1", "a Parquet file; export its articles as JSON Lines first"),
)

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

# The names that pages use and what browsers take them to mean: WHATWG Encoding Standard, section 4.2.
# Anything else (utf-7, punycode, …) is a way to smuggle or to stall, and counts as not declared.
_HTML_ENCODINGS = (
    {name: name for name in ("big5", "euc-jp", "euc-kr", "gb18030", "iso-2022-jp", "koi8-r", "koi8-u", "utf-8")}
    | {f"iso-8859-{part}": f"iso-8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)}
    | {f"windows-{page}": f"cp{page}" for page in range(1250, 1259)}
    | dict.fromkeys(("ascii", "us-ascii", "iso-8859-1", "iso8859-1", "latin1", "cp1252", "x-cp1252"), "cp1252")
    | dict.fromkeys(("gb2312", "gbk", "x-gbk"), "gb18030")
    | dict.fromkeys(("shift_jis", "shift-jis", "sjis", "windows-31j"), "cp932")
    | {"utf8": "utf-8", "iso-8859-9": "cp1254", "ks_c_5601-1987": "cp949", "windows-874": "cp874", "tis-620": "cp874"}
    | {"macintosh": "mac-roman", "utf-16": "utf-8", "utf-16le": "utf-8", "utf-16be": "utf-8"}
)
_META_CHARSET = re.compile(rb"<meta\b[^>]{0,300}?\bcharset\s{0,9}=\s{0,9}[\"']?\s{0,9}([\w.:-]{1,40})", re.IGNORECASE)
_META_WITHIN_BYTES = 1024


def decode_text(raw: bytes, encoding: str, origin: Origin) -> str:
    """Decode plain text strictly; a byte order mark is dropped, nothing else is altered.

    Raises:
        InputError: If the bytes are no text, or not in this encoding.
        UsageError: If Python knows no such text encoding.
    """
    _refuse_binary(raw, origin)
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        is_utf16 = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        advice = "pass --encoding utf-16" if is_utf16 else "pass the right --encoding, for example windows-1252"
        raise origin.error(f"not valid {encoding} (byte {error.start}); {advice}") from None
    except (LookupError, ValueError):
        raise UsageError(f"no text encoding is called {encoding!r}; try utf-8, utf-16 or windows-1252") from None
    return text.removeprefix("\ufeff")


def decode_html(raw: bytes, origin: Origin, *, charset: str | None = None, encoding: str = "utf-8") -> str:
    """Decode a page as a browser would, but never guess.

    The encoding is told by a byte order mark, else by `charset` (the HTTP header), else by a `<meta>` element within
    the first 1024 bytes, else it is `encoding`. Bytes that do not fit a declared encoding become U+FFFD, with a
    remark; bytes that do not fit an undeclared one are an error, because then every quotation mark may be wrong.

    Raises:
        InputError: If the bytes are no text, or no encoding is declared and `encoding` does not fit.
        UsageError: If Python knows no such text encoding.

    Source:
        The order is that of the HTML Standard, section 13.2.3.2.
    """
    _refuse_binary(raw, origin)
    declared = _declared_encoding(raw, charset)
    if declared is None:
        return decode_text(raw, encoding, origin)
    text = raw.decode(declared, errors="replace").removeprefix("\ufeff")
    if lost := text.count("\ufffd"):
        origin.remark(f"not all of it is valid {declared}: \ufffd stands in {lost} places")
    return text


def encoding_named(charset: str | None) -> str | None:
    """The codec for a charset as a server or page names it, or None if no browser knows the name."""
    return _HTML_ENCODINGS.get((charset or "").strip("\"' ").lower())


def _declared_encoding(raw: bytes, charset: str | None) -> str | None:
    by_mark = next((name for mark, name in _BOMS if raw.startswith(mark)), None)
    meta = _META_CHARSET.search(raw, 0, _META_WITHIN_BYTES)
    by_meta = meta[1].decode("ascii") if meta else ""
    return by_mark or encoding_named(charset) or encoding_named(by_meta)


def _refuse_binary(raw: bytes, origin: Origin) -> None:
    for magic, name in _MAGIC:
        if raw.startswith(magic):
            raise origin.error(name)
