"""GPT-2 as a PyTorch module, in the shape of Hugging Face's GPT2LMHeadModel, and its weights as safetensors.

Sources: Radford et al. 2019 (the model), the safetensors format (an 8-byte length, a JSON header, raw little-endian data).
Letters used in this folder: B windows in a batch, T tokens in a window, D width, H heads, V vocabulary.
"""
import json
import math
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

HAS_FUSED_ATTENTION = hasattr(F, "scaled_dot_product_attention")


@dataclass(frozen=True)
class Shape:
    """The numbers that fix a model's size."""

    layers: int
    width: int
    heads: int
    context: int
    vocabulary: int


class Attention(nn.Module):
    """Causal self-attention with one matrix for queries, keys and values."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.heads = shape.heads
        self.c_attn = nn.Linear(shape.width, 3 * shape.width)
        self.c_proj = nn.Linear(shape.width, shape.width)

    def forward(self, x, mask):
        b, t, d = x.shape
        size = d // self.heads
        q, k, v = self.c_attn(x).view(b, t, 3, self.heads, size).permute(2, 0, 3, 1, 4).unbind(0)
        if HAS_FUSED_ATTENTION:
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            flat = (b * self.heads, t, size)
            scores = torch.baddbmm(mask, q.reshape(flat), k.reshape(flat).transpose(1, 2), alpha=1 / math.sqrt(size))
            y = (scores.softmax(-1) @ v.reshape(flat)).view(b, self.heads, t, size)
        return self.c_proj(y.transpose(1, 2).reshape(b, t, d))


class Feed(nn.Module):
    """The two-layer network of a block."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.c_fc = nn.Linear(shape.width, 4 * shape.width)
        self.c_proj = nn.Linear(4 * shape.width, shape.width)

    def forward(self, x):
        return self.c_proj(F.gelu(self.c_fc(x), approximate="tanh"))


class Block(nn.Module):
    """One layer: attention and feed-forward, each behind a layer norm and added to its input."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.ln_1, self.attn = nn.LayerNorm(shape.width), Attention(shape)
        self.ln_2, self.mlp = nn.LayerNorm(shape.width), Feed(shape)

    def forward(self, x, mask):
        x = x + self.attn(self.ln_1(x), mask)
        return x + self.mlp(self.ln_2(x))


class GPT2(nn.Module):
    """The network without its head: `forward` gives hidden states, and `wte.weight` is the (tied) head."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        self.wte = nn.Embedding(shape.vocabulary, shape.width)
        self.wpe = nn.Embedding(shape.context, shape.width)
        self.h = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.ln_f = nn.LayerNorm(shape.width)
        for name, p in self.named_parameters():
            if p.dim() == 2:
                nn.init.normal_(p, std=0.02 / (math.sqrt(2 * shape.layers) if "c_proj" in name else 1))
            elif name.endswith("bias"):
                nn.init.zeros_(p)

    def forward(self, tokens, offset):
        """tokens [B, T], offset [B] (position of the first token) -> hidden states after the last layer norm [B, T, D]."""
        t = tokens.shape[1]
        x = self.wte(tokens) + self.wpe(offset[:, None] + torch.arange(t, device=tokens.device))
        mask = None if HAS_FUSED_ATTENTION else torch.full((1, t, t), -1e9, device=x.device).triu(1)
        for block in self.h:
            x = block(x, mask)
        return self.ln_f(x)

    def logits(self, tokens):
        """tokens [B, T] from position 0 -> logits of the next token [B, T, V]."""
        offset = torch.zeros(tokens.shape[0], dtype=torch.long, device=tokens.device)
        return F.linear(self.forward(tokens, offset), self.wte.weight)

    def matrices(self):
        """The blocks' weight matrices: what Muon trains. Everything else belongs to AdamW."""
        return [p for name, p in self.named_parameters() if name.startswith("h.") and p.dim() == 2]


def read_safetensors(path):
    """Name -> float32 array. Reads F32, F16 and BF16 tensors."""
    raw = Path(path).read_bytes()
    start = 8 + struct.unpack("<Q", raw[:8])[0]
    result = {}
    for name, about in json.loads(raw[8:start]).items():
        if name == "__metadata__":
            continue
        first, last = about["data_offsets"]
        data = raw[start + first : start + last]
        if about["dtype"] == "BF16":
            array = (np.frombuffer(data, "<u2").astype(np.uint32) << 16).view(np.float32)
        else:
            array = np.frombuffer(data, {"F32": "<f4", "F16": "<f2"}[about["dtype"]]).astype(np.float32)
        result[name] = array.reshape(about["shape"])
    return result


def write_safetensors(path, arrays, half=False):
    """Writes name -> array as float32, or float16 with `half`."""
    header, blobs, offset = {"__metadata__": {"format": "pt"}}, [], 0
    for name, array in arrays.items():
        blob = np.ascontiguousarray(array, "<f2" if half else "<f4").tobytes()
        end = offset + len(blob)
        header[name] = {"dtype": "F16" if half else "F32", "shape": list(array.shape), "data_offsets": [offset, end]}
        blobs.append(blob)
        offset = end
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(head)) + head)
        file.writelines(blobs)


def is_conv1d(name):
    """GPT-2 keeps the blocks' matrices as [in, out]; PyTorch's Linear keeps [out, in]."""
    return ".h." in f".{name}" and name.endswith("weight") and ".ln_" not in f".{name}"


def save_model(model, folder, eot, half=False):
    """Writes config.json and model.safetensors in the GPT2LMHeadModel layout. `eot` is the end-of-text token."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {}
    for name, p in model.state_dict().items():
        array = p.detach().float().cpu().numpy()
        arrays["transformer." + name] = array.T if is_conv1d(name) else array
    write_safetensors(folder / "model.safetensors", arrays, half)
    s = model.shape
    config = {
        "architectures": ["GPT2LMHeadModel"],
        "model_type": "gpt2",
        "activation_function": "gelu_new",
        "n_ctx": s.context,
        "n_positions": s.context,
        "n_embd": s.width,
        "n_layer": s.layers,
        "n_head": s.heads,
        "vocab_size": s.vocabulary,
        "bos_token_id": eot,
        "eos_token_id": eot,
        "layer_norm_epsilon": 1e-05,
        "tie_word_embeddings": True,
    }
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")


def load_model(folder):
    """Reads a folder in the GPT2LMHeadModel layout."""
    folder = Path(folder)
    c = json.loads((folder / "config.json").read_text())
    model = GPT2(Shape(c["n_layer"], c["n_embd"], c["n_head"], c["n_positions"], c["vocab_size"]))
    state = {}
    for name, array in read_safetensors(folder / "model.safetensors").items():
        name = name.removeprefix("transformer.")
        if name in model.state_dict():
            state[name] = torch.from_numpy((array.T if is_conv1d(name) else array).copy())
    model.load_state_dict(state)
    return model
