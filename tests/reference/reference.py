# What transformers computes for a bundle: the numbers that the project is held to.
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Loads a bundle (emovlm.json beside a Hugging Face folder, an adapter, a head
and a gate) with transformers and peft, and computes each branch for a picture
in the plainest way: one full pass a candidate, no cache shared."""
import json
import os

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageOps
from safetensors.torch import load_file
from transformers import AutoTokenizer, Qwen2VLForConditionalGeneration
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil


def open_picture(path):
    """RGB as the project defines it: upright, alpha over white."""
    image = ImageOps.exif_transpose(Image.open(path))
    if image.mode in ('RGBA', 'LA', 'P', 'PA'):
        rgba = image.convert('RGBA')
        image = Image.new('RGBA', rgba.size, (255, 255, 255, 255))
        image.alpha_composite(rgba)
    return image.convert('RGB')


def gate_logits(kind, w, d, v):
    """The five gates; d, v [1, n]."""
    def linear(name, x):
        return F.linear(x, w[name + '.weight'], w[name + '.bias'])
    both = torch.cat([d, v], -1)
    if kind == 'concat-linear':
        return linear('fc', both)
    if kind == 'bilinear':
        return linear('fc', F.bilinear(d, v, w['bilinear.weight'], w['bilinear.bias']))
    if kind == 'moe':
        mix = linear('gate', both).softmax(-1)
        experts = torch.stack([linear(f'experts.{i}', both) for i in range(mix.shape[-1])], 1)
        return (mix[..., None] * experts).sum(1)
    if kind == 'dynamic':
        mix = linear('gate', both).softmax(-1)
        return linear('fc', mix[:, :1] * d + mix[:, 1:] * v)
    if kind == 'cross':
        return linear('fc', torch.sigmoid(linear('gate1', v)) * d + torch.sigmoid(linear('gate2', d)) * v)
    raise ValueError(kind)


def head_logits(w, mean):
    """mean [1, H]; Linear and exact GELU in turn, dropout idle."""
    layers = sorted({int(name.split('.')[1]) for name in w if name.endswith('weight')})
    for i in layers:
        mean = F.linear(mean, w[f'mlp.{i}.weight'].float(), w[f'mlp.{i}.bias'].float())
        if i != layers[-1]:
            mean = F.gelu(mean)
    return mean


def visual_spread(tokens):
    """[3] float32 of tokens [T, H]: how far they lie apart, in logarithms."""
    tokens = np.asarray(tokens, dtype=np.float64)
    norms = np.sqrt((tokens ** 2).sum(1))
    largest = max(norms.max(), float(np.finfo(np.float32).tiny))
    least = 1e-3 * largest
    return np.log([max(tokens.var(0).sum(), least ** 2), max(norms.std(), least), largest]).astype(np.float32)


def has_reason(answer, end):
    """Whether the explanation goes on behind the answer: a string is open at
    its end, or nothing behind the label completes it."""
    quote, opened, i = "'" if end.startswith("'") else '"', False, 0
    while i < len(answer):
        opened ^= answer[i] == quote
        i += 2 if answer[i] == '\\' else 1
    tail = answer.split('%s', 1)[1].rstrip()
    return opened or not (end in tail or tail.endswith(('}', ']')))


def cut(text, end):
    """The text before the first unescaped answer_end, unescaped."""
    i = 0
    while i < len(text) and not text.startswith(end, i):
        i += 2 if text[i] == '\\' else 1
    text = text[:min(i, len(text))]
    if not end.startswith('"'):
        return text.replace("\\'", "'")
    try:
        return json.loads('"' + text + '"')
    except ValueError:
        return text


class Reference:
    """A bundle in transformers. Its methods take what prepare() returned."""

    def __init__(self, bundle, dtype='float32'):
        with open(os.path.join(bundle, 'emovlm.json'), encoding='utf-8') as file:
            self.manifest = json.load(file)
        def inside(path):
            return os.path.join(bundle, path)
        vlm = inside(self.manifest['vlm']['path'])
        self.prompt, self.labels = self.manifest['prompt'], self.manifest['labels']
        self.answer_end = self.prompt.get('answer_end', '"}')
        self.tokenizer = AutoTokenizer.from_pretrained(vlm)
        self.processor = Qwen2VLImageProcessorPil.from_pretrained(vlm)
        max_pixels = self.manifest.get('image', {}).get('max_pixels')
        if max_pixels:
            self.processor.size['longest_edge'] = max_pixels
        self.model = Qwen2VLForConditionalGeneration.from_pretrained(vlm, dtype=getattr(torch, dtype)).eval()
        if self.manifest['vlm'].get('adapter'):
            from peft import PeftModel
            adapter = inside(self.manifest['vlm']['adapter'])
            self.model = PeftModel.from_pretrained(self.model, adapter).merge_and_unload()
        self.pad = self.model.config.image_token_id
        head, gate = self.manifest.get('distilled'), self.manifest.get('gate')
        domain = self.manifest.get('domain', {}).get('path')
        self.domain = load_file(inside(domain)) if domain else None
        self.head = load_file(inside(head['path'])) if head else None
        self.gate = load_file(inside(gate['path'])) if gate else None
        self.candidates = [self.encode(self.prompt['answer'].replace('%s', label)) for label in self.labels]

    def encode(self, text):
        return self.tokenizer(text, add_special_tokens=False)['input_ids']

    def prepare(self, image, question=None):
        """Pixels, grid and the ids of the whole prompt."""
        x = self.processor(images=[image], return_tensors='pt')
        grid = x['image_grid_thw']
        messages = [{'role': 'system', 'content': self.prompt['system']},
                    {'role': 'user', 'content': [{'type': 'text', 'text': question or self.prompt['classify']},
                                                 {'type': 'image'}]}]
        text = self.tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        ids = self.encode(text.replace('<|image_pad|>', '<|image_pad|>' * (int(grid.prod()) // 4)))
        return x['pixel_values'].to(self.model.dtype), grid, ids

    def arguments(self, pixels, grid, ids):
        ids = torch.tensor([ids])
        return dict(input_ids=ids, pixel_values=pixels, image_grid_thw=grid,
                    mm_token_type_ids=(ids == self.pad).int())

    @torch.no_grad()
    def visual_tokens(self, pixels, grid):
        """[T, H] float32."""
        visual = self.model.model.visual(pixels, grid_thw=grid)
        return getattr(visual, 'pooler_output', visual).float()

    def visual_mean(self, pixels, grid):
        """[1, H] float32."""
        return self.visual_tokens(pixels, grid).mean(0, keepdim=True)

    def domain_distance(self, tokens):
        """In domain where at most 1. tokens [T, H]."""
        x = torch.cat([tokens.mean(0), torch.from_numpy(visual_spread(tokens))])
        # Statistics of the mean token alone leave the spread out.
        difference = (x[:len(self.domain['mean'])] - self.domain['mean']).double()
        return (difference @ self.domain['precision'].double() @ difference).sqrt().item() / self.domain['threshold'].item()

    @torch.no_grad()
    def label_scores(self, pixels, grid, ids):
        scores = []
        for candidate in self.candidates:
            logits = self.model(**self.arguments(pixels, grid, ids + candidate)).logits[0].float().log_softmax(-1)
            scores.append(sum(logits[len(ids) - 1 + i, token].item() for i, token in enumerate(candidate)))
        return scores

    @torch.no_grad()
    def generate(self, pixels, grid, ids, n=64):
        """Greedy text, its ids, and the smallest lead of a chosen token over the next best."""
        out = self.model.generate(**self.arguments(pixels, grid, ids), max_new_tokens=n, do_sample=False,
                                  output_scores=True, return_dict_in_generate=True)
        leads = [float(-top.diff()) for top in (s[0].float().topk(2).values for s in out.scores)]
        new = out.sequences[0][len(ids):].tolist()
        return self.tokenizer.decode(new, skip_special_tokens=True), new, min(leads)
