"""Drives Spark's ALS on one machine: spark_als.py FOLDER THREADS"""
import os
import sys
import time

import numpy as np
import pyspark
from pyspark.ml.recommendation import ALS
from pyspark.sql import SparkSession
from rivals import Ratings, answer, implicit_loss, save

folder, threads = sys.argv[1], int(sys.argv[2])
ratings = Ratings(folder)
rows = np.repeat(np.arange(ratings.users), np.diff(ratings.starts))
settings = {
    'spark.master': f'local[{threads}]',
    'spark.driver.memory': '6g',
    # Without checkpoints the lineage of many iterations is read back by a deep recursion.
    'spark.driver.extraJavaOptions': '-Xss64m',
    'spark.ui.enabled': 'false',
    'spark.ui.showConsoleProgress': 'false',
    'spark.driver.host': '127.0.0.1',
    'spark.driver.bindAddress': '127.0.0.1',
    'spark.sql.shuffle.partitions': str(threads),
    'spark.default.parallelism': str(threads),
}
builder = SparkSession.builder.appName('millrace rival')
for name, value in settings.items():
    builder = builder.config(name, value)
spark = builder.getOrCreate()
spark.sparkContext.setLogLevel('ERROR')
path = os.path.join(folder, 'ratings.csv')
columns = np.column_stack([rows, ratings.columns, ratings.confidences, ratings.stars])
np.savetxt(path, columns, fmt=['%d', '%d', '%.4f', '%.4f'], delimiter=',')
table = spark.read.csv(path, schema='user int, item int, confidence float, stars float').repartition(threads).cache()
table.count()


def fit(factors, regularisation, iterations, seed, model='implicit', unobserved=1.0, out=None, losses=True) -> dict:
    """Seconds of the whole fit: Spark tells nothing of its iterations. The vectors go to `out`.users and `out`.items."""
    implicit = model == 'implicit'
    solver = ALS(
        userCol='user',
        itemCol='item',
        ratingCol='confidence' if implicit else 'stars',
        rank=factors,
        regParam=regularisation,
        maxIter=iterations,
        implicitPrefs=implicit,
        alpha=1 / unobserved,
        seed=seed,
        numUserBlocks=threads,
        numItemBlocks=threads,
        checkpointInterval=-1,
    )
    began = time.perf_counter()
    fitted = solver.fit(table)
    fitted.userFactors.count(), fitted.itemFactors.count()
    seconds = time.perf_counter() - began
    x = dense(fitted.userFactors, ratings.users, factors)
    y = dense(fitted.itemFactors, ratings.items, factors)
    if out is not None:
        save(f'{out}.users', x)
        save(f'{out}.items', y)
    return {'seconds': seconds, 'loss': loss(x, y, regularisation, unobserved) if implicit and losses else None}


def dense(table, size: int, factors: int) -> np.ndarray:
    found = np.zeros((size, factors), dtype=np.float32)
    for row in table.collect():
        found[row['id']] = row['features']
    return found


def loss(x, y, regularisation: float, unobserved: float) -> float:
    weights, targets = np.abs(ratings.confidences) / unobserved, (ratings.confidences > 0).astype(np.float64)
    liked_x, liked_y = np.bincount(rows, targets, ratings.users), np.bincount(ratings.columns, targets, ratings.items)
    held = regularisation * liked_x, regularisation * liked_y
    whole = implicit_loss(x, y, weights, targets, rows, ratings.columns, *held)
    # It has 1 + weight on what is observed, and 1 elsewhere: (1 + w)(p - s)^2 is w (p - s)^2 + s^2 - p (2 s - 1)
    scores = np.einsum('ij,ij->i', x[rows], y[ratings.columns])
    return whole - float(np.sum(targets * (2 * scores - 1)))


def about() -> dict:
    return {'version': f'Spark {pyspark.__version__}', 'kernels': [], 'threads': threads}


answer({'fit': fit, 'about': about})
