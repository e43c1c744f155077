import sys
import time

import torch
from convnets_data import BATCH, CLASSES, EPOCHS, NET, SHAPE, report_training, training_data
from torch import nn

CHANNELS_LAST = sys.argv[4] == "channels_last"


def normalized(before, filters, kernel, strides=1, groups=1):
    convolution = nn.Conv2d(before, filters, kernel, strides, kernel // 2, groups=groups, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01))


class Block(nn.Module):
    def __init__(self, before, filters, strides):
        super().__init__()
        self.around = nn.Identity() if strides == 1 else normalized(before, filters, 1, strides)
        self.through = nn.Sequential(
            normalized(before, filters, 3, strides), nn.ReLU(), normalized(filters, filters, 3)
        )

    def forward(self, x):
        return torch.relu(self.through(x) + self.around(x))


def digits():
    return nn.Sequential(
        *(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25)),
        *(nn.Flatten(), nn.Linear(9216, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, CLASSES)),
    )


def lenet():
    return nn.Sequential(
        *(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
        *(nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, CLASSES)),
    )


def sequences():
    return nn.Sequential(
        *(nn.Conv1d(9, 64, 5), nn.ReLU(), nn.Conv1d(64, 64, 5), nn.ReLU(), nn.MaxPool1d(2)),
        *(nn.Flatten(), nn.Linear(3840, CLASSES)),
    )


def resnet():
    blocks = [Block(16, 16, 1), Block(16, 32, 2), Block(32, 64, 2)]
    end = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, CLASSES)]
    return nn.Sequential(normalized(3, 16, 3), nn.ReLU(), *blocks, *end)


def mobilenet():
    parts, before = [normalized(3, 32, 3, 2), nn.ReLU()], 32
    for filters, strides in ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1)):
        parts += [normalized(before, before, 3, strides, groups=before), nn.ReLU()]
        parts += [normalized(before, filters, 1), nn.ReLU()]
        before = filters
    return nn.Sequential(*parts, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(before, CLASSES))


torch.manual_seed(0)
images, labels = (torch.from_numpy(array) for array in training_data())
labels = labels.long()
first = (0, len(SHAPE), *range(1, len(SHAPE)))  # channels come first in torch's shapes
model = {one.__name__: one for one in (digits, lenet, sequences, resnet, mobilenet)}[NET]()
if CHANNELS_LAST:
    model = model.to(memory_format=torch.channels_last)
else:
    images = images.permute(first).contiguous()
loss_of = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7, fused=True)
seconds = []
for _ in range(EPOCHS):
    begin = time.perf_counter()
    total, right = torch.zeros(()), torch.zeros((), dtype=torch.long)
    for rows in torch.randperm(len(images)).split(BATCH):
        x, y = images[rows], labels[rows]
        scores = model(x.permute(first) if CHANNELS_LAST else x)
        loss = loss_of(scores, y)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        total += loss.detach()
        right += (scores.argmax(1) == y).sum()
    accuracy = right.item() / len(images)
    seconds.append(time.perf_counter() - begin)
report_training(seconds, accuracy)
