"""What a training step is judged by: contrastive losses over the questions of one batch.

Each question against the sentences of its own segment, against all sentences, and against all
segments of the batch; and, by `Trained.answers`, which sentence answers it, or that none does.
Knows nothing about optimisers and files.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from training.encoder import Trained
from training.mixture import Batch

# Finding the segment is what tuning forgets first, and its loss is the smallest.
WEIGHTS = {
    "within": 1.0,
    "sentence": 1.0,
    "segment": 2.0,
    "answer within": 1.0,
    "answer": 1.0,
    "answer or none": 1.0,
}
TEMPERATURE = 0.04
_NEVER = -1e4  # the logit of what can't be chosen


def loss_of(encoder: Trained, batch: Batch) -> dict[str, Tensor]:
    """Return the losses of a batch, not yet weighted.

    Negatives are of this batch alone: vectors remembered from the steps before (XBM) reward the
    encoder for drifting away from its own past; with 250 passages of them the held-out score fell
    below the untuned model's within 108 steps.
    """
    pooled = encoder.passages([e.passage for e in batch.examples])
    asked = encoder.questions([*(q.text for _, q in batch.asked), *batch.missed])
    device, count = encoder.device, len(batch.asked)
    questions = asked[:count]
    owner = torch.tensor([number for number, _ in batch.asked]).to(device)
    first = torch.searchsorted(pooled.owner, torch.arange(len(batch.examples)).to(device))
    gold = first[owner] + torch.tensor([q.sentence for _, q in batch.asked]).to(device)
    texts = [e.passage.quote(span) for e in batch.examples for span in e.passage.sentences]
    # The same words elsewhere answer as well, and must not be pushed away.
    numbers = {text: n for n, text in enumerate(dict.fromkeys(texts))}
    same = torch.tensor([numbers[text] for text in texts]).to(device)
    twins = same[gold][:, None] == same
    twins[torch.arange(count), gold] = False
    elsewhere = pooled.owner != owner[:, None]
    scores = (questions @ pooled.sentences.T / TEMPERATURE).masked_fill(twins, _NEVER)
    whole = questions @ pooled.passages.T / TEMPERATURE  # (questions, passages)
    logits, none = encoder.answers(asked, pooled.sentences)
    answers = logits[:count].masked_fill(twins, _NEVER)
    inside = answers.masked_fill(elsewhere, _NEVER)
    # A question that nothing answers has "none" for its answer, among all sentences of the batch.
    every = torch.cat([torch.cat([inside, logits[count:]]), none.expand(len(asked), 1)], dim=1)
    nothing = torch.full((len(batch.missed),), len(texts)).to(device)
    return {
        "within": functional.cross_entropy(scores.masked_fill(elsewhere, _NEVER), gold),
        "sentence": functional.cross_entropy(scores, gold),
        "segment": functional.cross_entropy(whole, owner),
        "answer within": functional.cross_entropy(inside, gold),
        "answer": functional.cross_entropy(answers, gold),
        "answer or none": functional.cross_entropy(every, torch.cat([gold, nothing])),
    }
