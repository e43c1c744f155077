import torch
from predict_clock import ONE_IMAGE, ONE_NUMBER, seconds_of
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


report(line=seconds_of(caller(line), ONE_NUMBER), clothes=seconds_of(caller(clothes), ONE_IMAGE))
