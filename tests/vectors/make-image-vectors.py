#!/usr/bin/env python3
# make-image-vectors.py: small pictures and what Pillow and transformers make of them
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes tests/vectors/image: encoded pictures, decode.tsv, resize.tsv, patches.tsv.

usage: make-image-vectors.py (needs Pillow 13, numpy and transformers 5.23)

decode.tsv   file, width, height, marks, sha256 of the RGB bytes
resize.tsv   file, filter (0 bilinear, 1 bicubic, 2 Lanczos), width, height, sha256
patches.tsv  file, min_pixels, max_pixels, max_side, t, h, w, mean, sha256 of the float32 bytes
"""
import hashlib, os, struct, zlib
import numpy as np
from PIL import Image, ImageOps
from transformers.image_transforms import convert_to_rgb
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'image')
W, H = 27, 19
ANIMATED = 1
rng = np.random.default_rng(7)
marks = {}
own = {}


def path(name):
    return os.path.join(OUT, name)


def write(name, data):
    with open(path(name), 'wb') as f:
        f.write(data)


def noise(height, width, channels):
    """Something between a drawing and noise, so that errors show."""
    y, x = np.mgrid[0:height, 0:width]
    a = np.stack([x * 9 + y * 3, x * y // 3, 255 - x * 5 + y, x * 9 + y * 5], -1) + rng.integers(0, 30, (height, width, 4))
    return (a % 256).astype(np.uint8)[..., :channels]


def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))


def png(name, color, depth, interlaced, before=b''):
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[color]
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)] if interlaced else [(0, 0, 1, 1)]
    raw = b''
    for x0, y0, dx, dy in passes:
        n = (W - x0 + dx - 1) // dx
        for _ in range(y0, H, dy):
            raw += b'\0' + rng.integers(0, 256, (n * channels * depth + 7) // 8).astype(np.uint8).tobytes()
    header = chunk(b'IHDR', struct.pack('>IIBBBBB', W, H, depth, color, 0, 0, interlaced))
    write(name, b'\x89PNG\r\n\x1a\n' + header + before + chunk(b'IDAT', zlib.compress(raw, 9)) + chunk(b'IEND', b''))
    return raw


def all_png():
    for color, depths in {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}.items():
        for depth in depths:
            for interlaced in (0, 1):
                n = min(256, 1 << depth)
                palette = chunk(b'PLTE', rng.integers(0, 256, 3 * n).astype(np.uint8).tobytes()) if color == 3 else b''
                name = f'png-{color}-{depth}-{"i" if interlaced else "n"}.png'
                raw = png(name, color, depth, interlaced, palette)
                if (color, depth, interlaced) == (0, 16, 0):
                    # Pillow clips 16-bit gray to 255; here it is the high byte (README.md).
                    rows = np.frombuffer(raw, np.uint8).reshape(H, 1 + 2 * W)[:, 1::2]
                    own[name] = np.repeat(rows[..., None], 3, 2)
                elif (color, depth) == (0, 16):
                    os.remove(path(name))
                if color == 3 and not interlaced:
                    png(f'png-3-{depth}-alpha.png', 3, depth, 0, palette + chunk(b'tRNS', rng.integers(0, 256, n // 2 + 1).astype(np.uint8).tobytes()))
                    png(f'png-3-{depth}-short.png', 3, depth, 0, chunk(b'PLTE', palette[8:14]))
    png('png-gray-key.png', 0, 8, 0, chunk(b'tRNS', b'\0\x01'))
    png('png-rgb-key.png', 2, 8, 0, chunk(b'tRNS', b'\0\1\0\2\0\3'))
    clear = noise(H, W, 4)
    clear[..., 3] = 0
    Image.fromarray(clear).save(path('png-clear.png'))


def all_jpeg(rgb):
    for sampling in (0, 1, 2):
        for progressive in (False, True):
            rgb.save(path(f'jpeg-{sampling}-{"p" if progressive else "b"}.jpg'), quality=85, subsampling=sampling, progressive=progressive)
    rgb.resize((1, 1)).save(path('jpeg-1x1.jpg'))
    rgb.resize((17, 3)).save(path('jpeg-17x3.jpg'), quality=30)
    rgb.convert('L').save(path('jpeg-gray.jpg'))
    rgb.save(path('jpeg-rgb.jpg'), keep_rgb=True)
    rgb.save(path('jpeg-restart.jpg'), restart_marker_blocks=2)
    rgb.convert('CMYK').save(path('jpeg-cmyk.jpg'), quality=90)
    # The same bits called YCCK: Adobe's transform becomes 2.
    data = bytearray(open(path('jpeg-cmyk.jpg'), 'rb').read())
    data[data.index(b'Adobe') + 11] = 2
    write('jpeg-ycck.jpg', bytes(data))


def all_orientations(rgb):
    exif = Image.Exif()
    for turn in (1, 2, 3, 4, 5, 6, 7, 8, 9):
        exif[0x112] = turn
        rgb.save(path(f'turn-{turn}.jpg'), exif=exif)
    exif[0x112] = 6
    rgb.save(path('turn-6.png'), exif=exif)
    rgb.save(path('turn-6.webp'), lossless=True, exif=exif)
    rgb.save(path('turn-6.tif'), exif=exif)
    # eXIf behind the picture data.
    data = open(path('turn-6.png'), 'rb').read()
    at = data.index(b'eXIf') - 4
    end = at + 12 + struct.unpack('>I', data[at:at + 4])[0]
    write('turn-6-late.png', data[:at] + data[end:-12] + data[at:end] + data[-12:])
    rgb.save(path('turn-xmp.jpg'), xmp=b'<x:xmpmeta><rdf:Description tiff:Orientation="8"/></x:xmpmeta>')


def all_others(rgb, rgba):
    rgb.save(path('webp-lossy.webp'), quality=60)
    rgb.save(path('webp-lossless.webp'), lossless=True)
    rgba.save(path('webp-alpha.webp'), quality=70)
    rgba.save(path('webp-lossless-alpha.webp'), lossless=True)
    rgba.save(path('webp-animated.webp'), save_all=True, append_images=[rgba.rotate(30)])
    palette = rgb.quantize(77)
    palette.save(path('gif-plain.gif'), interlace=0)
    palette.save(path('gif-interlaced.gif'), interlace=1)
    palette.save(path('gif-key.gif'), transparency=3)
    rgb.convert('L').save(path('gif-gray.gif'))
    rgb.convert('1').save(path('gif-1.gif'))
    palette.save(path('gif-animated.gif'), save_all=True, append_images=[palette.rotate(9)], duration=50)
    busy = Image.fromarray(rng.integers(0, 256, (90, 100), dtype=np.uint8))
    busy.putpalette(rng.integers(0, 256, 768).astype(np.uint8).tobytes())
    busy.save(path('gif-full-table.gif'))
    rgb.save(path('png-animated.png'), save_all=True, append_images=[rgb.rotate(90)])
    for name in ('webp-animated.webp', 'gif-animated.gif', 'png-animated.png'):
        marks[name] = ANIMATED
    rgb.save(path('bmp-24.bmp'))
    rgba.save(path('bmp-32.bmp'))
    palette.save(path('bmp-8.bmp'))
    rgb.convert('1').save(path('bmp-1.bmp'))
    bmp('bmp-16.bmp', 16, rng.integers(0, 65536, (H, W + 1)).astype('<u2').tobytes())
    bmp('bmp-565.bmp', 16, rng.integers(0, 65536, (H, W + 1)).astype('<u2').tobytes(), 3, struct.pack('<III', 0xF800, 0x7E0, 0x1F))
    bmp('bmp-down.bmp', 32, noise(H, W, 4).tobytes(), height=-H)
    run = b''.join(bytes([W - 3, i]) + b'\0\3' + bytes([i + 1, i + 2, i + 3, 0]) + b'\0\0' for i in range(H)) + b'\0\1'
    bmp('bmp-runs.bmp', 8, run, 1, rng.integers(0, 256, 1024).astype(np.uint8).tobytes())
    for mode in ('RGB', 'L', '1', 'P', 'CMYK', 'RGBA', 'LA'):
        (palette if mode == 'P' else rgba.convert(mode)).save(path(f'tiff-{mode.lower()}.tif'), compression='tiff_lzw' if mode == 'RGB' else None)


def all_keys():
    """Pictures with a color key that they use; drawn apart, so that the others stay as they are."""
    global rng
    kept, rng = rng, np.random.default_rng(8)
    for depth, key in ((1, 0), (1, 1), (2, 0), (2, 1), (4, 1), (8, 7)):
        png(f'png-0-{depth}-key-{key}.png', 0, depth, 0, chunk(b'tRNS', bytes([0, key])))
    coarse = noise(H, W, 3) & 0x80
    Image.fromarray(coarse).save(path('png-2-8-key.png'), transparency=(128, 128, 0))
    ramp = Image.fromarray((np.arange(H * W, dtype=np.uint32) * 7 % 256).astype(np.uint8).reshape(H, W))
    ramp.save(path('gif-gray-key.gif'), transparency=5, optimize=False)
    rng = kept


def bmp(name, bits, pixels, compression=0, table=b'', height=H):
    start = 54 + len(table)
    write(name, b'BM' + struct.pack('<IHHI', start + len(pixels), 0, 0, start) +
          struct.pack('<IiiHHIIiiII', 40, W, height, 1, bits, compression, len(pixels), 0, 0, 0, 0) + table + pixels)


def reference(name):
    """The picture as the project's reference recipe opens it and the picture
    processor takes it: a color key, which the recipe leaves, is laid over white."""
    image = ImageOps.exif_transpose(Image.open(path(name)))
    if image.mode in ('RGBA', 'LA', 'P', 'PA'):
        rgba = image.convert('RGBA')
        ground = Image.new('RGBA', rgba.size, (255, 255, 255, 255))
        ground.alpha_composite(rgba)
        image = ground
    return Image.fromarray(convert_to_rgb(image.convert('RGB'), return_numpy=True))


def digest(data):
    return hashlib.sha256(data).hexdigest()


def write_decode():
    lines = []
    for name in sorted(os.listdir(OUT)):
        if name.endswith('.tsv'):
            continue
        image = Image.fromarray(own[name]) if name in own else reference(name)
        lines.append(f'{name}\t{image.width}\t{image.height}\t{marks.get(name, 0)}\t{digest(image.tobytes())}\n')
    write('decode.tsv', ''.join(lines).encode())


def write_resize():
    Image.fromarray(noise(61, 43, 3)).save(path('resize-a.png'))
    Image.fromarray((rng.integers(0, 2, (9, 120, 3)) * 255).astype(np.uint8)).save(path('resize-b.png'))
    lines = []
    for name in ('resize-a.png', 'resize-b.png', 'jpeg-1x1.jpg'):
        image = reference(name)
        w, h = image.size
        for number, kind in enumerate((Image.BILINEAR, Image.BICUBIC, Image.LANCZOS)):
            for size in ((1, 1), (w, h), (w, h + 5), (w + 1, h), (w // 2 + 1, h // 3 + 1), (28, 28), (2 * w, 3 * h), (200, 5), (5, 200), (13, 7)):
                lines.append(f'{name}\t{number}\t{size[0]}\t{size[1]}\t{digest(image.resize(size, kind).tobytes())}\n')
    write('resize.tsv', ''.join(lines).encode())


def write_patches():
    lines = []
    Image.fromarray(noise(2, 300, 3)).save(path('patches-wide.png'))
    for name in ('resize-a.png', 'jpeg-1x1.jpg', 'patches-wide.png', 'jpeg-2-b.jpg'):
        image = reference(name)
        for least, most, side in ((3136, 1003520, 0), (3136, 9000, 0), (40000, 90000, 0), (3136, 9000, 40)):
            small = image
            if side and max(image.size) > side:
                ratio = side / max(image.size)
                small = image.resize((max(int(image.width * ratio), 1), max(int(image.height * ratio), 1)), Image.LANCZOS)
            processor = Qwen2VLImageProcessorPil(size={'shortest_edge': least, 'longest_edge': most})
            out = processor(images=[small], return_tensors='np')
            values = np.ascontiguousarray(out['pixel_values'], np.float32)
            grid = '\t'.join(str(n) for n in out['image_grid_thw'][0])
            lines.append(f'{name}\t{least}\t{most}\t{side}\t{grid}\t{values.mean(dtype=np.float64):.9f}\t{digest(values.tobytes())}\n')
    write('patches.tsv', ''.join(lines).encode())


def main():
    os.makedirs(OUT, exist_ok=True)
    for name in os.listdir(OUT):
        os.remove(path(name))
    rgba = Image.fromarray(noise(H, W, 4))
    rgb = rgba.convert('RGB')
    all_png()
    all_jpeg(rgb)
    all_orientations(rgb)
    all_others(rgb, rgba)
    all_keys()
    write_decode()
    write_resize()
    write_patches()


if __name__ == '__main__':
    main()
