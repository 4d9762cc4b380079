"""The compiled loops of deferred acceptance: proposals in rounds, and proposals one at a time under regional caps.

A posting ranks a worker by one whole number, the key: the standing in the upper half, in the lower half the places still
left in the draw behind the worker, so that the greater key is preferred and no two workers are equal. Each posting keeps the
keys it holds as a heap with the least in front, and its cut-off, the key that the next worker must exceed.
"""

from __future__ import annotations

import numpy as np

from sosei.engines.compiled import compiled
from sosei.engines.matching.assignment.market import NOT_TAKEN, Flags, Ints, Longs, Whole

LOWER = np.int64(0xFFFFFFFF)
OPEN = (np.int64(NOT_TAKEN) << np.int64(32)) | LOWER
"""Cut-off of a posting with places left: every acceptable key exceeds it."""
SHUT = np.int64(2**63 - 1)
"""Cut-off of a posting that may hold nobody."""
TARGET_SEAT = np.int64(-1)


@compiled
def sink(heap: Longs, start: Whole, size: Whole, hole: Whole, key: Whole) -> None:
    """Puts `key` into the hole of a heap, or below it where lesser keys are."""
    child = 2 * hole + 1
    while child < size:
        if child + 1 < size and heap[start + child + 1] < heap[start + child]:
            child += 1
        least = heap[start + child]
        if least >= key:
            break
        heap[start + hole] = least
        hole = child
        child = 2 * hole + 1
    heap[start + hole] = key


@compiled
def rise(heap: Longs, start: Whole, size: Whole, key: Whole) -> None:
    """Adds `key` to a heap of `size` keys."""
    hole = size
    while hole > 0:
        above = (hole - 1) >> 1
        if heap[start + above] <= key:
            break
        heap[start + hole] = heap[start + above]
        hole = above
    heap[start + hole] = key


@compiled
def greatest_first(keys: Longs, size: Whole, wanted: Whole) -> None:
    """Moves the `wanted` greatest of the first `size` keys to the front, in any order."""
    low, high = 0, size - 1
    while low < high:
        pivot = keys[(low + high) >> 1]
        i, j = low, high
        while i <= j:
            while keys[i] > pivot:
                i += 1
            while keys[j] < pivot:
                j -= 1
            if i <= j:
                keys[i], keys[j] = keys[j], keys[i]
                i += 1
                j -= 1
        if wanted - 1 <= j:
            high = j
        elif wanted - 1 >= i:
            low = i
        else:
            break


@compiled
def starts_of(capacities: Ints) -> Longs:
    """Where each posting's heap begins in the array of all heaps."""
    starts = np.zeros(len(capacities) + 1, np.int64)
    for posting in range(len(capacities)):
        starts[posting + 1] = starts[posting] + capacities[posting]
    return starts


@compiled
def propose_together(
    offsets: Longs,
    postings: Ints,
    standing: Ints,
    capacities: Ints,
    draw: Ints,
    drawn: Ints,
    following: Longs,
    free: Flags,
    posting_of: Ints,
    starts: Longs,
    heap: Longs,
    held: Ints,
    cutoffs: Longs,
) -> Whole:
    """Rounds in which all free workers propose at once, until few are free; the number of postings' refusals.

    A posting then picks among all its proposals in one go, so that memory is read in order instead of at random.
    """
    workers, size = len(draw), len(capacities)
    keys = np.empty(workers, np.int64)
    chosen = np.empty(workers, np.int32)
    by_posting = np.empty(workers, np.int64)
    ends = np.empty(size + 1, np.int64)
    most = 0
    for posting in range(size):
        most = max(most, capacities[posting])
    pool = np.empty(workers + most, np.int64)
    refused = 0
    proposals = workers
    while proposals * 32 > workers:
        for posting in range(size + 1):
            ends[posting] = 0
        proposals = 0
        for worker in range(workers):
            if not free[worker]:
                continue
            free[worker] = False
            posting_of[worker] = -1
            wish, end = following[worker], offsets[worker + 1]
            tie = workers - 1 - draw[worker]
            while wish < end:
                posting = postings[wish]
                key = (np.int64(standing[wish]) << 32) | tie
                wish += 1
                if key > cutoffs[posting]:
                    keys[proposals] = key
                    chosen[proposals] = posting
                    proposals += 1
                    ends[posting + 1] += 1
                    posting_of[worker] = posting
                    break
            following[worker] = wish
        for posting in range(size):
            ends[posting + 1] += ends[posting]
        for i in range(proposals):
            by_posting[ends[chosen[i]]] = keys[i]
            ends[chosen[i]] += 1
        begin = np.int64(0)
        out = 0
        for posting in range(size):
            new = ends[posting] - begin
            if new == 0:
                continue
            start, count, room = starts[posting], np.int64(held[posting]), np.int64(capacities[posting])
            if count + new <= room:
                for i in range(new):
                    heap[start + count + i] = by_posting[begin + i]
                count += new
            else:
                for i in range(count):
                    pool[i] = heap[start + i]
                for i in range(new):
                    pool[count + i] = by_posting[begin + i]
                greatest_first(pool, count + new, room)
                for i in range(room):
                    heap[start + i] = pool[i]
                # keys[: out] was read already: the keys of those refused take its place
                for i in range(room, count + new):
                    keys[out] = pool[i]
                    out += 1
                count = room
            held[posting] = count
            if count == room:
                least = heap[start]
                for i in range(1, count):
                    least = min(least, heap[start + i])
                cutoffs[posting] = least
            begin = ends[posting]
        for i in range(out):
            free[drawn[workers - 1 - (keys[i] & LOWER)]] = True
        refused += out
    for posting in range(size):
        start, count = starts[posting], np.int64(held[posting])
        for node in range(count // 2 - 1, -1, -1):
            sink(heap, start, count, np.int64(node), heap[start + node])
    return refused


@compiled
def propose_singly(
    offsets: Longs,
    postings: Ints,
    standing: Ints,
    capacities: Ints,
    draw: Ints,
    drawn: Ints,
    following: Longs,
    free: Flags,
    posting_of: Ints,
    starts: Longs,
    heap: Longs,
    held: Ints,
    cutoffs: Longs,
) -> Whole:
    """Proposals one at a time until nobody free has a wish left; the number of workers who lost a place."""
    workers = len(draw)
    refused = 0
    again = True
    while again:
        again = False
        for worker in range(workers):
            if not free[worker]:
                continue
            free[worker] = False
            posting_of[worker] = -1
            wish, end = following[worker], offsets[worker + 1]
            tie = workers - 1 - draw[worker]
            while wish < end:
                posting = postings[wish]
                key = (np.int64(standing[wish]) << 32) | tie
                wish += 1
                if key <= cutoffs[posting]:
                    continue
                posting_of[worker] = posting
                start, count = starts[posting], np.int64(held[posting])
                if count < capacities[posting]:
                    rise(heap, start, count, key)
                    held[posting] = count + 1
                    if count + 1 == capacities[posting]:
                        cutoffs[posting] = heap[start]
                else:
                    out = heap[start]
                    sink(heap, start, count, np.int64(0), key)
                    cutoffs[posting] = heap[start]
                    free[drawn[workers - 1 - (out & LOWER)]] = True
                    refused += 1
                    again = True
                break
            following[worker] = wish
    return refused


@compiled
def set_leaf(tree: Longs, leaf: Whole, value: Whole) -> None:
    """Writes one leaf of a tree of maxima; `tree[1]` is the root, the leaves are its second half."""
    node = len(tree) // 2 + leaf
    tree[node] = value
    node >>= 1
    while node > 0:
        value = max(tree[2 * node], tree[2 * node + 1])
        if tree[node] == value:
            break
        tree[node] = value
        node >>= 1


@compiled
def greatest_leaf(tree: Longs, first: Whole, end: Whole) -> Whole:
    """The greatest leaf of `first` to before `end`."""
    low, high = first + len(tree) // 2, end + len(tree) // 2
    greatest = TARGET_SEAT
    while low < high:
        if low & 1:
            greatest = max(greatest, tree[low])
            low += 1
        if high & 1:
            high -= 1
            greatest = max(greatest, tree[high])
        low >>= 1
        high >>= 1
    return greatest


@compiled
def propose_under_caps(
    offsets: Longs,
    postings: Ints,
    standing: Ints,
    capacities: Ints,
    draw: Ints,
    drawn: Ints,
    parents: Ints,
    caps: Longs,
    region_of: Ints,
    targets: Ints,
    priority: Ints,
    ordered: Ints,
    leaf_of: Ints,
    first_leaf: Ints,
    end_leaf: Ints,
    posting_of: Ints,
    wish_of: Ints,
    held: Ints,
    cutoffs: Longs,
    region_held: Longs,
) -> Whole:
    """Proposals one at a time under caps on a tree of regions; the number of workers who lost a place.

    A posting's seats are ordered: up to the target first, then the first beyond it of every posting in the order of
    priority, then the second, … The seat's number in that order is its rank. Where a region is full, a posting
    gains a seat only if a seat of greater rank in that region is given up; once refused, it is refused for good,
    because ranks held in a full region only fall.
    """
    workers, size = len(draw), len(capacities)
    leaves = 1
    while leaves < size:
        leaves *= 2
    tree = np.full(2 * leaves, TARGET_SEAT)
    starts = starts_of(capacities)
    heap = np.empty(starts[size], np.int64)
    following = offsets.copy()
    free = np.full(workers, True)
    may_grow = np.full(size, True)
    for posting in range(size):
        cutoffs[posting] = OPEN if capacities[posting] > 0 else SHUT
    refused = 0
    again = True
    while again:
        again = False
        for worker in range(workers):
            if not free[worker]:
                continue
            free[worker] = False
            posting_of[worker] = -1
            wish, end = following[worker], offsets[worker + 1]
            tie = workers - 1 - draw[worker]
            while wish < end:
                posting = postings[wish]
                key = (np.int64(standing[wish]) << 32) | tie
                wish += 1
                if key <= cutoffs[posting]:
                    continue
                start, count = starts[posting], np.int64(held[posting])
                full = np.int32(-1)
                giver = posting
                if may_grow[posting] and count < capacities[posting]:
                    region = region_of[posting]
                    while region >= 0:
                        if region_held[region] >= caps[region]:
                            full = region
                            break
                        region = parents[region]
                    giver = np.int32(-1)
                    if full >= 0:
                        beyond = max(np.int64(0), count + 1 - targets[posting])
                        rank = (beyond << 32) | np.int64(priority[posting])
                        greatest = greatest_leaf(tree, first_leaf[full], end_leaf[full])
                        giver = ordered[greatest & LOWER] if greatest > rank else posting
                        if giver == posting:
                            may_grow[posting] = False
                            cutoffs[posting] = heap[start] if count > 0 else SHUT
                            if key <= cutoffs[posting]:
                                continue
                posting_of[worker] = posting
                if giver == posting:
                    out = heap[start]
                    sink(heap, start, count, np.int64(0), key)
                    cutoffs[posting] = heap[start]
                else:
                    rise(heap, start, count, key)
                    count += 1
                    held[posting] = count
                    region = region_of[posting]
                    while region != full:
                        region_held[region] += 1
                        region = parents[region]
                    if region_of[posting] >= 0 and count > targets[posting]:
                        rank = ((count - targets[posting]) << 32) | np.int64(priority[posting])
                        set_leaf(tree, leaf_of[posting], rank)
                    if count == capacities[posting]:
                        cutoffs[posting] = heap[start]
                    if giver < 0:
                        break
                    start, count = starts[giver], np.int64(held[giver]) - 1
                    out = heap[start]
                    if count > 0:
                        sink(heap, start, count, np.int64(0), heap[start + count])
                    held[giver] = count
                    may_grow[giver] = False
                    cutoffs[giver] = heap[start] if count > 0 else SHUT
                    region = region_of[giver]
                    while region != full:
                        region_held[region] -= 1
                        region = parents[region]
                    rank = TARGET_SEAT
                    if count > targets[giver]:
                        rank = ((count - targets[giver]) << 32) | np.int64(priority[giver])
                    set_leaf(tree, leaf_of[giver], rank)
                free[drawn[workers - 1 - (out & LOWER)]] = True
                refused += 1
                again = True
                break
            following[worker] = wish
            wish_of[worker] = wish - 1 - offsets[worker] if posting_of[worker] >= 0 else -1
    return refused
