#!/usr/bin/env python3
# make-tokenizer-vectors.py: what the tokenizers library makes of every code point
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Encodes every code point in several contexts and many random strings, decodes
every id and many random lists of ids, and writes the first four bytes of the
SHA-256 of each block's result. test-tokenizer.c builds the same blocks.

usage: make-tokenizer-vectors.py NAME=tokenizer.json ... > tests/vectors/tokenizer-blocks.json
"""
import hashlib
import json
import struct
import sys

from tokenizers import Tokenizer

SEPARATOR = "<|im_end|>"
BLOCK = 4096
CONTEXTS = [
    ["", ""], ["a", ""], [" ", "b"], ["a  ", ""], ["", "\n"], [" \r\n", " \n x"], ["1", "2"], ["!", "!\n\n"],
    ["'", ""], ["x'", "x"], ["'", "l"], ["'l", ""], ["'r", ""], ["'V", "'s"],
    ["a", "\u0301"], ["e\u0301", ""], ["o\u0345", "\u0334\u0327b"], ["\u1100", "\u11a8"], ["\uac00", "\u0300"],
    ["\u09c7", "\u09be"],
]
POOLS = [
    [0x20, 0x7F], [0x20, 0x22], [0x09, 0x0E], [0x27, 0x28], [0x41, 0x5B], [0x61, 0x7B], [0x30, 0x3A], [0xA0, 0x250],
    [0x300, 0x370], [0x390, 0x530], [0x590, 0x700], [0x900, 0xE00], [0x1100, 0x1200], [0x1E00, 0x2070], [0x3040, 0x3100],
    [0x4E00, 0x9FFF], [0xAC00, 0xD7A4], [0xF900, 0xFB50], [0x1D150, 0x1D200], [0x1F300, 0x1F700], [0x10000, 0x110000],
]


class Random:
    """Knuth's MMIX generator: the same draws in C."""

    def __init__(self):
        self.state = 20260101

    def below(self, n):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        return (self.state >> 33) % n


def digest(data):
    return hashlib.sha256(data).hexdigest()[:8]


def ids_digest(tokenizer, text):
    ids = tokenizer.encode(text, add_special_tokens=False).ids
    return digest(struct.pack("<%dI" % len(ids), *ids))


def points(tokenizer, before, after):
    found = []
    for start in range(0, 0x110000, BLOCK):
        chars = [chr(c) for c in range(start, start + BLOCK) if not 0xD800 <= c < 0xE000]
        found.append(ids_digest(tokenizer, "".join(before + c + after + SEPARATOR for c in chars)))
    return "".join(found)


def random_texts(tokenizer):
    random, found = Random(), []
    for _ in range(256):
        text = []
        for _ in range(256):
            for _ in range(random.below(24)):
                pool = POOLS[random.below(len(POOLS))]
                c = pool[0] + random.below(pool[1] - pool[0])
                text.append(chr(c))
            text.append(SEPARATOR)
        found.append(ids_digest(tokenizer, "".join(text)))
    return "".join(found)


def decoded(tokenizer, ids):
    # Our strings are C's: U+0000 is written as in modified UTF-8.
    return tokenizer.decode(ids, skip_special_tokens=False).encode().replace(b"\0", b"\xc0\x80")


def single_ids(tokenizer):
    size, found = tokenizer.get_vocab_size(), []
    for start in range(0, size, BLOCK):
        found.append(digest(b"\n".join(decoded(tokenizer, [i]) for i in range(start, min(start + BLOCK, size)))))
    return "".join(found)


def random_ids(tokenizer):
    random, found = Random(), []
    for _ in range(256):
        # Byte tokens come first in both vocabularies and make broken UTF-8.
        ids = [random.below(256 if random.below(2) else tokenizer.get_vocab_size()) for _ in range(1024)]
        found.append(digest(decoded(tokenizer, ids)))
    return "".join(found)


def main():
    result = {"contexts": CONTEXTS, "pools": POOLS, "tokenizers": {}}
    for argument in sys.argv[1:]:
        name, path = argument.split("=", 1)
        tokenizer = Tokenizer.from_file(path)
        result["tokenizers"][name] = {
            "points": [points(tokenizer, *context) for context in CONTEXTS],
            "random_texts": random_texts(tokenizer),
            "single_ids": single_ids(tokenizer),
            "random_ids": random_ids(tokenizer),
        }
    json.dump(result, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
