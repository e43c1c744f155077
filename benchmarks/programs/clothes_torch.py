import sys
import time
from statistics import median

import torch
from clothes_data import BATCH, training_images
from reporting import REHEARSAL, report

if sys.argv[1] != "all":
    torch.set_num_threads(int(sys.argv[1]))
EPOCHS = 1 if REHEARSAL else 4

images, labels = training_images()
images, labels = torch.from_numpy(images).reshape(-1, 784), torch.from_numpy(labels).long()
model = torch.nn.Sequential(torch.nn.Linear(784, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10))
loss_of = torch.nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7, fused=True)
seconds = []
for _ in range(EPOCHS):
    begin = time.perf_counter()
    order = torch.randperm(len(images))
    total, right = torch.zeros(()), torch.zeros((), dtype=torch.long)
    for rows in order.split(BATCH):
        x, y = images[rows], labels[rows]
        scores = model(x)
        loss = loss_of(scores, y)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        total += loss.detach()
        right += (scores.argmax(1) == y).sum()
    accuracy = right.item() / len(images)
    seconds.append(time.perf_counter() - begin)
report(epoch=median(seconds[1:] or seconds), first=seconds[0], accuracy=100 * accuracy)
