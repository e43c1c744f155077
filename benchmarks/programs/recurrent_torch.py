import sys
import time
from statistics import median

import torch
from recurrent_data import BATCH, EPOCHS, FEATURES, UNITS, training_data
from reporting import report
from torch import nn

if sys.argv[3] != "all":
    torch.set_num_threads(int(sys.argv[3]))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(FEATURES, UNITS, batch_first=True)
        self.dense = nn.Linear(UNITS, 1)

    def forward(self, x):
        return self.dense(self.lstm(x)[0][:, -1])


torch.manual_seed(0)
x, y = (torch.from_numpy(array) for array in training_data())
model = Net()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7, fused=True)
seconds = []
for _ in range(EPOCHS):
    begin = time.perf_counter()
    total = torch.zeros(())
    for rows in torch.randperm(len(x)).split(BATCH):
        loss = nn.functional.mse_loss(model(x[rows]), y[rows])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        total += loss.detach()
    total.item()
    seconds.append(time.perf_counter() - begin)
report(epoch=median(seconds[1:]), first=seconds[0])
