#!/usr/bin/env python3
# make-part-vectors.py: what PyTorch, peft and transformers give for the model's small parts
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes tests/vectors/parts: gates, heads, domains, spreads, adapters, configs, chat prompts and answer ends, with expected numbers.
usage: make-part-vectors.py   (from the repository's root; transformers 5.23, torch 2.13, peft)"""
import json, os, random, shutil
import numpy as np
import torch
import torch.nn.functional as F
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoTokenizer, GenerationConfig, Qwen2VLConfig, Qwen2VLForConditionalGeneration
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

from reference import visual_spread

OUT = 'tests/vectors/parts'
N, H = 5, 24
torch.manual_seed(7)
rng = random.Random(7)


def linear(names, rows, columns):
    return {names + '.weight': torch.randn(rows, columns) * .5, names + '.bias': torch.randn(rows) * .5}


def listed(numbers):
    """In the last bits one processor (AVX2) differs from another (AVX-512); no test asks for them."""
    return [round(x, 12) for x in numbers.flatten().tolist()]


def gate_weights(kind):
    if kind == 'concat-linear': return linear('fc', N, 2 * N)
    if kind == 'bilinear': return {'bilinear.weight': torch.randn(N, N, N) * .5, 'bilinear.bias': torch.randn(N) * .5, **linear('fc', N, N)}
    if kind == 'bilinear-wide': return {'bilinear.weight': torch.randn(N + 3, N, N) * .5, 'bilinear.bias': torch.randn(N + 3) * .5, **linear('fc', N, N + 3)}
    if kind.startswith('moe'):
        n = int(kind[3:] or 3); w = linear('gate', n, 2 * N)
        for i in range(n): w.update(linear(f'experts.{i}', N, 2 * N))
        return w
    if kind == 'dynamic': return {**linear('gate', 2, 2 * N), **linear('fc', N, N)}
    if kind == 'cross': return {**linear('gate1', N, N), **linear('gate2', N, N), **linear('fc', N, N)}


def gate(kind, w, d, v):
    L = lambda n, x: F.linear(x, w[n + '.weight'], w[n + '.bias'])
    x = torch.cat([d, v], -1)
    if kind == 'concat-linear': return L('fc', x), None
    if kind.startswith('bilinear'): return L('fc', F.bilinear(d, v, w['bilinear.weight'], w['bilinear.bias'])), None
    if kind.startswith('moe'):
        g = L('gate', x).softmax(-1)
        return (g[..., None] * torch.stack([L(f'experts.{i}', x) for i in range(g.shape[-1])], 1)).sum(1), g
    if kind == 'dynamic':
        g = L('gate', x).softmax(-1)
        return L('fc', g[:, :1] * d + g[:, 1:] * v), g
    if kind == 'cross': return L('fc', torch.sigmoid(L('gate1', v)) * d + torch.sigmoid(L('gate2', d)) * v), None


def gates():
    out = []
    for file, kind in (('concat-linear',) * 2, ('bilinear',) * 2, ('bilinear-wide', 'bilinear'), ('moe',) * 2, ('moe5', 'moe'), ('dynamic',) * 2, ('cross',) * 2):
        w = gate_weights(file); save_file(w, f'{OUT}/gate-{file}.safetensors')
        w = {k: v.double() for k, v in w.items()}
        for case in range(3):
            d = torch.randn(1, N).double() * 3; v = torch.randn(1, N).double().softmax(-1)
            if case == 2: v = F.one_hot(v.argmax(-1), N).double()
            d0, v0 = torch.zeros_like(d), torch.full_like(v, 1 / N)
            g = lambda a, b: gate(file, w, a, b)[0]
            y, mix = gate(file, w, d, v)
            cd = ((y - g(d0, v)) + (g(d, v0) - g(d0, v0))) / 2; cv = ((y - g(d, v0)) + (g(d0, v) - g(d0, v0))) / 2
            out.append(dict(file=f'gate-{file}.safetensors', kind=kind, d=listed(d), v=listed(v), logits=listed(y), weights=listed(mix) if mix is not None else [],
                            vlm=listed(cv), distilled=listed(cd), rest=listed(g(d0, v0)), without_vlm=listed(g(d, v0)), without_distilled=listed(g(d0, v))))
    return out


def heads():
    out = []
    for depth in range(1, 6):
        widths = [H] + [40, 33, 20, 17, 9][:depth] + [N]
        dtype = [torch.float32, torch.bfloat16, torch.float16][depth % 3]
        w = {}
        for i in range(depth + 1): w.update(linear(f'mlp.{3 * i}', widths[i + 1], widths[i]))
        w = {k: v.to(dtype) for k, v in w.items()}; save_file(w, f'{OUT}/head-{depth}.safetensors')
        w = {k: v.double() for k, v in w.items()}

        def run(x):
            for i in range(depth + 1):
                x = F.linear(x, w[f'mlp.{3 * i}.weight'], w[f'mlp.{3 * i}.bias'])
                if i < depth: x = F.gelu(x)
            return x
        tokens = torch.randn(6, H); t = tokens.double(); mean = t.mean(0).float()
        logits = run(mean.double()); label = int(logits.argmax())
        evidence = torch.stack([(run(t.mean(0)) - run(torch.cat([t[:i], t[i + 1:]]).mean(0)))[label] for i in range(6)])
        out.append(dict(file=f'head-{depth}.safetensors', depth=depth, mean=mean.tolist(), logits=listed(logits), tokens=tokens.flatten().tolist(), label=label, evidence=listed(evidence)))
    return out


def domain():
    a = torch.randn(H, H); p = (a @ a.T / H + torch.eye(H) * .1).contiguous(); m = torch.randn(H); x = torch.randn(H)
    save_file({'mean': m, 'precision': p, 'threshold': torch.tensor([3.5])}, f'{OUT}/domain.safetensors')
    d = (x - m).double()
    # Drawn from a seed of its own: what comes behind stays as it is.
    g = torch.Generator().manual_seed(8); a = torch.randn(H + 3, H + 3, generator=g); q = (a @ a.T / H + torch.eye(H + 3) * .1).contiguous()
    both, y = torch.randn(2, H + 3, generator=g)
    save_file({'mean': both.contiguous(), 'precision': q, 'threshold': torch.tensor([2.5])}, f'{OUT}/domain-spread.safetensors')
    e = (y - both).double()
    return dict(x=x.tolist(), distance=((d @ p.double() @ d).sqrt() / 3.5).item(),
                mean=y[:H].tolist(), spread=y[H:].tolist(), distance_of_both=((e @ q.double() @ e).sqrt() / 2.5).item())


def spreads():
    """Tokens [T, H] and what numpy makes of them: several, one alone, the same over and over, nearly the same, nothing but zeros."""
    g = np.random.default_rng(9); token = g.normal(size=(1, H))
    cases = [g.normal(size=(6, H)) * 4, g.normal(size=(40, H)) + 2, token, np.repeat(token, 9, 0), token + g.normal(size=(5, H)) * 1e-5, np.zeros((3, H))]
    return [dict(n=len(t), tokens=t.flatten().tolist(), spread=visual_spread(t).tolist()) for t in (c.astype(np.float32) for c in cases)]


# In the texts of cuts: the project's JSON reader takes no U+0000.
NUL = '\ue000'


def cut(t, end):
    t = t.replace(NUL, '\0')
    i = 0
    while i < len(t):
        if t[i] == '\\': i += 2; continue
        if t.startswith(end, i): break
        i += 1
    complete = i < len(t)
    t = t[:min(i, len(t))]
    try: s = json.loads('"' + t + '"') if end.startswith('"') else t.replace("\\'", "'")
    except ValueError: s = t
    # UTF-8 holds no lone surrogate.
    return ''.join('\ufffd' if 0xd800 <= ord(c) < 0xe000 else c for c in s).replace('\0', NUL), complete


def cuts():
    texts = ['', '"}', 'plain"}', 'plain', 'a \\"quoted\\" word"} tail', 'a "bare" quote"}', 'cut \\', 'cut \\u12', 'tab\there"}', 'line\\nbreak"}', '\\ud83d\\ude00"}', '\\ud83d"}', '\\ud83dx"}',
             '\\ud83d\\u0041"}', '\\u0000"}', '\\x"}', '\\\\"}', '\\\\\\"}"}', "it\\'s'} x", "it's'}", "\\\\'} y", "\\\\'x'}", 'é\\é"}', '\\/"}', '\\u00e9"}', '"', '}', "'", '"x}', 'a\x7f"}']
    letters = ['\\', '\\', '"', '}', "'", 'u', 'd', '8', '3', '0', 'n', '/', '\n', 'é', '😀', 'a', ' ', '\\"', '\\n', '\\ud83d', '\\ude00']
    texts += [''.join(rng.choice(letters) for _ in range(rng.randrange(1, 14))) for _ in range(500)]
    texts += [''.join(rng.choice(['\\"', '\\n', 'a', 'é', '\\u00e9', ' ', '\\\\', "\\'"]) for _ in range(rng.randrange(1, 10))) + rng.choice(['"}', "'}", '"', '']) for _ in range(200)]
    texts += [NUL + '"}', f'a{NUL}b\\n"}}', f'\\n{NUL}', f'\\{NUL}"}}', f"it\\'s{NUL}'}} x", f'\\u00{NUL}0"}}', f'\\\\u0000\\u0000{NUL}.']
    return [[t, end, *cut(t, end)] for t in texts for end in ('"}', "'}", '.')]


def adapters():
    base = Qwen2VLForConditionalGeneration(Qwen2VLConfig(
        text_config=dict(vocab_size=64, hidden_size=32, intermediate_size=48, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2, rope_parameters=dict(rope_type='default', rope_theta=1e4, mrope_section=[2, 1, 1])),
        vision_config=dict(depth=2, embed_dim=16, hidden_size=32, num_heads=2, mlp_ratio=2), image_token_id=3))
    # peft saves the patterns sorted by their keys, and the first that matches wins: here both orders are the same.
    forms = {
        'list': dict(r=4, lora_alpha=8, target_modules=['q_proj', 'v_proj']),
        'rslora': dict(r=4, lora_alpha=8, use_rslora=True, target_modules=['layers.1.self_attn.k_proj', 'q_proj']),
        'patterns': dict(r=4, lora_alpha=8, target_modules=['q_proj', 'down_proj'], rank_pattern={r'layers\.[12]\.mlp\.down_proj': 6, 'mlp.down_proj': 3, 'q_proj': 2}, alpha_pattern={r'layers\.0\..*': 5, 'mlp.down_proj': 12}),
        'regex': dict(r=2, lora_alpha=3, target_modules=r'.*layers\.[02]\.(self_attn\.o_proj|mlp\.(gate|up)_proj)'),
        'visual': dict(r=2, lora_alpha=2, target_modules=r'(model\.visual\.blocks\.\d+\.attn\.(qkv|proj)|.*self_attn\.q_proj)'),
    }
    out = []
    for name, kw in forms.items():
        import copy
        m = get_peft_model(copy.deepcopy(base), LoraConfig(init_lora_weights=False, **kw)); modules = []
        # peft makes a set of a list, and writes it in another order every time.
        m.peft_config['default'].target_modules = kw['target_modules']
        for full, mod in m.named_modules():
            if hasattr(mod, 'lora_A') and 'default' in mod.lora_A:
                saved = full.removeprefix('base_model.model.')
                short = saved.removeprefix('model.').removeprefix('language_model.')
                modules.append([short, mod.r['default'], mod.scaling['default'], mod.lora_A['default'].weight.sum().item()])
        for form in ('new', 'old'):
            d = f'{OUT}/adapter-{name}-{form}'; m.save_pretrained(d)
            if os.path.exists(d + '/README.md'): os.remove(d + '/README.md')
            w = load_file(d + '/adapter_model.safetensors')
            if form == 'old':
                w = {k.replace('model.model.language_model.', 'model.model.').replace('model.model.visual.', 'model.visual.'): v for k, v in w.items()}
                c = json.load(open(d + '/adapter_config.json'))
                # What an older version, with the older module names, would have written.
                if isinstance(c['target_modules'], str): c['target_modules'] = c['target_modules'].replace(r'model\.visual', 'visual')
                json.dump(c, open(d + '/adapter_config.json', 'w'), indent=1)
            save_file(w, d + '/adapter_model.safetensors')
            out.append(dict(folder=os.path.basename(d), modules=modules))
    return out


def expected_config(folder):
    c = Qwen2VLConfig.from_pretrained(folder); t, v = c.text_config, c.vision_config
    p = Qwen2VLImageProcessorPil.from_pretrained(folder)
    try: eos = GenerationConfig.from_pretrained(folder).eos_token_id
    except OSError: eos = getattr(t, 'eos_token_id', None)
    return dict(hidden_size=t.hidden_size, intermediate_size=t.intermediate_size, n_layers=t.num_hidden_layers, n_heads=t.num_attention_heads, n_kv_heads=t.num_key_value_heads,
                vocab_size=t.vocab_size, max_positions=t.max_position_embeddings, rms_norm_eps=t.rms_norm_eps, rope_theta=t.rope_parameters['rope_theta'], mrope_section=t.rope_parameters.get('mrope_section', [16, 24, 24]),
                tied=bool(c.tie_word_embeddings), vision_dim=v.embed_dim, vision_depth=v.depth, vision_heads=v.num_heads, vision_mlp=v.embed_dim * v.mlp_ratio, vision_out=v.hidden_size,
                vision_rope_theta=v.rope_parameters['rope_theta'], image_token_id=c.image_token_id, vision_start_id=c.vision_start_token_id, vision_end_id=c.vision_end_token_id, eos=eos if isinstance(eos, list) else [eos],
                dtype=str(c.dtype).removeprefix('torch.') if c.dtype is not None else '', patch_size=p.patch_size, min_pixels=p.size['shortest_edge'], max_pixels=p.size['longest_edge'],
                resample=int(p.resample), mean=list(p.image_mean), std=list(p.image_std))


def write(folder, **files):
    os.makedirs(folder, exist_ok=True)
    for name, content in files.items(): json.dump(content, open(f'{folder}/{name}.json', 'w'), indent=1)
    return folder


def configs():
    # The forms that are found in the wild: the hub's flat one, one that an older version saved by difference, a nested one, one without optional files.
    hub = dict(architectures=['Qwen2VLForConditionalGeneration'], attention_dropout=0.0, bos_token_id=151643, eos_token_id=151645, vision_start_token_id=151652, vision_end_token_id=151653, vision_token_id=151654,
               image_token_id=151655, video_token_id=151656, hidden_act='silu', hidden_size=1536, initializer_range=0.02, intermediate_size=8960, max_position_embeddings=32768, max_window_layers=28, model_type='qwen2_vl',
               num_attention_heads=12, num_hidden_layers=28, num_key_value_heads=2, rms_norm_eps=1e-06, rope_theta=1000000.0, sliding_window=32768, tie_word_embeddings=True, torch_dtype='bfloat16',
               transformers_version='4.41.2', use_cache=True, use_sliding_window=False,
               vision_config=dict(depth=32, embed_dim=1280, mlp_ratio=4, num_heads=16, in_chans=3, hidden_size=1536, patch_size=14, spatial_merge_size=2, spatial_patch_size=14, temporal_patch_size=2),
               rope_scaling=dict(type='mrope', mrope_section=[16, 24, 24]), vocab_size=151936)
    processor = dict(min_pixels=3136, max_pixels=12845056, patch_size=14, temporal_patch_size=2, merge_size=2, image_mean=[0.48145466, 0.4578275, 0.40821073], image_std=[0.26862954, 0.26130258, 0.27577711],
                     image_processor_type='Qwen2VLImageProcessor', processor_class='Qwen2VLProcessor')
    generation = dict(bos_token_id=151643, pad_token_id=151643, do_sample=True, eos_token_id=[151645, 151643], repetition_penalty=1.0, temperature=0.01, top_p=0.001, top_k=1)
    saved = dict(hub, vision_config=dict(hidden_size=1536, in_chans=3, model_type='qwen2_vl', spatial_patch_size=14), rope_scaling=dict(type='default', rope_type='default', mrope_section=[16, 24, 24]))
    f = [write(OUT + '/config-flat', config=hub, preprocessor_config=processor, generation_config=generation),
         write(OUT + '/config-difference', config=saved, preprocessor_config=dict(processor, size=dict(min_pixels=3136, max_pixels=12845056)), generation_config=dict(generation, eos_token_id=151645)),
         write(OUT + '/config-edges', config=saved, preprocessor_config={k: v for k, v in dict(processor, size=dict(shortest_edge=6272, longest_edge=401408), resample=2, image_mean=[.5, .4, .3], image_std=[.5, .6, .7]).items() if k not in ('min_pixels', 'max_pixels')})]
    nested = OUT + '/config-nested'
    Qwen2VLConfig(text_config=dict(vocab_size=700, hidden_size=96, intermediate_size=200, num_hidden_layers=3, num_attention_heads=6, num_key_value_heads=3, rms_norm_eps=1e-5, tie_word_embeddings=True, eos_token_id=5,
                                   rope_parameters=dict(rope_type='default', rope_theta=5e4, mrope_section=[2, 3, 3])),
                  vision_config=dict(depth=3, embed_dim=48, hidden_size=96, num_heads=3, mlp_ratio=2), image_token_id=9, vision_start_token_id=7, vision_end_token_id=8).save_pretrained(nested)
    json.dump(dict(image_processor=dict(processor, size=dict(shortest_edge=784, longest_edge=28224), min_pixels=None, max_pixels=None)), open(nested + '/processor_config.json', 'w'), indent=1)
    json.dump(dict(processor, max_pixels=50000), open(nested + '/preprocessor_config.json', 'w'), indent=1)
    out = []
    for folder in f + [nested]:
        e = expected_config(folder)
        if folder == nested: e.update(min_pixels=784, max_pixels=28224)   # AutoImageProcessor's order of the two files
        out.append(dict(folder=os.path.basename(folder), **e))
    return out


def chats():
    tok = AutoTokenizer.from_pretrained('data/models/emoscenes/vlm'); out = []
    texts = [('You see one image.', 'Which emotion does it evoke, and why?'), ('', ''), ('Système\nà deux lignes', '  spaces  and\ttabs\n\n'), ('{{ 7 * 7 }}', '{% for x in y %} <|im_end|> <|image_pad|>é'), ('é', '😀 e\u0301')]
    for system, text in texts:
        for image in (True, False):
            content = [{'type': 'text', 'text': text}] + ([{'type': 'image'}] if image else [])
            s = tok.apply_chat_template([{'role': 'system', 'content': system}, {'role': 'user', 'content': content}], tokenize=False, add_generation_prompt=True)
            if image:
                before, after = s.rsplit('<|image_pad|>', 1); parts = [tok(x, add_special_tokens=False)['input_ids'] for x in (before, after)]
                assert parts[0] + tok('<|image_pad|>')['input_ids'] + parts[1] == tok(s, add_special_tokens=False)['input_ids']
            else: parts = [tok(s, add_special_tokens=False)['input_ids'], []]
            out.append(dict(system=system, text=text, image=image, prefix=parts[0], suffix=parts[1]))
    return out


def main():
    shutil.rmtree(OUT, ignore_errors=True); os.makedirs(OUT)
    for name, content in dict(gates=gates(), heads=heads(), domain=domain(), spreads=spreads(), cuts=cuts(), adapters=adapters(), configs=configs(), chats=chats()).items():
        with open(f'{OUT}/{name}.json', 'w') as f: json.dump(content, f, separators=(',', ':')); f.write('\n')


main()
