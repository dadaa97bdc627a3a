"""A weak topological order of a flow graph: every loop is contiguous, its header first; joins come after their arms,
exits after loops.

Among the orders that satisfy this, blocks stay next to the block that falls into them, and arms stay together.
"""

import dataclasses


@dataclasses.dataclass
class Loop:
    header: int
    members: list  # blocks in their final order, header first, inner loops included


def arrange(successors, near):
    """successors[n]: list of nodes; near[n]: the nodes that it is best followed by, best first. Node 0 is the entry.
    Returns (order of all nodes, loops, inner ones first)."""
    loops = []
    reached = _reach(successors, 0)
    order = _region(sorted(reached), 0, successors, near, loops)
    # Blocks that nothing known leads to keep their old order, at the end.
    rest = [node for node in range(len(successors)) if node not in reached]
    return order + rest, loops


def _reach(successors, start):
    seen, stack = {start}, [start]
    while stack:
        for node in successors[stack.pop()]:
            if node not in seen:
                seen.add(node)
                stack.append(node)
    return seen


def _components(nodes, edges):
    """Strongly connected components (Tarjan, without recursion), as {node: component number}, and the components."""
    index, low, number, on_stack, stack, components = {}, {}, {}, set(), [], []
    for root in nodes:
        if root in index:
            continue
        work = [(root, iter(edges[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, rest = work[-1]
            for other in rest:
                if other not in index:
                    index[other] = low[other] = len(index)
                    stack.append(other)
                    on_stack.add(other)
                    work.append((other, iter(edges[other])))
                    break
                if other in on_stack:
                    low[node] = min(low[node], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    members = []
                    while True:
                        other = stack.pop()
                        on_stack.discard(other)
                        number[other] = len(components)
                        members.append(other)
                        if other == node:
                            break
                    components.append(sorted(members))
    return number, components


def _region(nodes, entry, successors, near, loops):
    """Order of a single-entry region, in which no edge leads back to `entry` (callers have removed those)."""
    inside = set(nodes)
    edges = {
        node: [other for other in dict.fromkeys(successors[node]) if other in inside and other != entry]
        for node in nodes
    }
    number, components = _components(nodes, edges)

    waiting = [0] * len(components)  # edges from components that are not placed yet
    following = [[] for _ in components]
    headers = [members[0] for members in components]
    entered = set()
    for node in nodes:
        for other in edges[node]:
            if number[node] != number[other]:
                waiting[number[other]] += 1
                following[number[node]].append(number[other])
                # A loop with several entries takes the first of them, in the old order, as its header.
                component = number[other]
                if component not in entered or other < headers[component]:
                    headers[component] = other
                    entered.add(component)
    headers[number[entry]] = entry

    order, ready, placed = [], [number[entry]], 0
    while ready:
        component = _choose(ready, order, number, headers, near)
        ready.remove(component)
        members, header = components[component], headers[component]
        if len(members) > 1 or header in edges[header]:
            body = _region(members, header, successors, near, loops)
            loops.append(Loop(header, body))
            order += body
        else:
            order.append(header)
        placed += 1
        # Newly ready ones go on top, the earliest in the old order uppermost.
        fresh = []
        for other in following[component]:
            waiting[other] -= 1
            if waiting[other] == 0:
                fresh.append(other)
        ready += sorted(fresh, key=lambda other: headers[other], reverse=True)
    assert placed == len(components)
    return order


def _choose(ready, order, number, headers, near):
    """What the last block is best followed by, where it may come now; otherwise the newest."""
    for following in near[order[-1]] if order else []:
        if number.get(following) in ready and headers[number[following]] == following:
            return number[following]
    return ready[-1]
