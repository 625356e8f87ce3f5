#!/usr/bin/env python3
# Writes what bitsandbytes makes of weights in 4 bits.
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: make-nf4-vectors.py FILE

Needs bitsandbytes 0.50.2 beside torch. FILE (safetensors) gets for each case
CASE.weights (F32 or BF16) and of quantize_4bit with quant_type nf4 and
compress_statistics: CASE.codes, CASE.absmax (before it is quantised),
CASE.absmax_codes, CASE.scales, CASE.offset, CASE.float32 (not of the largest) and
CASE.bfloat16 (the weights again, in either type), and `levels` and `absmax_levels`, the code books.

What is run are bitsandbytes' operators in torch, the ones for any device: its
library for CPUs is kept from loading. That one finds the 8-bit codes in a table of
65,536 steps, which misses the nearest one time in 650, and takes the blocks of
a matrix whose rows are no multiple of 64 as if each row began one; the kernels
for GPUs do neither.

The offset is a mean in float32, whose last bit hangs on the processor and the
thread count. Ours is rounded once, from a sum in double. The seeds are the first
whose offsets agree, so that everything behind them can be compared bit by bit."""
import argparse
import ctypes
import os

os.environ['TORCHDYNAMO_DISABLE'] = '1'
load_library = ctypes.cdll.LoadLibrary


def load_others(path):
    if 'libbitsandbytes' in str(path):
        raise OSError('the operators in torch are wanted')
    return load_library(path)


ctypes.cdll.LoadLibrary = load_others
import bitsandbytes.functional as bnb  # noqa: E402
import torch  # noqa: E402
from safetensors.torch import save_file  # noqa: E402

ctypes.cdll.LoadLibrary = load_library


def normal(rows, columns, dtype, scale=0.02):
    return lambda: (torch.randn(rows, columns) * scale).to(dtype)


def with_outlier():
    weights = torch.randn(3, 128) * 0.01
    weights[1, 70] = -1000
    return weights


def with_zero_blocks():
    weights = torch.randn(4, 64)
    weights[1:3] = 0
    return weights


def ties():
    """Every bound between two levels, exactly, and its neighbours."""
    levels = bnb.get_4bit_type('nf4', device='cpu')
    bounds = (levels[:-1] + levels[1:]) / 2
    weights = torch.cat([bounds, torch.nextafter(bounds, torch.ones(15)), torch.nextafter(bounds, -torch.ones(15)), torch.ones(19)])
    return weights.reshape(1, 64)


CASES = {
    'matrix': normal(24, 64, torch.bfloat16),
    'float32': normal(16, 64, torch.float32),
    'rest': normal(5, 200, torch.float32),
    'odd': normal(7, 33, torch.float32),
    'short': normal(1, 5, torch.bfloat16),
    'two-scales': normal(17, 1030, torch.bfloat16),
    'zeros': lambda: torch.zeros(2, 64),
    'zeros-rest': lambda: torch.zeros(2, 40),
    'zero-blocks': with_zero_blocks,
    'outlier': with_outlier,
    'tiny': normal(4, 80, torch.float32, 3e-38),
    'ties': ties,
}


def quantise(make):
    for seed in range(1000):
        torch.manual_seed(seed)
        weights = make()
        codes, plain = bnb.quantize_4bit(weights, quant_type='nf4', compress_statistics=False)
        again, state = bnb.quantize_4bit(weights, quant_type='nf4', compress_statistics=True)
        assert torch.equal(codes, again)
        if state.offset == plain.absmax.double().mean().float():
            return weights, codes, plain, state
    raise SystemExit('no seed gives an offset that is rounded once')


def tell(name, make, out):
    weights, codes, plain, state = quantise(make)
    out[f'{name}.weights'] = weights
    out[f'{name}.codes'] = codes.reshape(-1)
    out[f'{name}.absmax'] = plain.absmax
    out[f'{name}.absmax_codes'] = state.absmax
    out[f'{name}.scales'] = state.state2.absmax
    out[f'{name}.offset'] = state.offset.reshape(1)
    for dtype in (torch.float32, torch.bfloat16) if weights.numel() < 10000 else (torch.bfloat16,):
        state.dtype = dtype
        out[f'{name}.{str(dtype).split(".")[1]}'] = bnb.dequantize_4bit(codes, state).contiguous()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('file')
    args = parser.parse_args()
    out = {'levels': bnb.get_4bit_type('nf4', device='cpu'), 'absmax_levels': bnb.create_dynamic_map()}
    for name, make in CASES.items():
        tell(name, make, out)
    save_file(out, args.file)


main()
