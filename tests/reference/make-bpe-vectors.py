#!/usr/bin/env python3
# Writes what the tokenizers library learns from a small corpus.
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: make-bpe-vectors.py FILE

FILE gets a list of cases, each with its "corpus" (pairs of a text and how often
it occurs), "size" and "min_count", and what BpeTrainer learns from it behind
NFC, Qwen2's split and the byte level: "merges" in order, "tokens" (how many,
special ones not counted) and "encoded", texts with their ids. The library has
no weights for texts, so each is repeated."""
import argparse
import json
import random

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

PATTERN = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
           r"|\s*[\r\n]+|\s+(?!\S)|\s+")

SCENES = [
    ['A red balloon and two kites over a calm sea.\n', 7],
    ['The reason is that the dark sky and the empty road feel lonely; nobody is there.', 5],
    ["It's the child's laughing face that evokes amusement, isn't it?", 4],
    ['Awe, anger, contentment, disgust, excitement, fear, sadness: eight names.', 3],
    ['{"emotion": "awe", "reason": "The mountains are huge and the light is golden."}', 9],
    ['{"emotion": "fear", "reason": "Teeth, claws and a shadow in the dark."}', 6],
    ['\u753b\u50cf\u306e\u611f\u60c5\u306f\u4f55\u3067\u3059\u304b', 2],
    ['Cafe\u0301 nai\u0308ve \U0001f600\U0001f680 r\u00e9sum\u00e9', 3],
    ['  indented\n\n\tlines   and 2026 digits 11111\r\n', 2],
]
PROBES = ['The calm sea evokes awe.', 'lonely lonely lonely', "it's 2026", '\u611f\u60c5', 'caf\u00e9 \U0001f600', ' \n\n x', 'zzzzqqqq', '']


def drawn(seed, letters, n, longest):
    draw = random.Random(seed)
    words = [''.join(draw.choice(letters) for _ in range(draw.randint(1, longest))) for _ in range(n)]
    return [[word, draw.randint(1, 5)] for word in words]


def learn(corpus, size, min_count):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(PATTERN), 'isolated'),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=size, min_frequency=min_count, show_progress=False,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator((text for text, count in corpus for _ in range(count)), trainer)
    return tokenizer


def case(name, corpus, size, min_count):
    tokenizer = learn(corpus, size, min_count)
    merges = json.loads(tokenizer.to_str())['model']['merges']
    encoded = [[text, tokenizer.encode(text).ids] for text in PROBES + [text for text, _ in corpus[:4]]]
    return dict(name=name, corpus=corpus, size=size, min_count=min_count, tokens=tokenizer.get_vocab_size(),
                merges=merges, encoded=encoded)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('file')
    args = parser.parse_args()
    cases = [
        case('scenes', SCENES, 400, 0),
        case('scenes, pairs that occur five times', SCENES, 1000, 5),
        case('scenes to the end', SCENES[:3], 5000, 0),
        case('many ties', drawn(1, 'abc', 40, 9), 300, 0),
        case('overlapping runs', drawn(2, 'a', 12, 25) + drawn(3, 'ab', 30, 12), 290, 0),
        case('bytes alone', SCENES, 256, 0),
    ]
    with open(args.file, 'w', encoding='utf-8') as file:
        json.dump(cases, file, ensure_ascii=True, separators=(',', ':'))
        file.write('\n')


main()
