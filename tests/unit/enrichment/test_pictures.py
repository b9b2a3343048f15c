"""Pictures give a small upright picture without what the camera noted."""

import io
from pathlib import Path

import pytest
from PIL import Image

from quire.enrichment.reading import Reading
from tests.unit.enrichment.making import picture, reading


def small(found: Reading) -> Image.Image:
    assert found.thumbnail
    assert found.thumbnail_type == "image/webp"
    return Image.open(io.BytesIO(found.thumbnail))


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        *(("PNG", mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")),
        *(("JPEG", mode) for mode in ("L", "RGB", "CMYK")),
        *(("TIFF", mode) for mode in ("RGB", "CMYK", "I;16", "F", "LAB", "YCbCr")),
        *((kind, "RGB") for kind in ("GIF", "BMP", "WEBP", "AVIF")),
    ],
)
def test_every_kind_and_colour(tmp_path: Path, kind: str, mode: str) -> None:
    found = reading(tmp_path, picture(kind, mode), "photo.txt")
    assert (found.detected_type, found.text_status, found.text) == (f"image/{kind.lower()}", "none", "")
    assert small(found).size == (320, 160)


def test_a_small_picture_stays_small(tmp_path: Path) -> None:
    assert small(reading(tmp_path, picture("PNG", size=(10, 4)))).size == (10, 4)


def test_sixteen_bits_keep_their_light(tmp_path: Path) -> None:
    target = io.BytesIO()
    Image.new("I;16", (64, 64), 0x8000).save(target, "PNG")
    grey = small(reading(tmp_path, target.getvalue())).convert("L").getpixel((30, 30))
    assert isinstance(grey, int)
    assert abs(grey - 128) < 6


@pytest.mark.parametrize(("orientation", "corner"), [(1, (5, 5)), (3, (315, 155)), (6, (155, 5)), (8, (5, 315))])
def test_it_is_upright_and_says_nothing_of_the_camera(
    tmp_path: Path, orientation: int, corner: tuple[int, int]
) -> None:
    image = Image.new("RGB", (1000, 500), "white")
    image.paste("red", (0, 0, 100, 100))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = orientation, "Camera of a witness"
    target = io.BytesIO()
    image.save(target, "JPEG", exif=exif, comment=b"secret comment", icc_profile=b"profile of a witness")
    found = reading(tmp_path, target.getvalue())
    turned = small(found)
    assert turned.size == ((160, 320) if orientation in {6, 8} else (320, 160))
    red, green, _ = turned.convert("RGB").getpixel(corner)  # type: ignore[misc]
    assert red > 200 > 80 > green
    assert found.thumbnail
    assert not any(word in found.thumbnail for word in (b"witness", b"secret", b"EXIF", b"ICCP"))


def test_of_many_frames_the_first(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (640, 320), colour) for colour in ("red", "green", "blue")]
    target = io.BytesIO()
    frames[0].save(target, "GIF", save_all=True, append_images=frames[1:])
    image = small(reading(tmp_path, target.getvalue()))
    assert getattr(image, "n_frames", 1) == 1
    assert image.convert("RGB").getpixel((5, 5)) == pytest.approx((255, 0, 0), abs=30)


def test_half_a_picture_is_shown(tmp_path: Path) -> None:
    image = Image.effect_noise((1000, 500), 80).convert("RGB")
    target = io.BytesIO()
    image.save(target, "JPEG")
    whole = target.getvalue()
    assert small(reading(tmp_path, whole[: len(whole) // 2])).size == (320, 160)


def test_a_picture_that_cannot_be_drawn_has_none(tmp_path: Path) -> None:
    found = reading(tmp_path, b"\0\0\0\x18ftypheic" + bytes(100))
    assert (found.detected_type, found.text_status, found.thumbnail) == ("image/heic", "none", None)


def test_a_drawing_has_words(tmp_path: Path) -> None:
    found = reading(tmp_path, b"<svg xmlns='http://www.w3.org/2000/svg'><script>x()</script><text>Plan</text></svg>")
    assert (found.detected_type, found.text, found.thumbnail) == ("image/svg+xml", "Plan", None)
