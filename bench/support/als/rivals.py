"""What the drivers of rivals share: the ratings that they are given, and how they answer.

A driver is started once and asked by lines of JSON on standard input; it answers each with one line on standard output.
So it is measured warm, and nothing but the work that was asked for is in its seconds.
"""
import json
import os
import sys

import numpy as np


class Ratings:
    """Rows of users: `starts`, and for each pair its item, and its confidence, negative for a dislike, or its stars."""

    def __init__(self, folder: str):
        with open(os.path.join(folder, 'shape.json'), encoding='utf-8') as file:
            shape = json.load(file)
        self.users, self.items = shape['users'], shape['items']
        self.starts, self.columns, self.confidences, self.stars = (
            np.fromfile(os.path.join(folder, name), dtype)
            for name, dtype in (('starts', '<i4'), ('items', '<i4'), ('confidences', '<f4'), ('stars', '<f4'))
        )


def implicit_loss(x, y, weights, targets, rows, columns, held_x, held_y) -> float:
    """sum over all pairs of (x.y)^2 + over pairs with a weight of weight (target - x.y)^2 + over rows of held |x|^2"""
    scores = np.empty(len(rows))
    for at in range(0, len(rows), 1 << 18):
        part = slice(at, at + (1 << 18))
        scores[part] = np.einsum('ij,ij->i', x[rows[part]], y[columns[part]], dtype=np.float64)
    x, y = x.astype(np.float64), y.astype(np.float64)
    everything = np.sum((x.T @ x) * (y.T @ y))
    seen = np.sum(weights * (targets - scores) ** 2)
    return float(everything + seen + np.sum(held_x * np.sum(x * x, 1)) + np.sum(held_y * np.sum(y * y, 1)))


def save(path: str, factors) -> None:
    np.ascontiguousarray(factors, '<f4').tofile(path)


def answer(commands: dict) -> None:
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(commands[request.pop('command')](**request)), flush=True)
