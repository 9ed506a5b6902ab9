#!/usr/bin/env python3
"""Trains aether-tiny, a Llama-type text model, on the King James text, on CPU.

Needs Debian's python3-torch, libopenblas0-pthread, bible-kjv and bible-kjv-text (none of which the product needs).
Writes into this folder: float.safetensors (F16, Hugging Face names), config.json, tokenizer.json, heldout.txt,
calibration.txt, prompts.txt and training.json (what was measured). Resumes from its checkpoint when started again.

  ./train.py --minutes 22 --checkpoint /var/tmp/aether-tiny
"""

import argparse
import collections
import hashlib
import json
import math
import os
import subprocess
import sys
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
VOCAB, DIM, LAYERS, HEADS, KV, HEAD_DIM, FF, CONTEXT = 1024, 256, 4, 4, 2, 64, 704, 1024
END = VOCAB - 1  # the end-of-text token: after each chapter
EPS = 1e-5
THETA = 10000.0
# What pretokens() does, as a regular expression of Hugging Face's tokenizers.
PRETOKENS = (
    r" ?[A-Za-z\x{80}-\x{10FFFF}]+| ?[0-9]+| ?[^ \t\n\x0b\x0c\rA-Za-z0-9\x{80}-\x{10FFFF}]+"
    r"|[ \t\n\x0b\x0c\r]+(?= [^ \t\n\x0b\x0c\r])|[ \t\n\x0b\x0c\r]+"
)


def log(*words):
    print(*words, file=sys.stderr, flush=True)


# --- Text ---------------------------------------------------------------------------------------------------------


def chapters():
    """The chapters of the text without verse numbers, verses separated by a newline."""
    out, current = [], None
    raw = subprocess.run(["bible", "-f", "gen1:1-rev22:21"], check=True, capture_output=True, text=True).stdout
    for line in raw.splitlines():
        place, _, verse = line.partition(" ")
        chapter = place.split(":")[0]
        if chapter != current:
            out.append([])
            current = chapter
        out[-1].append(verse.strip())
    return ["\n".join(verses) + "\n" for verses in out]


def pretokens(data):
    """Cuts bytes into runs; the rule is stated in README.md and reimplemented in core/infer."""

    def kind(byte):
        if byte in b" \t\n\v\f\r":
            return 0
        if 48 <= byte <= 57:
            return 2
        if 65 <= byte <= 90 or 97 <= byte <= 122 or byte >= 128:
            return 1
        return 3

    i, n = 0, len(data)
    while i < n:
        start, k = i, kind(data[i])
        while i < n and kind(data[i]) == k:
            i += 1
        if k == 0 and i < n and data[i - 1] == 32:
            if i - 1 > start:
                yield data[start : i - 1]
            start = i - 1
            k = kind(data[i])
            while i < n and kind(data[i]) == k:
                i += 1
        yield data[start:i]


def train_bpe(texts):
    """Merges in order of frequency, ties by the pair; ids 0..255 are bytes, 256.. merges, the last the end token."""
    words = collections.Counter()
    for text in texts:
        words.update(pretokens(text.encode()))
    pieces = [(list(word), count) for word, count in sorted(words.items())]
    merges = []
    where = collections.defaultdict(set)
    counts = collections.Counter()
    for index, (word, count) in enumerate(pieces):
        for pair in zip(word, word[1:]):
            counts[pair] += count
            where[pair].add(index)
    while 256 + len(merges) < END:
        best = max(counts.items(), key=lambda item: (item[1], (-item[0][0], -item[0][1])))[0]
        new = 256 + len(merges)
        merges.append(best)
        for index in sorted(where.pop(best)):
            word, count = pieces[index]
            for pair in zip(word, word[1:]):
                counts[pair] -= count
                if counts[pair] <= 0:
                    del counts[pair]
            merged, i = [], 0
            while i < len(word):
                if i + 1 < len(word) and (word[i], word[i + 1]) == best:
                    merged.append(new)
                    i += 2
                else:
                    merged.append(word[i])
                    i += 1
            pieces[index] = (merged, count)
            for pair in zip(merged, merged[1:]):
                counts[pair] += count
                where[pair].add(index)
        counts.pop(best, None)
    return merges


class Tokenizer:
    def __init__(self, merges):
        self.rank = {pair: 256 + i for i, pair in enumerate(merges)}
        self.bytes = [bytes([i]) for i in range(256)]
        for a, b in merges:
            self.bytes.append(self.bytes[a] + self.bytes[b])
        self.cache = {}

    def encode(self, text):
        out = []
        for word in pretokens(text.encode() if isinstance(text, str) else text):
            ids = self.cache.get(word)
            if ids is None:
                ids = list(word)
                while len(ids) > 1:
                    rank, i = min((self.rank.get(p, 1 << 30), i) for i, p in enumerate(zip(ids, ids[1:])))
                    if rank == 1 << 30:
                        break
                    ids[i : i + 2] = [rank]
                self.cache[word] = ids
            out.extend(ids)
        return out

    def decode(self, ids):
        return b"".join(self.bytes[i] for i in ids if i < len(self.bytes)).decode("utf-8", "replace")


def byte_names():
    """The printable stand-ins of bytes that Hugging Face's byte-level vocabularies use."""
    keep = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    names, spare = {}, 256
    for byte in range(256):
        if byte in keep:
            names[byte] = chr(byte)
        else:
            names[byte] = chr(spare)
            spare += 1
    return names


def write_tokenizer(merges, tokenizer):
    names = byte_names()
    text = ["".join(names[b] for b in piece) for piece in tokenizer.bytes]
    document = {
        "version": "1.0",
        "added_tokens": [
            {"id": END, "content": "<|end|>", "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
        ],
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [
                {
                    "type": "Split",
                    "pattern": {"Regex": PRETOKENS},
                    "behavior": "Isolated",
                    "invert": False,
                },
                {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False},
            ],
        },
        "decoder": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False},
        "model": {
            "type": "BPE",
            "vocab": {piece: i for i, piece in enumerate(text)},
            "merges": [text[a] + " " + text[b] for a, b in merges],
        },
    }
    write("tokenizer.json", json.dumps(document, ensure_ascii=False, indent=0, separators=(",", ":")).encode() + b"\n")


# --- n-gram baseline ----------------------------------------------------------------------------------------------


def ngram_perplexity(train, held, order):
    """Interpolated n-grams with absolute discounting of 0.75, backing off to the uniform distribution."""
    counts = [collections.defaultdict(collections.Counter) for _ in range(order)]
    for n in range(order):
        for i in range(n, len(train)):
            counts[n][tuple(train[i - n : i])][train[i]] += 1
    totals = [{c: sum(f.values()) for c, f in table.items()} for table in counts]
    nll = 0.0
    for i in range(len(held)):
        p = 1.0 / VOCAB
        for n in range(order):
            if n > i:
                break
            context = tuple(held[i - n : i])
            following = counts[n].get(context)
            if following is None:
                break
            total = totals[n][context]
            p = max(following.get(held[i], 0) - 0.75, 0.0) / total + 0.75 * len(following) / total * p
        nll -= math.log(p)
    return math.exp(nll / len(held))


# --- Model --------------------------------------------------------------------------------------------------------


def rope(x, cos, sin):
    half = HEAD_DIM // 2
    a, b = x[..., :half], x[..., half:]
    return torch.cat((a * cos - b * sin, b * cos + a * sin), -1)


class Norm(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(DIM))

    def forward(self, x):
        x = x.float()
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + EPS) * self.weight


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.input_layernorm, self.post_attention_layernorm = Norm(), Norm()
        linear = lambda i, o: nn.Linear(i, o, bias=False)
        self.q_proj, self.k_proj, self.v_proj = linear(DIM, HEADS * HEAD_DIM), linear(DIM, KV * HEAD_DIM), linear(DIM, KV * HEAD_DIM)
        self.o_proj = linear(HEADS * HEAD_DIM, DIM)
        self.gate_proj, self.up_proj, self.down_proj = linear(DIM, FF), linear(DIM, FF), linear(FF, DIM)
        for m in (self.q_proj, self.k_proj, self.v_proj, self.gate_proj, self.up_proj):
            nn.init.normal_(m.weight, std=0.5 / math.sqrt(m.in_features))
        nn.init.zeros_(self.o_proj.weight)
        nn.init.zeros_(self.down_proj.weight)

    def forward(self, x, cos, sin, mask, drop):
        b, t, _ = x.shape
        h = self.input_layernorm(x)
        q = rope(self.q_proj(h).view(b, t, HEADS, HEAD_DIM).transpose(1, 2).float(), cos[:t], sin[:t])
        k = rope(self.k_proj(h).view(b, t, KV, HEAD_DIM).transpose(1, 2).float(), cos[:t], sin[:t])
        v = self.v_proj(h).view(b, t, KV, HEAD_DIM).transpose(1, 2)
        g = HEADS // KV
        q = q.reshape(b, KV, g * t, HEAD_DIM)
        s = torch.matmul(q.to(v.dtype), k.to(v.dtype).transpose(-1, -2)).float().view(b, KV, g, t, t) / math.sqrt(HEAD_DIM)
        p = torch.softmax(s + mask[:t, :t], -1).to(v.dtype).view(b, KV, g * t, t)
        a = torch.matmul(p, v).view(b, HEADS, t, HEAD_DIM).transpose(1, 2).reshape(b, t, -1)
        x = x + F.dropout(self.o_proj(a).float(), drop, self.training)
        h = self.post_attention_layernorm(x)
        return x + F.dropout(self.down_proj(F.silu(self.gate_proj(h)) * self.up_proj(h)).float(), drop, self.training)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed_tokens = nn.Embedding(VOCAB, DIM)
        nn.init.normal_(self.embed_tokens.weight, std=0.02)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.norm = Norm()
        frequency = THETA ** (-torch.arange(0, HEAD_DIM, 2).double() / HEAD_DIM)
        angle = torch.arange(CONTEXT).double()[:, None] * frequency[None]
        self.cos, self.sin = angle.cos().float(), angle.sin().float()
        self.mask = torch.full((CONTEXT, CONTEXT), float("-inf")).triu(1)

    def forward(self, ids, drop=0.0):
        x = F.dropout(self.embed_tokens(ids), drop, self.training)
        for layer in self.layers:
            x = layer(x, self.cos, self.sin, self.mask, drop)
        return F.linear(self.norm(x), self.embed_tokens.weight)


class Muon:
    """Momentum with orthogonalised updates (Newton–Schulz, 5 steps) for matrices."""

    def __init__(self, params):
        self.params = list(params)
        self.momentum = [torch.zeros_like(p) for p in self.params]
        self.groups = collections.defaultdict(list)
        for i, p in enumerate(self.params):
            self.groups[tuple(p.shape)].append(i)

    @torch.no_grad()
    def step(self, rate, beta):
        for shape, members in self.groups.items():
            updates = []
            for i in members:
                grad = self.params[i].grad
                self.momentum[i].lerp_(grad, 1 - beta)
                updates.append(grad.lerp(self.momentum[i], beta))
            x = torch.stack(updates)
            flip = shape[0] > shape[1]
            if flip:
                x = x.transpose(1, 2)
            x = (x / (x.flatten(1).norm(dim=1)[:, None, None] + 1e-7)).bfloat16()
            for _ in range(5):
                a = torch.bmm(x, x.transpose(1, 2))
                x = 3.4445 * x + torch.bmm(-4.7750 * a + 2.0315 * torch.bmm(a, a), x)
            x = x.float()
            if flip:
                x = x.transpose(1, 2)
            scale = max(1.0, shape[0] / shape[1]) ** 0.5
            for j, i in enumerate(members):
                self.params[i].mul_(1 - 0.05 * rate).add_(x[j], alpha=-rate * scale)


def train(tokens, minutes, checkpoint):
    torch.manual_seed(1)
    torch.set_num_threads(os.cpu_count())
    torch.set_flush_denormal(True)
    model = Model()
    matrices = [p for n, p in model.named_parameters() if p.ndim == 2 and "embed" not in n]
    others = [p for n, p in model.named_parameters() if p.ndim == 1 or "embed" in n]
    muon, adam = Muon(matrices), torch.optim.Adam(others, lr=4e-3, betas=(0.9, 0.98))
    data = torch.tensor(tokens)
    path = os.path.join(checkpoint, "state.pt")
    step, spent, rng = 0, 0.0, np.random.default_rng(1)
    if os.path.exists(path):
        state = torch.load(path)
        model.load_state_dict(state["model"])
        adam.load_state_dict(state["adam"])
        muon.momentum, step, spent = state["muon"], state["step"], state["spent"]
        rng = np.random.default_rng(1 + step)
        log(f"resumed at step {step}, {spent / 60:.1f} minutes")
    total, since, losses, saved = minutes * 60.0, time.monotonic(), [], spent
    model.train()
    while True:
        now = time.monotonic()
        spent, since = spent + (now - since), now
        done = spent / total
        if done >= 1 or spent - saved > 120:
            state = {"model": model.state_dict(), "adam": adam.state_dict(), "muon": muon.momentum, "step": step, "spent": spent}
            torch.save(state, path + ".new")
            os.replace(path + ".new", path)
            saved = spent
        if done >= 1:
            break
        decay = 1.0 if done < 0.35 else max(0.0, (1 - done) / 0.65)
        rate = decay * min(1.0, (step + 1) / 40)
        batch, length = (12, 384) if done < 0.85 else (4, CONTEXT)
        at = rng.integers(0, len(tokens) - length - 1, batch)
        window = torch.stack([data[i : i + length + 1] for i in at])
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = model(window[:, :-1], 0.1)
        loss = F.cross_entropy(logits.float().reshape(-1, VOCAB), window[:, 1:].reshape(-1))
        loss.backward()
        muon.step(0.02 * rate, 0.85 + 0.10 * min(1.0, step / 200))
        for group in adam.param_groups:
            group["lr"] = 4e-3 * rate
        adam.step()
        for p in model.parameters():
            p.grad = None
        losses.append(loss.item())
        step += 1
        if step % 20 == 0:
            log(f"step {step} minutes {spent / 60:.1f} loss {np.mean(losses[-20:]):.4f} length {length}")
    return model, step, float(np.mean(losses[-50:])) if losses else float("nan")


@torch.no_grad()
def perplexity(model, tokens):
    """Windows of the whole context that do not overlap; each position has what stands before it in its window."""
    model.eval()
    nll = count = 0
    for start in range(0, len(tokens) - 1, CONTEXT):
        window = torch.tensor(tokens[start : start + CONTEXT + 1])[None]
        if window.shape[1] < 2:
            break
        logits = model(window[:, :-1])
        nll += F.cross_entropy(logits[0], window[0, 1:], reduction="sum").item()
        count += window.shape[1] - 1
    return math.exp(nll / count)


@torch.no_grad()
def sample(model, tokenizer, prompt, count):
    model.eval()
    ids = tokenizer.encode(prompt)
    for _ in range(count):
        best = int(model(torch.tensor(ids[-CONTEXT:])[None])[0, -1].argmax())
        if best == END:
            break
        ids.append(best)
    return tokenizer.decode(ids)


# --- Files --------------------------------------------------------------------------------------------------------


def write(name, data):
    path = os.path.join(HERE, name)
    with open(path + ".new", "wb") as out:
        out.write(data)
    os.replace(path + ".new", path)
    log(f"{name}: {len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}")


def write_safetensors(name, tensors):
    header, offset, body = {"__metadata__": {"format": "pt"}}, 0, []
    for key in sorted(tensors):
        data = tensors[key].detach().to(torch.float16).contiguous().numpy().tobytes()
        header[key] = {"dtype": "F16", "shape": list(tensors[key].shape), "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
        body.append(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    write(name, len(text).to_bytes(8, "little") + text + b"".join(body))


def export(model):
    tensors = {"model.embed_tokens.weight": model.embed_tokens.weight, "model.norm.weight": model.norm.weight}
    for i, layer in enumerate(model.layers):
        for key, value in layer.named_parameters():
            part, _, rest = key.partition("_proj")
            where = {"q": "self_attn.", "k": "self_attn.", "v": "self_attn.", "o": "self_attn."}.get(part, "mlp.") if rest else ""
            tensors[f"model.layers.{i}.{where}{key}"] = value
    write_safetensors("float.safetensors", tensors)
    config = {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": VOCAB, "hidden_size": DIM,
        "num_hidden_layers": LAYERS, "num_attention_heads": HEADS, "num_key_value_heads": KV, "head_dim": HEAD_DIM,
        "intermediate_size": FF, "max_position_embeddings": CONTEXT, "rms_norm_eps": EPS, "rope_theta": THETA,
        "hidden_act": "silu", "tie_word_embeddings": True, "eos_token_id": END, "torch_dtype": "float16",
    }
    write("config.json", json.dumps(config, indent=2).encode() + b"\n")
    with torch.no_grad():  # what is measured is what is written
        for p in model.parameters():
            p.copy_(p.to(torch.float16).float())


def write_texts(train_texts, held_texts, train_tokens, tokenizer):
    write("heldout.txt", "".join(held_texts).encode())
    rng = np.random.default_rng(7)
    windows = []
    for start in rng.integers(0, len(train_tokens) - 512, 64):
        windows.append(tokenizer.decode(train_tokens[start : start + 512]))
    write("calibration.txt", "\f".join(windows).encode())
    prompts, want = [], [24, 40, 64, 96, 128, 48, 80, 32, 200, 16, 8, 300]
    position, turn = 0, 0
    lines = [verse for text in held_texts for verse in text.splitlines()]
    while len(prompts) < 240:
        length = 560 if turn % 30 == 29 else want[turn % len(want)]
        turn += 1
        verse, used = [], 0
        while used < length:
            verse.append(lines[position % len(lines)])
            used += len(tokenizer.encode(verse[-1])) + 1
            position += 1
        ids = tokenizer.encode("\n".join(verse))[:length]
        prompts.append(tokenizer.decode(ids))
    write("prompts.txt", "\f".join(prompts).encode())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=22.0)
    parser.add_argument("--checkpoint", required=True, help="a folder outside the repository")
    options = parser.parse_args()
    os.makedirs(options.checkpoint, exist_ok=True)

    texts = chapters()
    held_texts = [t for i, t in enumerate(texts) if i % 20 == 19]
    train_texts = [t for i, t in enumerate(texts) if i % 20 != 19]
    cache = os.path.join(options.checkpoint, "merges.json")
    if os.path.exists(cache):
        merges = [tuple(pair) for pair in json.load(open(cache))]
    else:
        merges = train_bpe(train_texts)
        json.dump(merges, open(cache, "w"))
    tokenizer = Tokenizer(merges)
    train_tokens = [i for t in train_texts for i in tokenizer.encode(t) + [END]]
    held_tokens = [i for t in held_texts for i in tokenizer.encode(t) + [END]]
    held_bytes = sum(len(t.encode()) for t in held_texts)
    log(f"{len(texts)} chapters, {len(train_tokens)} training tokens, {len(held_tokens)} held out ({held_bytes} bytes)")
    write_tokenizer(merges, tokenizer)
    write_texts(train_texts, held_texts, train_tokens, tokenizer)

    model, steps, loss = train(train_tokens, options.minutes, options.checkpoint)
    export(model)
    float_ppl = perplexity(model, held_tokens)
    log(f"float perplexity on held-out text: {float_ppl:.3f}")
    grams = {n: ngram_perplexity(train_tokens, held_tokens, n) for n in (2, 3, 4, 5)}
    log("n-gram perplexities:", grams)
    prompts = ["In the beginning", "And it came to pass", "The LORD is my shepherd", "Blessed are they"]
    report = {
        "minutes": options.minutes, "steps": steps, "training_loss": loss, "parameters": sum(p.numel() for p in model.parameters()),
        "training_tokens": len(train_tokens), "heldout_tokens": len(held_tokens), "heldout_bytes": held_bytes,
        "float_perplexity": float_ppl, "bits_per_byte": math.log2(float_ppl) * len(held_tokens) / held_bytes,
        "ngram_perplexity": {str(n): p for n, p in grams.items()}, "samples": {p: sample(model, tokenizer, p, 80) for p in prompts},
    }
    write("training.json", json.dumps(report, indent=2, ensure_ascii=False).encode() + b"\n")


if __name__ == "__main__":
    main()
