import time
from statistics import median

import torch
from reporting import report
from torch import nn
from transformer_data import BATCH, BLOCKS, EPOCHS, HEADS, INNER, TOKENS, WIDTH, training_data


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(TOKENS, WIDTH)
        block = nn.TransformerEncoderLayer(
            WIDTH, HEADS, INNER, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
        )
        self.blocks = nn.TransformerEncoder(block, BLOCKS, nn.LayerNorm(WIDTH), enable_nested_tensor=False)
        self.dense = nn.Linear(WIDTH, 2)

    def forward(self, tokens):
        keep = (tokens != 0).unsqueeze(-1).float()
        x = self.blocks(self.embedding(tokens), src_key_padding_mask=tokens == 0)
        return self.dense((x * keep).sum(1) / keep.sum(1))


torch.manual_seed(0)
tokens, labels = (torch.from_numpy(array) for array in training_data())
labels = labels.long()
model = Net()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7, fused=True)
seconds = []
for _ in range(EPOCHS):
    begin = time.perf_counter()
    total = torch.zeros(())
    for rows in torch.randperm(len(tokens)).split(BATCH):
        loss = nn.functional.cross_entropy(model(tokens[rows]), labels[rows])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        total += loss.detach()
    total.item()
    seconds.append(time.perf_counter() - begin)
report(epoch=median(seconds[1:]), first=seconds[0])
