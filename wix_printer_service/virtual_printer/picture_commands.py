"""The commands that print pictures: bit images, rasters, graphics, QR codes, barcodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wix_printer_service.virtual_printer import pictures
from wix_printer_service.virtual_printer.commands import COUNTED_BARCODES

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL import Image

    from wix_printer_service.virtual_printer.mechanism import Mechanism

QR: Final = b"\x31"
"""``cn`` of QR codes in ``GS ( k``."""


class PictureCommands:
    """Carries out picture commands; holds what one command stores for a later one to print."""

    def __init__(self, mechanism: Mechanism) -> None:
        self._mechanism = mechanism
        self._qr_functions: dict[bytes, Callable[[bytes], None]] = {
            b"\x41": lambda _model: None,
            b"\x43": self._set_qr_module,
            b"\x45": self._set_qr_level,
            b"\x50": self._store_qr,
            b"\x51": self._print_qr,
            b"\x52": lambda _size: None,
        }
        self.reset()

    def reset(self) -> None:
        """Forget what was stored, as ``ESC @`` does."""
        self._qr_data = b""
        self._qr_module = 3
        self._qr_level = 48
        self._graphics: Image.Image | None = None

    def bit_image(self, arguments: bytes) -> None:
        """Do ``ESC * m nL nH d…``."""
        if arguments[3:]:
            self._mechanism.put_in_line(pictures.bit_image(arguments[3:], arguments[0]))

    def raster(self, arguments: bytes) -> None:
        """Do ``GS v 0 m xL xH yL yH d…``; bits of ``m`` double the width and the height."""
        width = int.from_bytes(arguments[2:4], "little") * 8
        height = int.from_bytes(arguments[4:6], "little")
        if width and height:
            scale = (1 + (arguments[1] & 1), 1 + (arguments[1] >> 1 & 1))
            self._print(pictures.raster(arguments[6:], width, height, scale))

    def graphics(self, parameters: bytes) -> None:
        """Do ``GS ( L`` and ``GS 8 L``: function 112 stores a raster, 50 prints it."""
        function = parameters[1:2]
        if function == b"\x70":
            self._store_graphics(parameters)
        elif function in {b"\x32", b"\x02"}:
            self._print_graphics()
        elif function not in {b"\x30", b"\x00"}:
            self._mechanism.warn(f"graphics function {function.hex()} is not known")

    def _store_graphics(self, parameters: bytes) -> None:
        """Store ``m fn a bx by c xL xH yL yH d…``; ``x`` counts dots."""
        width = int.from_bytes(parameters[6:8], "little")
        height = int.from_bytes(parameters[8:10], "little")
        data = parameters[10:]
        if not data or len(data) != (width + 7) // 8 * height:
            self._mechanism.warn("graphics data do not fit their size")
            return
        scale = (min(max(parameters[3], 1), 2), min(max(parameters[4], 1), 2))
        self._graphics = pictures.raster(data, width, height, scale)

    def _print_graphics(self) -> None:
        if self._graphics is not None:
            self._print(self._graphics)
            self._graphics = None

    def _print(self, image: Image.Image) -> None:
        self._mechanism.print_image(image, f"[image {image.width}x{image.height}]")

    def symbol(self, parameters: bytes) -> None:
        """Do ``GS ( k``: ``cn fn`` and the function's own parameters."""
        function = self._qr_functions.get(parameters[1:2])
        if parameters[:1] != QR or function is None or not parameters[2:]:
            self._mechanism.warn(f"2D code function {parameters[:2].hex(' ')} is not drawn")
        else:
            function(parameters[2:])

    def _set_qr_module(self, values: bytes) -> None:
        self._qr_module = min(max(values[0], 1), 16)

    def _set_qr_level(self, values: bytes) -> None:
        if values[0] in pictures.QR_LEVELS:
            self._qr_level = values[0]

    def _store_qr(self, values: bytes) -> None:
        self._qr_data = values[1:]

    def _print_qr(self, _values: bytes) -> None:
        if not self._qr_data:
            self._mechanism.warn("no data for the QR code")
            return
        code = pictures.qr_code(self._qr_data, self._qr_level, self._qr_module)
        if code is None:
            self._mechanism.warn("too much data for a QR code")
            return
        text = self._qr_data.decode("utf-8", errors="replace")
        self._mechanism.print_image(code, f"[QR: {text}]")

    def barcode(self, arguments: bytes) -> None:
        """Do ``GS k``, in the form that ends with NUL and the one that begins with a length."""
        counted = arguments[0] >= COUNTED_BARCODES
        data = arguments[2:] if counted else arguments[1:].rstrip(b"\0")
        text = data.decode("ascii", errors="replace")
        layout = self._mechanism.layout
        box = pictures.barcode(text, layout.barcode_height, layout.area_width)
        self._mechanism.print_image(box, f"[barcode: {text}]")
