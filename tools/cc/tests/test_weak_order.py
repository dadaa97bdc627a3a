#!/usr/bin/python3
"""Properties of weak topological orders, on random graphs."""

import pathlib
import random
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import weak_order  # noqa: E402


def random_graph(rng, size):
    """Mostly forward edges, some back: like code."""
    successors, fall = [], []
    for node in range(size):
        out = []
        if rng.random() < 0.85 and node + 1 < size:
            out.append(node + 1)
        fall.append(out[0] if out else None)
        for _ in range(rng.choice([0, 1, 1, 2])):
            reach = rng.randint(-4, 6)
            other = min(max(node + reach, 0), size - 1)
            if other != 0:  # clang never jumps to the entry block
                out.append(other)
        successors.append(out)
    return successors, fall


def reachable(successors, start, forbidden=None):
    seen, stack = {start}, [start]
    while stack:
        for node in successors[stack.pop()]:
            if node not in seen and node != forbidden:
                seen.add(node)
                stack.append(node)
    return seen


class WeakOrder(unittest.TestCase):
    def arrange(self, successors, fall=None):
        near = [[] if other is None else [other] for other in fall or [None] * len(successors)]
        return weak_order.arrange(successors, near)

    def test_straight_line_keeps_its_order(self):
        self.assertEqual(self.arrange([[1], [2], []])[0], [0, 1, 2])

    def test_join_after_both_arms(self):
        # 0 branches to 3, whose arm was laid out behind the join 2
        order, _ = self.arrange([[1, 3], [2], [], [2]], [1, 2, None, None])
        self.assertEqual(order[0], 0)
        self.assertEqual(order[-1], 2)

    def test_exit_in_the_middle_of_a_loop_moves_behind_it(self):
        # loop 1-2-3 with an exit block 4 that was laid out between 2 and 3 in the old order: 0 1 2 [exit] 3
        order, loops = self.arrange([[1], [2], [3, 4], [], [1, 3]], [1, 2, None, None, None])
        self.assertEqual(order, [0, 1, 2, 4, 3])
        self.assertEqual([(loop.header, sorted(loop.members)) for loop in loops], [(1, [1, 2, 4])])

    def test_nested_loops_inner_first(self):
        _, loops = self.arrange([[1], [2], [2, 3], [1, 4], []])
        self.assertEqual([loop.header for loop in loops], [2, 1])
        self.assertEqual(sorted(loops[1].members), [1, 2, 3])

    def test_random_graphs(self):
        rng = random.Random(1)
        for _ in range(600):
            successors, fall = random_graph(rng, rng.randint(1, 24))
            order, loops = self.arrange(successors, fall)
            self.assertEqual(sorted(order), list(range(len(successors))))
            self.assertEqual(order[0], 0)
            place = {node: at for at, node in enumerate(order)}
            live = reachable(successors, 0)
            headers = {}
            for loop in loops:
                places = sorted(place[node] for node in loop.members)
                self.assertEqual(places, list(range(places[0], places[0] + len(places))), "a loop is contiguous")
                self.assertEqual(place[loop.header], places[0], "its header comes first")
                for node in loop.members:
                    headers.setdefault(loop.header, set()).add(node)
                    self.assertIn(
                        loop.header, reachable(successors, node), "from everywhere in a loop its header can be reached"
                    )
            for node in live:
                for other in successors[node]:
                    if place[other] <= place[node]:
                        self.assertIn(other, headers, "only a loop's header is jumped back to")
                        self.assertIn(node, headers[other])


if __name__ == "__main__":
    unittest.main()
