#!/usr/bin/env python3
"""Millrace's model on Apache Spark, both ways.

  train   reads ratings as Event Hubs Capture has written them, trains Spark's ALS, for implicit feedback and for
          stars, and writes a generation that `millrace models import` takes.
  score   reads a generation that Millrace or Spark has written, and the ratings, and writes the best items that each
          user has not seen: the lists and scores of `millrace score`.

On a cluster:      spark-submit --packages org.apache.spark:spark-avro_2.13:4.1.1 millrace_als.py train ...
On this machine:   python3 millrace_als.py train --conf spark.master='local[*]' --conf spark.jars=JAR ...

Exit codes: 0 done, 1 failed, 2 misused. With `--json` the last line of standard output is one JSON object.
"""
import argparse
import glob
import json
import logging
import os
import re
import sys
import time
from datetime import datetime, timezone
from functools import reduce

import numpy as np
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.ml.recommendation import ALS
from pyspark.sql import Column, DataFrame, DataFrameReader, SparkSession, Window
from pyspark.sql import functions as F
from pyspark.sql.avro.functions import from_avro

SCHEMAS = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'schemas')
KINDS = ('rating', 'order', 'view', 'return', 'alias', 'erase')
SEEN = ('rating', 'order', 'return')  # whoever did one of them with an item is not shown it again
CONFIDENCE_STEPS = 16  # confidences are integers in sixteenths
STAR_EXPONENT = 10  # of the grid of star factors and biases
MOST_FACTOR = 32_767  # -32768 overflows the kernel's multiplication of pairs
EARLIEST = 631_152_000_000  # 1990: nobody rated anything on line before
DAY = 86_400_000
WEIGHTS = {
    'ageBounds_ms': [],
    'rules': [
        {'kind': 'rating', 'atLeast': 0.5, 'preference': 0, 'confidence': [32]},
        {'kind': 'rating', 'atLeast': 2.5, 'preference': 0, 'confidence': [16]},
        {'kind': 'rating', 'atLeast': 3, 'preference': 1, 'confidence': [24]},
        {'kind': 'rating', 'atLeast': 3.5, 'preference': 1, 'confidence': [28]},
        {'kind': 'rating', 'atLeast': 4, 'preference': 1, 'confidence': [32]},
        {'kind': 'rating', 'atLeast': 4.5, 'preference': 1, 'confidence': [40]},
        {'kind': 'rating', 'atLeast': 5, 'preference': 1, 'confidence': [48]},
        {'kind': 'order', 'atLeast': 0, 'preference': 1, 'confidence': [32]},
        {'kind': 'view', 'atLeast': 0, 'preference': 1, 'confidence': [8]},
    ],
}


class Refused(Exception):
    """Input that nothing can be made of: says what, where, and what to do."""


# -- ratings ------------------------------------------------------------------------------------------------------


# What is read of an event of https://learn.microsoft.com/azure/event-hubs/event-hubs-capture-overview
EVENT_DATA = {
    'type': 'record',
    'name': 'Microsoft.ServiceBus.Messaging.EventData',
    'fields': [{'name': 'EnqueuedTimeUtc', 'type': 'string'}, {'name': 'Body', 'type': ['null', 'bytes']}],
}


def captured(spark: SparkSession, folder: str, schemas: list[str]) -> DataFrame:
    """Events from {Partition}/{Year}/.../{Second}.avro below the folder of the hub, each with `problem` or null.

    A body is a record in Avro's single-object encoding: C3 01, the fingerprint of its writer's schema, the record.
    """
    body = F.coalesce(F.col('Body'), F.unhex(F.lit('')))
    events = containers(spark, folder).option('avroSchema', json.dumps(EVENT_DATA)).load().select(
        body.alias('body'),
        F.hex(F.substring(body, 1, 10)).alias('frame'),
        F.unix_millis(enqueued(F.col('EnqueuedTimeUtc'))).alias('origin'),
    )
    return reduce(DataFrame.unionByName, decoded(spark, events, schemas))


def enqueued(text: Column) -> Column:
    """Capture writes `4/29/2026 3:46:59 PM`, in UTC; tools that write its files anew prefer ISO 8601."""
    american = F.concat(text, F.lit(' +00:00'))
    return F.coalesce(F.try_to_timestamp(american, F.lit('M/d/yyyy h:mm:ss a XXX')), F.try_to_timestamp(text))


def decoded(spark: SparkSession, events: DataFrame, schemas: list[str]) -> list[DataFrame]:
    """For each schema that may have written events those that it did; last, the events that no schema has written."""
    frames = {frame_of(spark, schema): schema for schema in schemas}
    known = []
    for frame, schema in frames.items():
        record = from_avro(F.expr('substring(body, 11)'), schema, {'mode': 'PERMISSIVE', 'avroSchema': schemas[0]})
        known.append(events.where(F.col('frame') == frame).select(record.alias('event'), 'origin'))
    other = events.where(~F.col('frame').isin(list(frames)))
    unknown = other.select(*(F.lit(None).alias(name) for name in FIELDS), F.lit('schema').alias('problem'))
    return [judged(fields_of(part)) for part in known] + [unknown]


FIELDS = ('eventId', 'tenant', 'userId', 'sessionId', 'itemId', 'kind', 'value', 'time')


def frame_of(spark: SparkSession, schema: str) -> str:
    """The ten bytes before each record of the schema, in hexadecimal digits."""
    avro = spark._jvm.org.apache.avro
    fingerprint = avro.SchemaNormalization.parsingFingerprint64(avro.Schema.Parser().parse(schema))
    return 'C301' + int(fingerprint).to_bytes(8, 'little', signed=True).hex().upper()


def plain(spark: SparkSession, folder: str, schema: str) -> DataFrame:
    """Events from Avro container files of ratings; they came when they happened."""
    records = containers(spark, folder).option('avroSchema', schema).load()
    return judged(fields_of(records.select(F.struct(*FIELDS).alias('event'), F.unix_millis('time').alias('origin'))))


def containers(spark: SparkSession, folder: str) -> DataFrameReader:
    """All Avro container files in a folder and the folders in it."""
    reader = spark.read.format('avro').option('recursiveFileLookup', True).option('pathGlobFilter', '*.avro')
    return reader.option('path', folder)


def fields_of(records: DataFrame) -> DataFrame:
    fields = [F.col(f'event.{name}').alias(name) for name in FIELDS[:-1]]
    return records.select(*fields, F.unix_millis('event.time').alias('time'), 'origin')


def judged(events: DataFrame) -> DataFrame:
    """`problem` says which field is not as Millrace demands it: the rules of src/recommender/domain/validate.ts."""
    kind, value, time_ms = F.col('kind'), F.col('value'), F.col('time')
    about_item = ~kind.isin('alias', 'erase')
    has_user, has_session = sound_id('userId'), sound_id('sessionId')
    anonymous = (F.col('userId') == '') & has_session
    user = F.when(kind == 'alias', has_user & has_session).when(kind == 'erase', has_user).otherwise(has_user | anonymous)
    item = F.when(about_item, sound_id('itemId')).otherwise(F.col('itemId') == '')
    quantity = (value >= 1) & (value <= 1_000_000) & (value == F.floor(value))
    sound_value = (
        F.when(kind == 'rating', (value == 0) | ((value >= 0.5) & (value <= 5) & (value * 2 == F.floor(value * 2))))
        .when(kind.isin('order', 'return'), quantity)
        .when(kind == 'view', value == 1)
        .otherwise(value == 0)
    )
    sound_time = (time_ms >= EARLIEST) & (time_ms <= F.col('origin') + DAY)
    problem = (
        F.when(kind.isNull(), 'record')
        .when(~F.col('tenant').rlike(TENANT), 'tenant')
        .when(~sound_id('eventId'), 'eventId')
        .when(~user, 'userId')
        .when(~item, 'itemId')
        .when(~sound_value | F.isnan(value), 'value')
        .when(~sound_time | time_ms.isNull() | F.col('origin').isNull(), 'time')
    )
    told = events.withColumn('problem', problem).drop('origin')
    return told.withColumns({name: scoped(name) for name in ('userId', 'sessionId', 'itemId')})


# src/recommender/domain/tenant.ts: no id holds control characters, so that no two tenants have one in common.
TENANT = '^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)?$'
SEPARATOR = '\x1f'


def scoped(name: str) -> Column:
    tenant, id = F.col('tenant'), F.col(name)
    return F.when((tenant == '') | (id == ''), id).otherwise(F.concat(tenant, F.lit(SEPARATOR), id))


def tenant_of(id: str) -> str:
    return id.split(SEPARATOR, 1)[0] if SEPARATOR in id else ''


def sound_id(name: str) -> Column:
    id = F.col(name)
    return (id != '') & (F.length(utf16(id)) <= 512) & ~id.rlike('[\\x00-\\x1f\\x7f]')


def utf16(text: Column) -> Column:
    """Compares as Millrace compares ids: by UTF-16 code units."""
    return F.encode(text, 'UTF-16BE')


def known_events(events: DataFrame) -> DataFrame:
    """Sound events about items: sessions are merged into their users, and what a user has erased is gone."""
    sound = events.where(F.col('problem').isNull())
    aliases = sound.where(F.col('kind') == 'alias').groupBy('sessionId')
    aliases = aliases.agg(F.max_by('userId', F.struct('time', utf16(F.col('eventId')))).alias('owner'))
    erased = sound.where(F.col('kind') == 'erase').groupBy('userId').agg(F.max('time').alias('erasedAt'))
    about_items = sound.where(~F.col('kind').isin('alias', 'erase'))
    named = about_items.join(aliases, 'sessionId', 'left').withColumn(
        'userId', F.when(F.col('userId') != '', F.col('userId')).otherwise(F.coalesce('owner', 'sessionId'))
    )
    kept = F.col('erasedAt').isNull() | (F.col('time') > F.col('erasedAt'))
    return named.join(erased, 'userId', 'left').where(kept).select('eventId', 'userId', 'itemId', 'kind', 'value', 'time')


def standing(events: DataFrame) -> DataFrame:
    """Without what was taken back: a rating of value 0 deletes what was rated up to its time."""
    is_rating, value = F.col('kind') == 'rating', F.col('value')
    deleted = events.where(is_rating & (value == 0)).groupBy('userId', 'itemId').agg(F.max('time').alias('deletedAt'))
    stands = F.col('deletedAt').isNull() | ~is_rating | (F.col('time') > F.col('deletedAt'))
    return events.join(deleted, ['userId', 'itemId'], 'left').where(stands).drop('deletedAt')


# -- folding: src/als/fold.ts and src/als/weights.ts ----------------------------------------------------------------


def folded(events: DataFrame, weights: dict) -> DataFrame:
    """One row for each user and item: preference, confidence in sixteenths (0 says nothing), and stars or null."""
    newest = F.max(F.struct('time', utf16(F.col('eventId')).alias('id'), 'value'))
    now = events.agg(F.max('time').alias('now'))
    facts = standing(events).groupBy('userId', 'itemId').pivot('kind', list(KINDS[:4])).agg(newest).crossJoin(F.broadcast(now))
    said = [weigh(kind, weights) for kind in ('rating', 'order', 'view')]
    weight = F.coalesce(*said, F.struct(F.lit(0).alias('preference'), F.lit(0).alias('confidence')))
    return facts.select('userId', 'itemId', weight.alias('weight'), F.col('rating.value').alias('stars')).select(
        'userId', 'itemId', 'weight.preference', 'weight.confidence', 'stars'
    )


def weigh(kind: str, weights: dict) -> Column:
    """What the newest event of a kind says, by the rule with the greatest `atLeast` that its value reaches."""
    fact = F.col(kind)
    age = F.col('now') - fact['time']
    bucket = sum((F.when(age >= bound, 1).otherwise(0) for bound in weights['ageBounds_ms']), F.lit(0))
    weight = F.lit(None)
    for rule in sorted((rule for rule in weights['rules'] if rule['kind'] == kind), key=lambda rule: rule['atLeast']):
        confidence = F.array(*map(F.lit, rule['confidence']))[bucket]
        said = F.struct(F.lit(rule['preference']).alias('preference'), confidence.alias('confidence'))
        weight = F.when(fact['value'] >= rule['atLeast'], F.when(confidence > 0, said)).otherwise(weight)
    # A return retracts the orders and views before it, not the rating, which is the user's own word.
    retracted = F.coalesce(F.col('return')['time'] >= fact['time'], F.lit(False))
    return F.when(fact.isNotNull() & (F.lit(kind == 'rating') | ~retracted), weight)


# -- training -------------------------------------------------------------------------------------------------------


def numbered(pairs: DataFrame, column: str) -> DataFrame:
    """Every id with a number, in the order of ids: Spark's ALS knows only integers."""
    return pairs.select(column).distinct().withColumn(f'{column}Number', F.row_number().over(Window.orderBy(column)))


def als(flags: argparse.Namespace, **more) -> ALS:
    return ALS(
        userCol='userIdNumber',
        itemCol='itemIdNumber',
        ratingCol='target',
        seed=flags.seed,
        nonnegative=flags.nonnegative,
        numUserBlocks=flags.user_blocks,
        numItemBlocks=flags.item_blocks,
        blockSize=flags.block_size,
        checkpointInterval=flags.checkpoint_interval,
        intermediateStorageLevel=flags.intermediate_storage_level,
        finalStorageLevel=flags.final_storage_level,
        **more,
    )


def train_lists(pairs: DataFrame, flags: argparse.Namespace) -> tuple[DataFrame, DataFrame]:
    """Factors that rank items: Spark's ALS for implicit feedback, in which a dislike is a negative rating."""
    confidence = F.col('confidence') / CONFIDENCE_STEPS
    target = F.when(F.col('preference') == 1, confidence).otherwise(-confidence)
    targets = pairs.withColumn('target', target)
    solver = als(
        flags,
        implicitPrefs=True,
        rank=flags.rank,
        maxIter=flags.iterations,
        regParam=flags.regularisation,
        alpha=flags.alpha,
    )
    return factors(solver, targets)


def train_stars(pairs: DataFrame, mean: float, flags: argparse.Namespace) -> tuple[DataFrame, DataFrame]:
    """Biases as Millrace solves them where there are no factors, of items first; Spark's explicit ALS for the rest."""
    rated = pairs.where(F.col('stars').isNotNull())
    count = F.count('*')
    held = count + flags.bias_regularisation * (count + flags.bias_prior)
    item_bias = (F.sum(F.col('stars') - mean) / held).alias('itemBias')
    items = rated.groupBy('itemIdNumber').agg(item_bias)
    rated = rated.join(items, 'itemIdNumber')
    user_bias = (F.sum(F.col('stars') - mean - F.col('itemBias')) / held).alias('userBias')
    users = rated.groupBy('userIdNumber').agg(user_bias)
    unexplained = F.col('stars') - mean - F.col('itemBias') - F.col('userBias')
    targets = rated.join(users, 'userIdNumber').withColumn('target', unexplained)
    solver = als(flags, rank=flags.star_rank, maxIter=flags.star_iterations, regParam=flags.star_regularisation)
    user_factors, item_factors = factors(solver, targets)
    return (
        users.join(user_factors, F.col('id') == F.col('userIdNumber')).select('id', 'features', F.col('userBias').alias('bias')),
        items.join(item_factors, F.col('id') == F.col('itemIdNumber')).select('id', 'features', F.col('itemBias').alias('bias')),
    )


def factors(solver: ALS, targets: DataFrame) -> tuple[DataFrame, DataFrame]:
    model = solver.fit(targets)
    return model.userFactors, model.itemFactors


# -- the grid ---------------------------------------------------------------------------------------------------------


def extent(rows: DataFrame, width: int) -> dict:
    """Greatest absolute value, greatest length, and greatest sum of squares of a column; zeros where there are no rows."""
    values = F.transform('features', lambda x: x.cast('double'))
    squares = [F.sum(F.pow(F.col('features')[f].cast('double'), 2)) for f in range(width)]
    length = F.sqrt(F.aggregate(values, F.lit(0.0), lambda sum, x: sum + x * x))
    value = F.array_max(F.transform(values, F.abs))
    found = rows.agg(F.max(value), F.max(length), F.greatest(*squares, F.lit(0.0))).first()
    return {'value': found[0] or 0.0, 'length': found[1] or 0.0, 'sum': found[2] or 0.0}


def exponents(users: dict, items: dict, finest: int) -> tuple[int, int]:
    """The finest grids, 2^-exponent, on which nothing saturates and all sums stay exact, half of each range left free.

    The bounds of docs/ARCHITECTURE.md: values within 32767, dot products under 2^31, Gram matrices under 2^53.
    """

    def fits(user: int, item: int) -> bool:
        sides = ((users, user), (items, item))
        alone = all(side['value'] * 2**g <= MOST_FACTOR / 2 and side['sum'] * 4**g < 2**52 for side, g in sides)
        return alone and users['length'] * items['length'] * 2 ** (user + item) < 2**30

    choices = ((user, item) for user in range(finest, 3, -1) for item in range(finest, 3, -1) if fits(user, item))
    found = max(choices, key=lambda pair: (pair[0] + pair[1], -abs(pair[0] - pair[1])), default=None)
    if found is None:
        values = f"{users['value']} of users and {items['value']} of items"
        raise Refused(f'Factors up to {values} fit no grid of 2^-4 or finer: raise the regularisation')
    return found


def on_grid(values: Column, exponent: int) -> Column:
    """Half to even, as Millrace rounds."""
    return F.transform(values, lambda x: F.rint(x.cast('double') * 2**exponent).cast('int'))


def vectors_of(ids: DataFrame, lists: DataFrame, stars: DataFrame, events: DataFrame, exponent: int, flags) -> DataFrame:
    """The records of users.avro or items.avro of one tenant; who has no factors has zeros."""
    name, number = ids.columns
    factors = lists.select(F.col('id').alias(number), on_grid(F.col('features'), exponent).alias('factors'))
    star_factors = on_grid(F.col('features'), STAR_EXPONENT).alias('starFactors')
    stars = stars.select(F.col('id').alias(number), star_factors, 'bias')
    joined = ids.join(factors, number, 'left').join(stars, number, 'left').join(events, number, 'left')
    records = joined.select(
        F.col(name).alias('id'),
        F.coalesce('factors', F.array_repeat(F.lit(0), flags.rank)).alias('factors'),
        F.coalesce('starFactors', F.array_repeat(F.lit(0), flags.star_rank)).alias('starFactors'),
        (F.rint(F.coalesce('bias', F.lit(0.0)) * 2**STAR_EXPONENT) / 2**STAR_EXPONENT).alias('bias'),
        F.coalesce('events', F.lit(0)).cast('long').alias('events'),
    )
    return records


# -- files ------------------------------------------------------------------------------------------------------------

FORMAT = 'millrace-generation-1'
VECTOR = {
    'type': 'record',
    'name': 'millrace.GenerationVector',
    'fields': [
        {'name': 'id', 'type': 'string'},
        {'name': 'factors', 'type': {'type': 'array', 'items': 'int'}},
        {'name': 'starFactors', 'type': {'type': 'array', 'items': 'int'}},
        {'name': 'bias', 'type': 'double'},
        {'name': 'events', 'type': 'long'},
    ],
}
HEAD_TYPES = (
    ('format', 'string'),
    ('name', 'string'),
    ('generation', 'int'),
    ('model', 'string'),
    ('settings', 'string'),
    ('factors', 'int'),
    ('userExponent', 'int'),
    ('itemExponent', 'int'),
    ('starFactors', 'int'),
    ('starExponent', 'int'),
    ('meanStars', 'double'),
    ('users', 'long'),
    ('items', 'long'),
    ('base', 'long'),
    ('seed', 'long'),
    ('trainedAt', 'timestamp'),
    ('cause', 'string'),
    ('quality', 'string'),
    ('objective', 'optional'),
    ('engine', 'string'),
)
AVRO_TYPES = {'timestamp': {'type': 'long', 'logicalType': 'timestamp-millis'}, 'optional': ['null', 'double']}
SQL_TYPES = {'string': 'string', 'int': 'int', 'long': 'bigint', 'double': 'double', 'timestamp': 'timestamp', 'optional': 'double'}
HEAD = {
    'type': 'record',
    'name': 'millrace.Generation',
    'fields': [{'name': name, 'type': AVRO_TYPES.get(type, type)} for name, type in HEAD_TYPES],
}


class Files:
    """Spark writes folders of parts; a generation has single files. By Hadoop, so that it may be any storage."""

    def __init__(self, spark: SparkSession, folder: str):
        self.spark, self.folder = spark, folder
        self.paths = spark._jvm.org.apache.hadoop.fs.Path
        self.system = self.paths(folder).getFileSystem(spark._jsc.hadoopConfiguration())

    def require_free(self, overwrite: bool) -> None:
        path = self.paths(self.folder)
        if not self.system.exists(path):
            return
        if not overwrite:
            raise Refused(f'{self.folder} is there already: give another --out, or replace it with --overwrite')
        self.system.delete(path, True)

    def write_avro(self, rows: DataFrame, name: str, schema: dict) -> None:
        self.write(rows.write.format('avro').option('avroSchema', json.dumps(schema)).option('compression', 'deflate'), name)

    def write(self, writer, name: str) -> None:
        """Writes rows that are one partition, beside the folder's files, then puts the part in its place."""
        parts = f'{self.folder}/.{name}.parts'
        writer.save(parts)
        part = self.system.globStatus(self.paths(f'{parts}/part-*'))[0].getPath()
        self.system.rename(part, self.paths(f'{self.folder}/{name}'))
        self.system.delete(self.paths(parts), True)
        self.system.delete(self.paths(f'{self.folder}/.{name}.crc'), False)  # Hadoop's own; nobody else knows it


# -- train ------------------------------------------------------------------------------------------------------------


class Part:
    """A tenant, which is trained by itself: docs/decisions/0069."""

    def __init__(self, spark: SparkSession, events: DataFrame, flags: argparse.Namespace):
        pairs = folded(known_events(events), weights_of(flags)).persist()
        self.ids = [numbered(pairs, name).persist() for name in ('userId', 'itemId')]
        self.pairs = reduce(lambda rows, ids: rows.join(ids, ids.columns[0]), self.ids, pairs).persist()
        self.weighed = self.pairs.where(F.col('confidence') > 0)
        self.size = dict(zip(('users', 'items', 'pairs'), (*(ids.count() for ids in self.ids), self.weighed.count())))
        self.stars_sum, self.ratings = self.pairs.agg(F.sum('stars'), F.count('stars')).first()
        nothing = spark.createDataFrame([], 'id int, features array<float>, bias double')
        mean = self.stars_sum / self.ratings if self.ratings else None
        self.lists = (nothing, nothing) if self.size['pairs'] == 0 else train_lists(self.weighed, flags)
        self.stars = (nothing, nothing) if mean is None else train_stars(self.pairs, mean, flags)

    def vectors(self, side: int, exponent: int, flags: argparse.Namespace) -> DataFrame:
        ids = self.ids[side]
        events = self.weighed.groupBy(ids.columns[1]).agg(F.count('*').alias('events'))
        return vectors_of(ids, self.lists[side], self.stars[side], events, exponent, flags)


def train(spark: SparkSession, flags: argparse.Namespace) -> dict:
    began = time.monotonic()
    files = Files(spark, flags.out)
    files.require_free(flags.overwrite)
    events = read_events(spark, flags).persist()
    told = told_of(events, flags.most_invalid)
    tenants = sorted(row['tenant'] for row in events.where(F.col('problem').isNull()).select('tenant').distinct().collect())
    parts = [Part(spark, events.where(F.col('tenant') == tenant), flags) for tenant in tenants]
    size = {name: sum(part.size[name] for part in parts) for name in ('users', 'items', 'pairs')}
    if size['pairs'] == 0:
        raise Refused('No event says anything by these weights: name other ratings, or other --weights')
    ratings = sum(part.ratings for part in parts)
    mean = sum(part.stars_sum or 0 for part in parts) / ratings if ratings else None
    # All on one grid, as vectors of one generation are.
    grids = exponents(*(extent(together(part.lists[side] for part in parts if part.size['pairs']), flags.rank) for side in (0, 1)), flags.finest)
    star_extents = [extent(together(part.stars[side] for part in parts), flags.star_rank) for side in (0, 1)]
    if exponents(*star_extents, STAR_EXPONENT) != (STAR_EXPONENT, STAR_EXPONENT):
        raise Refused(f'Star factors {star_extents} do not fit the grid of 2^-{STAR_EXPONENT}: raise --star-regularisation')
    for side, name in enumerate(('users', 'items')):
        vectors = together(part.vectors(side, grids[side], flags) for part in parts)
        files.write_avro(vectors.repartition(1).sortWithinPartitions('id'), f'{name}.avro', VECTOR)
    head = head_of(flags, size, grids, mean)
    columns = ', '.join(f'{name} {SQL_TYPES[type]}' for name, type in HEAD_TYPES)
    files.write_avro(spark.createDataFrame([head], columns).coalesce(1), 'generation.avro', HEAD)
    exponent_names = {'userExponent': grids[0], 'itemExponent': grids[1]}
    return {**told, **size, **exponent_names, 'seconds': round(time.monotonic() - began, 3)}


def together(frames) -> DataFrame:
    return reduce(DataFrame.unionByName, frames)


def head_of(flags: argparse.Namespace, size: dict, grids: tuple[int, int], mean: float | None) -> dict:
    return {
        'format': FORMAT,
        'name': flags.name or os.path.basename(flags.out.rstrip('/')),
        'generation': 0,
        'model': 'implicit',
        'settings': json.dumps(settings_of(flags, size, grids)),
        'factors': flags.rank,
        'userExponent': grids[0],
        'itemExponent': grids[1],
        'starFactors': flags.star_rank,
        'starExponent': STAR_EXPONENT,
        'meanStars': float(mean or 0),
        'users': size['users'],
        'items': size['items'],
        'base': 0,
        'seed': flags.seed,
        'trainedAt': datetime.now(timezone.utc).replace(tzinfo=None),
        'cause': 'import',
        'quality': '{}',
        'objective': None,
        'engine': 'spark',
    }


def settings_of(flags: argparse.Namespace, size: dict, grids: tuple[int, int]) -> dict:
    """Settings under which Millrace goes on to learn as nearly as it can as Spark has trained: decision 0049.

    Spark minimises sum (1 + alpha |r|) (p - x.y)^2 + lambda sum n |x|^2. Divided by alpha, its weights are Millrace's
    confidences, its 1 is the weight of what nobody observed, and lambda n becomes, for all rows together, Millrace's
    strength (n + unobservedWeight N).
    """
    unobserved = 1 / flags.alpha
    cells = size['users'] * size['items']
    strength = flags.regularisation * unobserved * size['pairs'] / (size['pairs'] + unobserved * cells)
    return {
        'factors': flags.rank,
        'regularisation': {'strength': strength, 'frequencyExponent': 1},
        'unobservedWeight': unobserved,
        'gridExponent': {'users': grids[0], 'items': grids[1]},
        'seed': flags.seed,
        'weights': weights_of(flags),
        'explicit': {
            'factors': flags.star_rank,
            'regularisation': flags.star_regularisation,
            'biasRegularisation': flags.bias_regularisation,
            'prior': flags.bias_prior,
        },
        'sweeps': flags.iterations,
    }


# -- score ------------------------------------------------------------------------------------------------------------


def score(spark: SparkSession, flags: argparse.Namespace) -> dict:
    """Exact: integers on the grid, whose sums of products a double holds, so that equal scores are equal."""
    began = time.monotonic()
    files = Files(spark, os.path.dirname(os.path.abspath(flags.out)) if '://' not in flags.out else os.path.dirname(flags.out))
    head = read_head(spark, flags.generation)
    users, items = (read_vectors(spark, flags.generation, side, head) for side in ('users', 'items'))
    events = read_events(spark, flags).persist()
    told = told_of(events, flags.most_invalid)
    seen = standing(known_events(events)).where(F.col('kind').isin(*SEEN))
    seen = seen.groupBy(F.col('userId').alias('id')).agg(F.collect_set('itemId').alias('seen'))
    catalogue = sorted((row['id'], row['factors']) for row in items.select('id', 'factors').toLocalIterator())
    catalogue.sort(key=lambda item: item[0].encode('utf-16-be', 'surrogatepass'))
    lists = spark.sparkContext.broadcast((
        [id for id, _ in catalogue],
        np.array([factors for _, factors in catalogue], dtype=np.float64).reshape(-1, head['factors']),
        2.0 ** -(head['userExponent'] + head['itemExponent']),
        flags.n,
    ))
    learnt = users.where(F.col('events') > 0)
    rows = learnt.join(seen, 'id', 'left').select('id', 'factors', 'seen').rdd.mapPartitions(lambda part: best(part, *lists.value))
    scored = rows.toDF('userId string, itemId string, rank int, score double').persist()
    ordered = scored.repartition(1).sortWithinPartitions('userId', 'rank')
    files.write(ordered.write.format('csv').option('header', True).mode('overwrite'), os.path.basename(flags.out))
    size = {'users': head['users'], 'items': head['items'], 'rows': scored.count()}
    return {**told, **size, 'seconds': round(time.monotonic() - began, 3)}


def best(users, ids: list[str], items: np.ndarray, unit: float, n: int):
    """The n best items of each user, of its own tenant: by score, ties in the order of ids."""
    number_of = {id: number for number, id in enumerate(ids)}
    tenants = np.array([tenant_of(id) for id in ids], dtype=object)
    others = {tenant: tenants != tenant for tenant in set(tenants)}
    for user in users:
        scores = items @ np.array(user['factors'], dtype=np.float64)
        scores[others.get(tenant_of(user['id']), slice(None))] = -np.inf
        scores[[number_of[id] for id in user['seen'] or () if id in number_of]] = -np.inf
        few = min(n, int(np.isfinite(scores).sum()))
        if few == 0:
            continue
        least = np.partition(scores, len(scores) - few)[len(scores) - few]
        candidates = np.flatnonzero(scores >= least)
        order = candidates[np.argsort(-scores[candidates], kind='stable')][:few]
        for rank, item in enumerate(order, 1):
            yield user['id'], ids[item], rank, float(scores[item]) * unit


def read_head(spark: SparkSession, folder: str) -> dict:
    heads = spark.read.format('avro').load(f'{folder}/generation.avro').collect()
    if len(heads) != 1:
        raise Refused(f'{folder}/generation.avro holds {len(heads)} records, not 1: write the generation again')
    head = heads[0].asDict()
    if head['format'] != FORMAT:
        raise Refused(f"{folder} has the format '{head['format']}', not '{FORMAT}': take the script of its version")
    return head


def read_vectors(spark: SparkSession, folder: str, side: str, head: dict) -> DataFrame:
    """@raise Refused: if they are not as many, not as long, or not on the grid, as generation.avro says."""
    path = f'{folder}/{side}.avro'
    vectors = spark.read.format('avro').load(path)
    off = (F.size('factors') != head['factors']) | F.exists('factors', lambda x: F.abs(x) > MOST_FACTOR)
    count, distinct, broken = vectors.agg(F.count('*'), F.count_distinct('id'), F.count_if(off)).first()
    if count != head[side] or distinct != count or broken > 0:
        found = f'{count} vectors of {distinct} ids, {broken} of them off the grid'
        raise Refused(f'{path} holds {found}; generation.avro says {head[side]}: write the generation again')
    return vectors


# -- the command line -----------------------------------------------------------------------------------------------


def read_events(spark: SparkSession, flags: argparse.Namespace) -> DataFrame:
    schemas = [text_of(path) for path in flags.schema or default_schemas()]
    return plain(spark, flags.ratings, schemas[0]) if flags.capture is None else captured(spark, flags.capture, schemas)


def text_of(path: str) -> str:
    with open(path, encoding='utf-8') as file:
        return file.read()


def default_schemas() -> list[str]:
    """The newest schema of ratings, then all that were ever released: as the repository and the package have them."""
    found = [f'{SCHEMAS}/rating.avsc', *sorted(glob.glob(f'{SCHEMAS}/history/rating/*.avsc'))]
    if not os.path.exists(found[0]):
        raise Refused(f'There is no {found[0]}: name the schemas of ratings with --schema, the newest first')
    return found


def told_of(events: DataFrame, most_invalid: float) -> dict:
    """How many events there were, and how many of them Millrace would not take, by the field that is wrong."""
    counts = {row['problem']: row['count'] for row in events.groupBy('problem').count().collect()}
    accepted = counts.pop(None, 0)
    records, invalid = accepted + sum(counts.values()), dict(sorted(counts.items()))
    if records == 0:
        raise Refused('There are no ratings: name the folder of the event hub, above those of its partitions')
    if (records - accepted) / records > most_invalid:
        raise Refused(f'Of {records} events {invalid} are invalid: more than --most-invalid allows; see --schema')
    return {'records': records, 'accepted': accepted, 'invalid': invalid}


def weights_of(flags: argparse.Namespace) -> dict:
    if flags.weights is None:
        return WEIGHTS
    return json.loads(text_of(flags.weights))


def parser() -> argparse.ArgumentParser:
    shape = {'formatter_class': argparse.RawDescriptionHelpFormatter, 'description': __doc__}
    command_line = argparse.ArgumentParser(prog='millrace_als.py', **shape)
    commands = command_line.add_subparsers(dest='command', required=True)
    training = commands.add_parser('train', help='ratings to a generation', formatter_class=DEFAULTS)
    add_ratings(training)
    training.add_argument('--out', required=True, help='folder of the generation')
    training.add_argument('--overwrite', action='store_true', help='replace what is in it')
    training.add_argument('--name', help="the generation's name (default: the folder's)")
    training.add_argument('--weights', metavar='FILE', help='model.weights of the configuration, as JSON (default: that of Millrace)')
    training.add_argument('--rank', type=number(int, 1, 128), default=32, help='factors of the lists')
    training.add_argument('--iterations', type=number(int, 1, 1000), default=10, help='of the lists')
    training.add_argument('--regularisation', type=number(float, 1e-6, 1e6), default=0.1, help='lambda, times the events of a row')
    training.add_argument('--alpha', type=number(float, 1e-3, 1e3), default=2.0, help='weight of a confidence of 1 beside what nobody observed')
    training.add_argument('--star-rank', type=number(int, 1, 127), default=16, help='factors of the star estimates')
    training.add_argument('--star-iterations', type=number(int, 1, 1000), default=10, help='of the star estimates')
    training.add_argument('--star-regularisation', type=number(float, 1e-6, 1e6), default=0.1, help='lambda, times the ratings of a row')
    training.add_argument('--bias-regularisation', type=number(float, 1e-6, 1e6), default=0.1, help='of biases, times ratings and prior')
    training.add_argument('--bias-prior', type=number(float, 1e-6, 1e6), default=20.0, help='ratings of the mean that each bias begins with')
    training.add_argument('--finest', type=number(int, 4, 14), default=10, help='greatest exponent of the grids of factors')
    training.add_argument('--nonnegative', action='store_true', help='no factor below zero')
    training.add_argument('--seed', type=number(int, 0, 2**32 - 1), default=1)
    training.add_argument('--user-blocks', type=number(int, 1, 100_000), default=10)
    training.add_argument('--item-blocks', type=number(int, 1, 100_000), default=10)
    training.add_argument('--block-size', type=number(int, 1, 1_000_000), default=4096)
    training.add_argument('--checkpoint-interval', type=number(int, 1, 1000), default=10, help='iterations; needs --checkpoints')
    training.add_argument('--checkpoints', metavar='DIR', help="Spark's checkpoint folder")
    training.add_argument('--intermediate-storage-level', default='MEMORY_AND_DISK')
    training.add_argument('--final-storage-level', default='MEMORY_AND_DISK')
    scoring = commands.add_parser('score', help='a generation to lists', formatter_class=DEFAULTS)
    add_ratings(scoring)
    scoring.add_argument('--generation', required=True, metavar='DIR', help='folder with generation.avro, users.avro, items.avro')
    scoring.add_argument('--out', required=True, metavar='FILE', help='userId,itemId,rank,score')
    scoring.add_argument('--n', type=number(int, 1, 1000), default=10, help='items of a list')
    return command_line


DEFAULTS = argparse.ArgumentDefaultsHelpFormatter


def add_ratings(command: argparse.ArgumentParser) -> None:
    source = command.add_mutually_exclusive_group(required=True)
    source.add_argument('--capture', metavar='DIR', help='what Event Hubs Capture wrote: the folder of the event hub')
    source.add_argument('--ratings', metavar='DIR', help='Avro container files of ratings')
    command.add_argument('--schema', metavar='FILE', action='append', help='of ratings; the newest first (default: schemas/rating.avsc and its history)')
    command.add_argument('--most-invalid', type=number(float, 0, 1), default=0.01, help='share of events that may be invalid')
    command.add_argument('--conf', metavar='NAME=VALUE', action='append', type=setting, default=[], help='of Spark')
    command.add_argument('--json', action='store_true', help='print what was done as one JSON object')


def setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition('=')
    if name == '' or equals == '':
        raise argparse.ArgumentTypeError(f"'{text}' is not NAME=VALUE")
    return name, value


def number(type: type, least: float, most: float):
    def parse(text: str):
        value = type(text)
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f'{text} is not from {least} to {most}')
        return value

    parse.__name__ = type.__name__
    return parse


def main(given: list[str]) -> int:
    flags = parser().parse_args(given)
    logging.getLogger('DataFrameQueryContextLogger').setLevel(logging.CRITICAL)  # stacks of Java; we say what failed
    builder = SparkSession.builder.appName(f'millrace {flags.command}').config('spark.sql.session.timeZone', 'UTC')
    for name, value in flags.conf:
        builder = builder.config(name, value)
        if name == 'spark.master' and value.startswith('local'):
            os.environ.setdefault('PYSPARK_PYTHON', sys.executable)
    spark = builder.getOrCreate()
    try:
        if getattr(flags, 'checkpoints', None) is not None:
            spark.sparkContext.setCheckpointDir(flags.checkpoints)
        done = {'train': train, 'score': score}[flags.command](spark, flags)
    except (Refused, OSError, ValueError, Py4JError, PySparkException) as error:
        print(f'millrace_als.py {flags.command}: {reason_of(error)}', file=sys.stderr)
        return 1
    finally:
        spark.stop()
    print(json.dumps(done) if flags.json else ', '.join(f'{name}: {value}' for name, value in done.items()))
    return 0


def reason_of(error: Exception) -> str:
    """Without the stacks of Java: what failed, and what was behind it."""
    java = getattr(error, 'java_exception', None) or getattr(error, '_origin', None)
    if java is None:
        return str(error)
    reasons = []
    while java is not None and len(reasons) < 10:
        lines = str(java.getMessage()).splitlines()
        # Of an error in Python its last line says what it was.
        reasons.append(next((line for line in reversed(lines) if re.match(r'\w+(Error|Exception): ', line)), lines[0]))
        java = java.getCause()
    return ': '.join(dict.fromkeys(reasons))


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
