"""`python -m finetune plan-memory`: what a training run needs in memory, before anything is loaded.

Every figure is a product that is shown with the result. Activations are counted tensor by tensor: what autograd
keeps of one layer is `hidden` · (bytes for each unit of the hidden width) + `intermediate` · (bytes for each unit
of the MLP's width), for each token of a row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from finetune.config import BasePrecision, TrainConfig, as_overrides, load_config
from finetune.model_shapes import ModelShape, shape_of

GB = 1e9
NF4_BLOCK, NF4_OUTER_BLOCK = 64, 256
OPTIMIZER_8BIT_BLOCK = 256
LOGIT_ROWS = 128  # of `answer_loss`: logits exist for so many tokens at a time
LOGIT_COPIES = 3  # scores, probabilities and the scattered gradient, fp32
RUNTIME_BYTES = int(0.9 * GB)  # CUDA context, library workspaces, unused parts of the allocator's blocks
ADAPTER_BYTES = 4  # fp32: PEFT keeps adapters of low-precision bases in full precision


@dataclass(frozen=True)
class Part:
    """One line of the bill: what, how many bytes, and how they come about."""

    name: str
    bytes: int
    arithmetic: str


@dataclass(frozen=True)
class Load:
    """What memory depends on.

    `dense_bytes` is the width of the embedding, the output layer and the norms; for `logit_rows` tokens at a time the
    scores of the whole vocabulary exist. The linear layers are spread over `shards` cards. On a processor, each of
    `processes` has all of it in the same memory.
    """

    shape: ModelShape
    precision: BasePrecision
    rank: int
    eight_bit_optimizer: bool
    row_tokens: int
    checkpointing: bool
    dropout: bool = False
    dense_bytes: int = 2
    logit_rows: int = LOGIT_ROWS
    shards: int = 1
    processes: int = 1

    @property
    def compute_bytes(self) -> int:
        """The width of the numbers that the layers work with."""
        return 4 if self.precision in ("fp32", "int8-cpu") else 2


def load_of(config: TrainConfig, cards: int = 1) -> Load:
    """The load of a training run on each of its `cards`."""
    low = config.base_precision in ("bf16", "nf4")
    return Load(
        shape=shape_of(config.base),
        precision=config.base_precision,
        rank=config.lora.rank,
        eight_bit_optimizer=config.optimizer.name == "paged_adamw_8bit",
        row_tokens=max(config.row_tokens, config.max_tokens),
        checkpointing=config.gradient_checkpointing,
        dropout=config.lora.dropout > 0,
        dense_bytes=2 if low else 4,
        shards=cards if config.shard_frozen else 1,
        processes=config.processes if config.base_precision == "int8-cpu" else 1,
    )


def bill(load: Load) -> list[Part]:
    """Every part of the peak, in the order in which they come into being."""
    return [*_weights(load), *_adapter(load), *_activations(load), _logits(load)]


def for_all_processes(parts: list[Part], load: Load) -> list[Part]:
    """`parts`, and as much again for each further process in the same memory."""
    if load.processes == 1:
        return parts
    further = load.processes - 1
    each = total_bytes(parts)
    return [
        *parts,
        Part("other processes", further * each, f"{further} x {each / GB:.2f} GB, each has a base of its own"),
    ]


def total_bytes(parts: list[Part]) -> int:
    """The sum of the bill."""
    return sum(part.bytes for part in parts)


def plan_memory(
    context: typer.Context,
    config: Annotated[str, typer.Argument(help="A preset or a config file.")],
    card: Annotated[
        float, typer.Option(min=1, help="The memory of a card in GB (10^9 bytes); for int8-cpu the computer's.")
    ] = 32.0,
    cards: Annotated[int, typer.Option(min=1, help="Cards; with shard_frozen the base is spread over them.")] = 1,
) -> None:
    """Say what a config needs on each card, part by part, and whether it fits. Fields as in `train`: --field value."""
    load = load_of(load_config(config, list(as_overrides(context.args))), cards)
    parts = for_all_processes([*bill(load), Part("runtime", RUNTIME_BYTES, "context, workspaces, allocator")], load)
    table = Table("part", "GB", "arithmetic", title=f"{config}: rows of {load.row_tokens} tokens")
    for part in parts:
        table.add_row(part.name, f"{part.bytes / GB:.2f}", part.arithmetic)
    needed = total_bytes(parts) / GB
    table.add_row("total", f"{needed:.2f}", "", style="bold")
    console = Console()
    console.print(table)
    console.print(verdict(needed, card, load))


def verdict(needed: float, card: float, load: Load) -> str:
    """Whether `needed` GB fit a card of `card` GB, and what to change when they don't."""
    place = f"a {'computer' if load.precision == 'int8-cpu' else 'card'} of {card:g} GB"
    if needed <= 0.95 * card:
        return f"Fits {place} with {card - needed:.1f} GB to spare."
    advice = []
    weights = total_bytes(_weights(load)) / GB
    if weights > card and load.precision in ("nf4", "int8-cpu"):
        return f"Does not fit {place}: the weights alone need {weights:.1f} GB. Take a smaller base."
    if load.processes > 1:
        advice.append("--processes 1")
    if load.precision in ("fp32", "bf16"):
        advice.append(f"--cards {2 * load.shards} with --shard_frozen true, or --base_precision nf4")
    if not load.checkpointing:
        advice.append("--gradient_checkpointing true")
    if not load.eight_bit_optimizer and load.precision != "int8-cpu":
        advice.append("--optimizer.name paged_adamw_8bit")
    advice.append(f"--row_tokens {load.row_tokens // 2} (and --max_tokens no larger)")
    word = "Does not fit" if needed > card else "Fits only just"
    return f"{word} {place}: {needed:.1f} GB are needed. Try {', then '.join(advice)}."


def _weights(load: Load) -> list[Part]:
    shape, linear = load.shape, load.shape.linear_weights
    dense = Part(
        "embedding, output, norms",
        shape.dense_weights * load.dense_bytes,
        f"{shape.dense_weights:,} weights x {load.dense_bytes} B",
    )
    if load.precision == "nf4":
        constants = linear // NF4_BLOCK + 4 * (linear // NF4_BLOCK // NF4_OUTER_BLOCK)
        largest = max(inputs * outputs for inputs, outputs in shape.linear_sizes)
        return [
            Part("linear layers, NF4", linear // 2, f"{linear:,} weights x 1/2 B"),
            Part(
                "quantisation constants",
                constants,
                f"1 B a block of {NF4_BLOCK} + 4 B a block of {NF4_BLOCK}x{NF4_OUTER_BLOCK}",
            ),
            Part("one layer unpacked", 2 * largest, f"{largest:,} weights x 2 B, while it is multiplied"),
            dense,
        ]
    if load.precision == "int8-cpu":
        output, how = shape.vocabulary * shape.hidden, "(1 B forward + 1 B backward)"
        return [
            Part("linear layers, int8", 2 * linear, f"{linear:,} weights x {how}"),
            Part("output layer, int8", 2 * output, f"{shape.vocabulary:,} x {shape.hidden} weights x {how}"),
            dense,
        ]
    width = 4 if load.precision == "fp32" else 2
    how = f"{width} B"
    if load.shards == 1:
        return [Part(f"linear layers, {load.precision}", linear * width, f"{linear:,} weights x {how}"), dense]
    layer = linear // shape.layers
    return [
        Part(f"linear layers, {load.precision}", linear * width // load.shards, f"{linear:,} x {how} / {load.shards}"),
        Part("layers put together", 2 * layer * width, f"2 (at work, and the next) x {layer:,} weights x {how}"),
        dense,
    ]


def _adapter(load: Load) -> list[Part]:
    weights = load.shape.adapter_weights(load.rank)
    state = 2 + 2 * 4 / OPTIMIZER_8BIT_BLOCK if load.eight_bit_optimizer else 8
    how = f"2 x (1 B + 4 B a block of {OPTIMIZER_8BIT_BLOCK})" if load.eight_bit_optimizer else "2 x 4 B"
    return [
        Part("adapter", weights * ADAPTER_BYTES, f"{weights:,} weights (rank {load.rank}) x {ADAPTER_BYTES} B"),
        Part("gradients", weights * ADAPTER_BYTES, f"{weights:,} x {ADAPTER_BYTES} B"),
        Part("optimiser", int(weights * state), f"{weights:,} x {how}"),
    ]


def layer_bytes_per_token(load: Load) -> tuple[int, int]:
    """What autograd keeps of one layer, as bytes for each unit of (hidden, intermediate) width.

    Low precision: fp32 copies of the two norms' inputs and of the seven adapters' inputs, query, keys and values
    (repeated for every head) and the attention's result in 2 bytes; of the MLP gate, its activation and the other half.
    Full precision: adapters that share an input share its tensor; dropout gives each its own copy and mask.
    """
    c = load.compute_bytes
    adapter_inputs_hidden, adapter_inputs_mlp = 6, 1
    copies = adapter_inputs_hidden if c == 2 or load.dropout else 3
    mask = 1 if load.dropout else 0
    hidden = 2 * 4 + copies * 4 + 4 * c + adapter_inputs_hidden * mask
    mlp = 3 * c + adapter_inputs_mlp * (4 + mask)
    return hidden, mlp


def _activations(load: Load) -> list[Part]:
    shape, tokens = load.shape, load.row_tokens
    hidden, mlp = layer_bytes_per_token(load)
    layer = tokens * (hidden * shape.hidden + mlp * shape.intermediate)
    formula = f"{tokens:,} tokens x ({hidden} B x {shape.hidden} + {mlp} B x {shape.intermediate})"
    flowing = tokens * load.compute_bytes * 2 * shape.intermediate
    backward = Part("gradients that flow", flowing, f"{tokens:,} x 2 x {shape.intermediate} x {load.compute_bytes} B")
    if not load.checkpointing:
        return [Part("activations", shape.layers * layer, f"{shape.layers} layers x {formula}"), backward]
    kept = shape.layers * tokens * shape.hidden * load.compute_bytes
    return [
        Part("layer inputs kept", kept, f"{shape.layers} x {tokens:,} x {shape.hidden} x {load.compute_bytes} B"),
        Part("one layer made again", layer, formula),
        backward,
    ]


def _logits(load: Load) -> Part:
    rows = min(load.logit_rows, load.row_tokens)
    size = rows * load.shape.vocabulary * 4 * LOGIT_COPIES
    return Part("logits", size, f"{rows} answer tokens x {load.shape.vocabulary:,} x 4 B x {LOGIT_COPIES}")
