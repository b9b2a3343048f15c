"""Pictures: a small one, upright, of the first frame, with nothing of the original's metadata."""

import io
import warnings

from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from quire.enrichment.findings import Findings, Source, UnreadableError

EDGE = 320
MOST_PIXELS = 80_000_000
_FORMATS = ("JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "AVIF")
_DEEP = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")


def read(source: Source, into: Findings) -> None:
    """Leave the thumbnail with the findings; a kind of picture that cannot be drawn has none."""
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    ImageFile.LOAD_TRUNCATED_IMAGES = True  # half a picture is better than none
    try:
        image: Image.Image = Image.open(source.file, formats=_FORMATS)
    except UnidentifiedImageError:
        return
    except Image.DecompressionBombError as error:
        raise UnreadableError("too_many_pixels") from error
    if image.width * image.height > MOST_PIXELS:
        raise UnreadableError("too_many_pixels")
    into.thumbnail = thumbnail(image)


def thumbnail(image: Image.Image) -> bytes:
    """WebP, its longer edge at most :data:`EDGE` pixels."""
    orientation = image.getexif().get(0x0112, 1)
    image.draft("RGB", (2 * EDGE, 2 * EDGE))
    image = _plain(image)
    image.thumbnail((EDGE, EDGE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    image = _upright(image, orientation)
    target = io.BytesIO()
    image.save(target, "WEBP", quality=80, method=4)
    return target.getvalue()


def _plain(image: Image.Image) -> Image.Image:
    """The same picture with eight bits a colour."""
    if image.mode in _DEEP:
        lowest, highest = _bounds(image)
        scale = 255 / (highest - lowest) if highest > lowest else 1.0
        return image.convert("F").point(lambda value: value * scale - lowest * scale).convert("L")
    if image.mode in {"RGB", "RGBA"}:
        return image
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _bounds(image: Image.Image) -> tuple[float, float]:
    """The darkest and the lightest that can be told: all of sixteen bits, unless the values are other ones."""
    extrema = image.getextrema()
    lowest, highest = float(extrema[0]), float(extrema[1])  # type: ignore[arg-type]
    return (0.0, 65535.0) if 255 < highest <= 65535 and lowest >= 0 else (lowest, highest)


def _upright(image: Image.Image, orientation: object) -> Image.Image:
    """Turned as the camera was held (EXIF 2.3, tag 0x0112)."""
    clean = image.copy()
    clean.info = {}
    exif = clean.getexif()
    exif.clear()
    exif[0x0112] = orientation if isinstance(orientation, int) else 1
    turned = ImageOps.exif_transpose(clean)
    turned.info = {}
    return turned
