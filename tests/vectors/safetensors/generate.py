#!/usr/bin/env python3
# generate.py: files of the reference's library for the safetensors tests
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes all-types.safetensors, no-tensors.safetensors and two shards with their index beside this script.

Needs torch and safetensors (written with safetensors 0.8.0). The tests compare our writer with these bytes; with
--check FILE it proves that the library reads FILE and finds the tensors of all-types.safetensors in it.
"""
import json
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

HERE = Path(__file__).parent
NUMBERS = [0.0, -0.0, 1.5, -2.25, 65504.0, 2.0**-24, float("inf"), float("nan")]
TENSORS = {
    "double": torch.tensor(NUMBERS + [1e300, 0.1], dtype=torch.float64),
    "single": torch.tensor(NUMBERS, dtype=torch.float32).reshape(2, 4),
    "half": torch.tensor(NUMBERS, dtype=torch.float16).reshape(2, 2, 2),
    "bfloat": torch.tensor(NUMBERS, dtype=torch.bfloat16),
    "long": torch.tensor([-(2**63), 2**63 - 1], dtype=torch.int64),
    "int": torch.tensor([-(2**31), 2**31 - 1], dtype=torch.int32),
    "short": torch.tensor([-(2**15), 2**15 - 1], dtype=torch.int16),
    "byte": torch.tensor([-128, 127, 5], dtype=torch.int8),
    "unsigned": torch.tensor([0, 255], dtype=torch.uint8),
    "bool": torch.tensor([True, False, True], dtype=torch.bool),
    "scalar": torch.tensor(0.5),
    "empty": torch.zeros(2, 0),
    "name \"with\" \u00e9 / \\ and \u0001": torch.tensor([7.0]),
}


def main():
    if sys.argv[1:2] == ["--check"]:
        found = load_file(sys.argv[2])
        assert found.keys() == TENSORS.keys()
        for name, tensor in TENSORS.items():
            assert found[name].dtype == tensor.dtype and found[name].shape == tensor.shape, name
            assert torch.equal(found[name].view(-1).view(torch.uint8), tensor.view(-1).view(torch.uint8)), name
        print("the same")
        return
    save_file(TENSORS, HERE / "all-types.safetensors", metadata={"format": "pt"})
    save_file({}, HERE / "no-tensors.safetensors")
    shards = [{"a.weight": torch.arange(4.0)}, {"b.weight": torch.arange(6, dtype=torch.bfloat16).reshape(2, 3), "c.bias": torch.ones(1)}]
    weight_map = {}
    for i, shard in enumerate(shards, 1):
        name = f"model-{i:05}-of-00002.safetensors"
        save_file(shard, HERE / name, metadata={"format": "pt"})
        weight_map.update({tensor: name for tensor in shard})
    index = {"metadata": {"total_size": 32}, "weight_map": weight_map}
    (HERE / "model.safetensors.index.json").write_text(json.dumps(index, indent=2, sort_keys=True) + "\n")


main()
