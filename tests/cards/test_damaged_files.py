"""Files of strangers: whatever is in them, reading one ends, in a card or in one clear error."""

from __future__ import annotations

import base64
import io
import struct
import zipfile
import zlib

import pytest
from cards_made import as_bytes, card
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from debate.cards import bounded_json, charx, import_card, persona_yaml, png_chunks
from debate.cards.card_file import as_charx, as_json, as_png, parsed, read_card
from debate.cards.character_card import Card
from debate.errors import UserError

SLOW = [HealthCheck.too_slow]  # as a loaded machine makes it
KAI = card(3, name="Kai", description="Tall.", mes_example="{{user}}: Hm?\n{{char}}: Hm.")
FILES = {
    "json": as_json(KAI),
    "png": as_png(KAI, png_chunks.blank(2, 2, (1, 2, 3))),
    "charx": as_charx(KAI, {"assets/icon/images/main.png": b"\x89PNG\r\n\x1a\n" + b"x" * 99}),
}
TINY = png_chunks.read(png_chunks.blank(1, 1, (0, 0, 0)), path="p")


def outcome(data: bytes) -> Card | str:
    """The card of a file, taken all the way to a persona's file; or the error that it ends in."""
    try:
        found = parsed(data, path="kai.file")
        persona_yaml(import_card(found.card, path="kai.file").persona)
    except UserError as error:
        said = str(error)
    else:
        return found.card
    assert said.startswith(("kai.file", "the persona '"))
    assert len(said) < 2000
    return said


def chunk(kind: bytes, data: bytes) -> bytes:
    crc = zlib.crc32(data, zlib.crc32(kind))
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG with these chunks before its end."""
    return png_chunks.written([*((c.kind, c.data) for c in TINY[:-1]), *chunks, (b"IEND", b"")])


def coded(value: object) -> bytes:
    return base64.b64encode(as_bytes(value))


def archive(files: list[tuple[str, bytes]], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as made:
        for name, content in files:
            made.writestr(name, content)
    return out.getvalue()


def named(value: object) -> str:
    """A test by its message, not by its file."""
    return value if isinstance(value, str) else ""


# -- at random


@settings(max_examples=150, suppress_health_check=SLOW)
@given(st.sampled_from(sorted(FILES)), st.data())
def test_a_damaged_file_ends_in_a_clear_error_or_in_a_card(kind, data):
    whole = bytearray(FILES[kind])
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(whole) - 1))
        match data.draw(st.sampled_from(["flip", "cut", "put", "drop", "lie"])):
            case "flip":
                whole[at] ^= 1 << data.draw(st.integers(0, 7))
            case "cut":
                del whole[max(at, 1) :]
            case "put":
                whole[at:at] = data.draw(st.binary(min_size=1, max_size=8))
            case "drop":
                del whole[at : min(at + data.draw(st.integers(1, 40)), len(whole) - 1)]
            case "lie":
                lie = data.draw(st.sampled_from([0, 1, 0xFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF]))
                whole[at : at + 4] = struct.pack("<I", lie)
    outcome(bytes(whole))


@settings(max_examples=60, suppress_health_check=SLOW)
@given(st.sampled_from([b"", b"{", b"[", b"PK\x03\x04", png_chunks.SIGNATURE]), st.binary())
def test_bytes_of_any_kind_end_in_a_clear_error(start, rest):
    assert isinstance(outcome(start + rest), str)


@settings(max_examples=60, suppress_health_check=SLOW)
@given(st.sampled_from([b"chara", b"CCV3", b"Chara"]), st.binary(max_size=60), st.booleans())
def test_so_does_any_text_in_a_sound_picture(keyword, text, is_coded):
    said = base64.b64encode(text) if is_coded else text
    assert isinstance(outcome(png((b"tEXt", keyword + b"\0" + said))), str)


@settings(max_examples=40, suppress_health_check=SLOW)
@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.floats(), st.text(max_size=3)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(
                st.sampled_from(["spec", "data", "name", "extensions", "yalta", "description"]),
                inner,
                max_size=4,
            ),
        ),
        max_leaves=12,
    )
)
def test_so_does_any_json_that_is_no_card(value):
    outcome(as_bytes({"spec": "chara_card_v3", "data": value}))
    outcome(as_bytes(card(2, name="Kai", extensions={"yalta": value}, tags=value)))


# -- JSON


def text_of_card(description: str) -> bytes:
    """The JSON of a card, with its description as it is written."""
    return as_bytes(card(2, name="Kai", description="HERE")).replace(
        b'"HERE"', description.encode()
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no character card"),
        (b"\xff\xd8\xff\xe0 a photograph", "no character card"),
        (b"# yaml\nname: Kai\n", "no character card"),
        (b"[1, 2]", "expected a JSON object"),
        (b'{"a": 1}', "no character card"),
        (b'{"spec": "chara_card_v2"}', "holds its fields under `data`"),
        (b'{"spec": "chara_card_v9", "data": {}}', "'chara_card_v9' is not known"),
        (b'{"spec": "lorebook_v3", "data": {}}', "a lorebook alone"),
        (b'{"spec": "chara_card_v2",\n "data": {"name" "Kai"}}', "kai.file:2:18: not valid JSON"),
        (b'{"spec": "chara_card_v2", "data": {"name": 7}}', "data.name: input should be a valid"),
        (text_of_card('"\\ud83d"'), "data.description: half of a surrogate pair"),
        (text_of_card('{"a": 1, "a": 2}'), "the key 'a' stands twice"),
        (text_of_card("NaN"), "NaN is no number"),
        (text_of_card("1e999"), "too large or too long: '1e999'"),
        (text_of_card("9" * 5000), "a whole number of more than 18 digits"),
        (text_of_card("1." + "9" * 5000), "too large or too long"),
        (text_of_card("[" * 100_000), "nested more than 28 deep"),
        (text_of_card('{"a":' * 100_000), "nested more than 28 deep"),
        (text_of_card("[" + "1," * 50_000 + "1]"), "more than 45000 values"),
        (text_of_card('"' + '\\"' * 200_000 + "\\"), "not valid JSON"),
        (b'{"name": "' + b"k" * 3_000_000 + b'"}', "larger than 2048 KiB"),
        (text_of_card('"caf\\u00e9"').replace(b"Kai", b"\xff"), "not UTF-8 text (byte "),
    ],
    ids=named,
)
def test_json_that_is_refused_says_why_and_where(data, message):
    assert message in str(outcome(data))


def test_json_may_begin_with_a_byte_order_mark():
    assert outcome(b"\xef\xbb\xbf" + as_json(KAI)) == KAI


def test_v1_and_a_card_that_forgot_what_it_is_are_read_as_v2():
    flat = {"name": "Kai", "description": "Tall.", "odd": [1]}
    as_v2 = {"spec": "chara_card_v2", "spec_version": "2.0", "data": flat}
    assert outcome(as_bytes(flat)) == as_v2
    assert outcome(as_bytes({"data": flat})) == as_v2
    newer = parsed(as_bytes({**KAI, "spec_version": "3.1"}), path="p")
    assert "says that its version is '3.1'" in newer.findings[0].message


def test_a_card_that_no_persona_file_can_hold_says_what_of_it_is_most():
    book = {"entries": [{"content": "x" * 1000} for _ in range(1100)]}
    assert "'character_book'" in str(outcome(as_bytes(card(2, name="Kai", character_book=book))))


# -- PNG

V2, V3 = card(2, name="Second"), card(3, name="Third")


@pytest.mark.parametrize("keyword", [b"chara", b"Chara", b"CHARA", b"ccv3", b"CCV3"])
@pytest.mark.parametrize("kind", ["tEXt", "zTXt", "iTXt", "iTXt deflated"])
def test_a_card_is_found_in_any_text_chunk_by_a_keyword_in_any_case(keyword, kind):
    text = coded(KAI)
    data = {
        "tEXt": keyword + b"\0" + text,
        "zTXt": keyword + b"\0\0" + zlib.compress(text),
        "iTXt": keyword + b"\0\0\0en\0\0" + text,
        "iTXt deflated": keyword + b"\0\1\0\0\0" + zlib.compress(text),
    }[kind]
    assert outcome(png((kind[:4].encode(), data))) == KAI


def test_ccv3_is_preferred_and_the_first_of_equals_is_taken():
    two, three = (b"tEXt", b"chara\0" + coded(V2)), (b"tEXt", b"ccv3\0" + coded(V3))
    assert outcome(png(two, three)) == outcome(png(three, two)) == V3
    assert outcome(png(two, (b"tEXt", b"chara\0" + coded(KAI)))) == V2
    found = parsed(png(two, two), path="p")
    assert "there are several: the first is taken" in found.findings[0].message


def test_what_is_exported_as_v3_has_a_v2_card_beside_it_that_says_so():
    chunks = {c.keyword: c for c in png_chunks.read(as_png(V3, None), path="p")}
    text = png_chunks.text_of(chunks["chara"], 100_000, path="p")
    beside = bounded_json.loads(base64.b64decode(text), path="p")
    assert isinstance(beside, dict)
    assert beside["spec"] == "chara_card_v2"
    assert "Character Card V3" in str(beside["data"])
    assert "ccv3" in chunks
    assert as_png(V2, None).count(b"ccv3") == 0


def test_a_picture_keeps_all_but_the_card_it_had():
    old = png((b"tEXt", b"CHARA\0" + coded(V2)), (b"tEXt", b"Title\0Kai"), (b"zTXt", b"ccv3\0\0x"))
    new = as_png(V3, old)
    assert outcome(new) == V3
    assert parsed(new, path="p").picture == png((b"tEXt", b"Title\0Kai"))


def at_chunk(n: int, change) -> bytes:
    """A picture with a card, of which one chunk is changed as it lies in the file."""
    parts = [chunk(c.kind, c.data) for c in TINY[:-1]]
    parts += [chunk(b"tEXt", b"chara\0" + coded(V2)), chunk(b"IEND", b"")]
    parts[n] = change(parts[n])
    return png_chunks.SIGNATURE + b"".join(parts)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (png(), "the picture holds no character card"),
        (png_chunks.SIGNATURE, "at byte 8: it breaks off before its end (IEND)"),
        (at_chunk(3, lambda c: b""), "breaks off before its end"),
        (at_chunk(2, lambda c: b"\xff\xff\xff\xff" + c[4:]), "tEXt says that it is longer than"),
        (at_chunk(2, lambda c: b"\0\0\0\1" + c[4:]), "the checksum of the chunk tEXt is wrong"),
        (at_chunk(1, lambda c: c[:-1] + b"\0"), "the checksum of the chunk IDAT is wrong"),
        (at_chunk(1, lambda c: c[:4] + b"\0\0\0\0" + c[8:]), "there is no chunk here"),
        (at_chunk(0, lambda c: b""), "the first chunk is IDAT, not IHDR"),
        (png(*[(b"tEXt", b"")] * 20_001), "more than 20000 chunks"),
        (png((b"tEXt", b"chara")), "does not have the form of one"),
        (png((b"zTXt", b"chara\0\7abc")), "does not have the form of one"),
        (png((b"iTXt", b"chara\0\1\0en\0")), "does not have the form of one"),
        (png((b"zTXt", b"chara\0\0abc")), "its compressed text is damaged"),
        (png((b"zTXt", b"chara\0\0" + zlib.compress(coded(V2))[:-9])), "text is damaged"),
        (png((b"zTXt", b"chara\0\0" + zlib.compress(bytes(10**8)))), "longer than 2731 KiB"),
        (png((b"tEXt", b"chara\0" + b"A" * 4_000_000)), "longer than 2731 KiB"),
        (png((b"tEXt", b"chara\0%%%")), "(chunk chara): not valid base64"),
        (png((b"tEXt", b"chara\0" + coded("hm"))), "(chunk chara): no character card"),
        (png((b"tEXt", b"ccv3\0" + base64.b64encode(b"{"))), "(chunk ccv3):1:2: not valid JSON"),
        (png((b"tEXt", b"ccv3\0rcc||x")), "the card is encrypted"),
    ],
    ids=named,
)
def test_a_picture_that_is_refused_says_why_and_where(data, message):
    assert message in str(outcome(data))


# -- archives


def with_flag(data: bytes, at_local: int, at_central: int, value: int) -> bytes:
    """An archive with a field of its first entry set in both of its headers."""
    made = bytearray(data)
    central = made.find(b"PK\x01\x02")
    struct.pack_into("<H", made, at_local, value)
    struct.pack_into("<H", made, central + at_central, value)
    return bytes(made)


CARD = archive([("card.json", as_json(KAI))])
END = CARD.rfind(b"PK\x05\x06")


def ends(**fields: int) -> bytes:
    made = bytearray(CARD)
    for name, value in fields.items():
        form, at = {"entries": ("<H", 10), "size": ("<I", 12), "start": ("<I", 16)}[name]
        struct.pack_into(form, made, END + at, value)
    return bytes(made)


def lying(size: int) -> bytes:
    """An archive whose card is said to be of another size."""
    made = bytearray(CARD)
    for at in (22, CARD.find(b"PK\x01\x02") + 24):
        struct.pack_into("<I", made, at, size)
    return bytes(made)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_archive_that_is_refused_says_why_and_where():
    for data, message in [
        (archive([("other.json", b"{}")]), "card.json: is not in the archive"),
        (archive([("a/card.json", as_json(KAI))]), "card.json: is not in the archive"),
        (archive([("card.json", b"{}"), ("card.json", b"{}")]), "stands in the archive twice"),
        (archive([("card.json", b"{")]), "(card.json):1:2: not valid JSON"),
        (archive([("card.json", as_json(KAI))], zipfile.ZIP_LZMA), "other than deflate"),
        (with_flag(CARD, 6, 8, 1), "card.json: is encrypted"),
        (archive([("card.json", b" " * 2_000_000)]), "is a bomb"),
        (archive([("card.json", b" " * 9_000_000)]), "is larger than 2048 KiB"),
        (lying(10), "card.json: is damaged"),
        (lying(2**32 - 2), "card.json: is larger than 2048 KiB"),
        (lying(1_000_000), "is a bomb"),
        (CARD[:-5], "breaks off before its directory's end"),
        (CARD + b"more", "something follows its directory"),
        (CARD[:END], "breaks off before its directory's end"),
        (ends(entries=0xFFFF), "of the zip64 kind"),
        (ends(entries=5000), "holds more than 4000 files"),
        (ends(size=2**31), "holds more than 4000 files"),
        (ends(start=2**31), "card.json: is damaged"),
        (archive([("card.json", b"{}"), *((str(n), b"") for n in range(4001))]), "4000 files"),
    ]:
        assert message in str(outcome(data)), message


def test_no_name_in_an_archive_is_a_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    icon = {"type": "icon", "name": "main", "uri": "embeded://../../escaped.png", "ext": "png"}
    names = ["../../escaped.png", "/etc/escaped", "C:\\escaped", "a/\x1b[31m", "nested.zip"]
    data = archive(
        [
            ("card.json", as_json(card(3, name="Kai", assets=[icon]))),
            *((name, CARD) for name in names),
        ]
    )
    path = tmp_path / "kai.charx"
    path.write_bytes(data)
    found = read_card(path)
    assert found.picture == CARD
    (told,) = [f for f in found.findings if f.part == "files in the archive"]
    assert told.fate == "lost"
    assert "nested.zip" in told.message
    assert [p.name for p in tmp_path.rglob("*")] == ["kai.charx"]


def test_an_archive_may_stand_behind_a_photograph():
    assert outcome(b"\xff\xd8\xff\xe0" + b"x" * 500 + CARD) == KAI


def test_an_archive_is_the_same_for_the_same_card():
    assert charx.written(as_json(KAI), {}) == charx.written(as_json(KAI), {})


def test_a_file_that_is_not_there_or_too_large_is_told(tmp_path):
    with pytest.raises(UserError, match=r"cannot read .*none: No such file"):
        read_card(tmp_path / "none")
    with pytest.raises(UserError, match=r"cannot read .*: Is a directory"):
        read_card(tmp_path)
