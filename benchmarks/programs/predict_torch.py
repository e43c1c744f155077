import torch
from predict_clock import MANY_IMAGES, ONE_IMAGE, ONE_NUMBER, seconds_of, seconds_of_other_sizes
from reporting import report

line = torch.nn.Linear(1, 1)
clothes = torch.nn.Sequential(
    torch.nn.Linear(784, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10), torch.nn.Softmax(dim=-1)
)


def caller(module):
    def call(row):
        with torch.inference_mode():
            return module(torch.from_numpy(row)).numpy()

    return call


def by_batches(rows):
    with torch.inference_mode():
        return torch.cat([clothes(part) for part in torch.from_numpy(rows).split(32)]).numpy()


report(
    line=seconds_of(caller(line), ONE_NUMBER),
    clothes=seconds_of(caller(clothes), ONE_IMAGE),
    many=seconds_of(by_batches, MANY_IMAGES),
    others=seconds_of_other_sizes(by_batches),
)
