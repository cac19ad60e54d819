"""Drives `implicit`'s AlternatingLeastSquares, one thread or several: implicit_als.py FOLDER THREADS"""
import sys
import time

import implicit
import numpy as np
from implicit.als import AlternatingLeastSquares
from rivals import Ratings, answer, implicit_loss, save
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_info, threadpool_limits

ratings, threads = Ratings(sys.argv[1]), int(sys.argv[2])
threadpool_limits(1, 'blas')


def matrix(unobserved: float, feedback: str) -> csr_matrix:
    """Its weight of what nobody observed is 1: divided by ours, confidences add to it. A dislike is negative.

    feedback: `weights` as Millrace weighs, `all` ratings alike, or the `liked` ones of four stars and more alike.
    """
    given = {
        'weights': ratings.confidences,
        'all': np.ones_like(ratings.stars),
        'liked': (ratings.stars >= 4).astype(np.float32),
    }[feedback]
    weights = np.sign(given) * (1 + np.abs(given) / unobserved)
    shape = (ratings.users, ratings.items)
    return csr_matrix((weights.astype(np.float32), ratings.columns, ratings.starts), shape)


def fit(factors, regularisation, unobserved, iterations, seed, solver, out=None, losses=True, feedback='weights') -> dict:
    """Seconds of the set-up and of each iteration, and the loss after it; vectors go to `out`-N.users and `out`-N.items.

    Without losses only the last iteration's vectors are left. What is zero is no feedback, and is left out.
    """
    given = matrix(unobserved, feedback)
    given.eliminate_zeros()
    rows = np.repeat(np.arange(ratings.users), np.diff(given.indptr))
    weights, targets = np.abs(given.data).astype(np.float64), (given.data > 0).astype(np.float64)
    seconds, losses_of, judging = [], [], 0.0

    def judge(iteration: int, elapsed: float, _loss) -> None:
        nonlocal judging
        began = time.perf_counter()
        seconds.append(elapsed)
        if losses:
            # What is observed has its weight in place of the 1 that everything has.
            x, y = model.user_factors, model.item_factors
            loss = implicit_loss(x, y, weights - 1, targets, rows, given.indices, regularisation, regularisation)
            # (w - 1)(p - s)^2 + s^2 is w (p - s)^2 but for p (2 s - 1)
            scores = np.einsum('ij,ij->i', x[rows], y[given.indices])
            losses_of.append(loss - float(np.sum(targets * (2 * scores - 1))))
        if out is not None and (losses or iteration + 1 == iterations):
            save(f'{out}-{iteration + 1}.users', model.user_factors)
            save(f'{out}-{iteration + 1}.items', model.item_factors)
        judging += time.perf_counter() - began

    model = AlternatingLeastSquares(
        factors=factors,
        regularization=regularisation,
        iterations=iterations,
        use_cg=solver == 'cg',
        num_threads=threads,
        random_state=seed,
    )
    began = time.perf_counter()
    model.fit(given, show_progress=False, callback=judge)
    whole = time.perf_counter() - began - judging
    fit.model, fit.matrix = model, given
    return {'setup': max(0.0, whole - sum(seconds)), 'seconds': seconds, 'losses': losses_of}


def recommend(n) -> dict:
    """Lists of all users with the vectors fitted last, nothing seen in them."""
    began = time.perf_counter()
    fit.model.recommend(np.arange(ratings.users), fit.matrix, N=n, filter_already_liked_items=True)
    return {'seconds': time.perf_counter() - began}


def about() -> dict:
    kernels = [f"{info['internal_api']} {info.get('architecture', '')}".strip() for info in threadpool_info()]
    return {'version': f'implicit {implicit.__version__}', 'kernels': kernels, 'threads': threads}


answer({'fit': fit, 'recommend': recommend, 'about': about})
