"""The compiled loops of the auction: workers bid for places, places left over look for workers, and the proof.

Values are weights times a whole scale, so that the smallest raise is 1 and nothing is rounded. A posting's price is the
least bid it holds once it is full, before that its reserve. Each worker has what is best at these prices up to one raise;
that, and a price of 0 wherever a place is left, proves how near the sum is to the greatest possible.
"""

from __future__ import annotations

import numpy as np

from sosei.engines.compiled import compiled
from sosei.engines.matching.assignment.market import Ints, Longs, Whole

LOWER = np.int64(0xFFFFFFFF)


@compiled
def settle(heap: Longs, start: Whole, size: Whole, hole: Whole, key: Whole) -> None:
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
def bid(
    offsets: Longs,
    postings: Ints,
    weights: Ints,
    capacities: Ints,
    starts: Longs,
    heap: Longs,
    scale: Whole,
    step: Whole,
    prices: Longs,
    wish_of: Ints,
    held: Ints,
) -> Whole:
    """Workers bid from these prices until nobody without a place gains by bidding; the number of bids.

    A bid is what the posting is worth to the worker above the second best, and one step more.
    """
    workers = len(offsets) - 1
    free = np.full(workers, True)
    held[:] = 0
    bids = 0
    again = True
    while again:
        again = False
        for worker in range(workers):
            if not free[worker]:
                continue
            free[worker] = False
            wish_of[worker] = -1
            best, second, chosen = np.int64(0), np.int64(0), -1
            for entry in range(offsets[worker], offsets[worker + 1]):
                gain = weights[entry] * np.int64(scale) - prices[postings[entry]]
                if gain > second:
                    if gain > best:
                        second = best
                        best = gain
                        chosen = entry
                    else:
                        second = gain
            if chosen < 0:
                continue
            bids += 1
            posting = postings[chosen]
            wish_of[worker] = chosen - offsets[worker]
            start, count = starts[posting], np.int64(held[posting])
            key = ((prices[posting] + best - second + step) << 32) | worker
            if count < capacities[posting]:
                hole = count
                while hole > 0 and heap[start + ((hole - 1) >> 1)] > key:
                    heap[start + hole] = heap[start + ((hole - 1) >> 1)]
                    hole = (hole - 1) >> 1
                heap[start + hole] = key
                held[posting] = count + 1
                if count + 1 == capacities[posting]:
                    prices[posting] = heap[start] >> 32
            else:
                free[heap[start] & LOWER] = True
                again = True
                settle(heap, start, count, 0, key)
                prices[posting] = heap[start] >> 32
    return bids


@compiled
def fill(
    offsets: Longs,
    postings: Ints,
    weights: Ints,
    capacities: Ints,
    begins: Longs,
    entries: Longs,
    worker_of: Ints,
    scale: Whole,
    step: Whole,
    prices: Longs,
    wish_of: Ints,
    held: Ints,
) -> Whole:
    """Postings with places left and a price lower it until the places are taken or the price is 0; the visits made.

    Each takes the workers who then gain the most, at the price at which the next would gain no more than a step.
    """
    workers, size = len(offsets) - 1, len(capacities)
    queue = np.empty(size, np.int32)
    queued = np.full(size, False)
    front, waiting = 0, 0
    # what a worker has: the posting, and its value; the price is the posting's
    own = np.full(workers, -1, np.int32)
    value = np.zeros(workers, np.int64)
    for worker in range(workers):
        if wish_of[worker] >= 0:
            entry = offsets[worker] + wish_of[worker]
            own[worker] = postings[entry]
            value[worker] = weights[entry] * np.int64(scale)
    for posting in range(size):
        if held[posting] < capacities[posting] and prices[posting] > 0:
            queue[waiting] = posting
            waiting += 1
            queued[posting] = True
    most = 0
    for posting in range(size):
        most = max(most, begins[posting + 1] - begins[posting])
    offers = np.empty(most + 1, np.int64)
    visits = 0
    while waiting > 0:
        posting = queue[front]
        front = (front + 1) % size
        waiting -= 1
        queued[posting] = False
        room = np.int64(capacities[posting] - held[posting])
        if room == 0 or prices[posting] == 0:
            continue
        visits += 1
        # the best offers so far, least in front, one more than there is room
        count = np.int64(0)
        for place in range(begins[posting], begins[posting + 1]):
            entry = entries[place]
            worker = worker_of[place]
            if own[worker] == posting:
                continue
            gain = weights[entry] * np.int64(scale)
            if own[worker] >= 0:
                gain -= max(np.int64(0), value[worker] - prices[own[worker]])
            if gain <= 0:
                continue
            key = (gain << 32) | (place - begins[posting])
            if count <= room:
                hole = count
                while hole > 0 and offers[(hole - 1) >> 1] > key:
                    offers[hole] = offers[(hole - 1) >> 1]
                    hole = (hole - 1) >> 1
                offers[hole] = key
                count += 1
            elif key > offers[0]:
                settle(offers, 0, count, 0, key)
        price = np.int64(0)
        if count > room:
            price = min(prices[posting], max(np.int64(0), (offers[0] >> 32) - step))
        prices[posting] = price
        for i in range(count):
            if (count > room and i == 0) or (offers[i] >> 32) < price + step:
                continue
            place = begins[posting] + (offers[i] & LOWER)
            entry = entries[place]
            worker = worker_of[place]
            left = own[worker]
            if left >= 0:
                held[left] -= 1
                if prices[left] > 0 and not queued[left]:
                    queue[(front + waiting) % size] = left
                    waiting += 1
                    queued[left] = True
            own[worker] = posting
            value[worker] = weights[entry] * np.int64(scale)
            wish_of[worker] = entry - offsets[worker]
            held[posting] += 1
    return visits


@compiled
def most_possible(
    offsets: Longs, postings: Ints, weights: Ints, capacities: Ints, scale: Whole, prices: Longs
) -> Whole:
    """What no assignment can exceed, times the scale: all places at their prices and each worker's gain at them."""
    bound = np.int64(0)
    for posting in range(len(capacities)):
        bound += capacities[posting] * prices[posting]
    for worker in range(len(offsets) - 1):
        best = np.int64(0)
        for entry in range(offsets[worker], offsets[worker + 1]):
            best = max(best, weights[entry] * np.int64(scale) - prices[postings[entry]])
        bound += best
    return bound
