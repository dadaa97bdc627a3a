#include <algorithm>
#include <queue>
#include <random>
#include <utility>

#include "bfs_args.h"
#include "runner.h"

namespace ex = heddle::examples;

namespace {

struct Graph {
  std::vector<uint32_t> rows, edges;
};

/// A few vertices have very many edges, most have few; some are reached from nowhere.
Graph random_graph(uint32_t vertices, uint32_t degree) {
  std::mt19937 random(1);
  const auto draw = [&] { return static_cast<uint32_t>(random()) % vertices; };
  std::vector<std::vector<uint32_t>> neighbours(vertices);
  for (uint32_t i = 0; i < vertices * degree; ++i) {
    const uint32_t from = std::min({draw(), draw(), draw()});  // low numbers are drawn more often
    neighbours[from].push_back(draw());
    neighbours[neighbours[from].back()].push_back(from);
  }
  Graph graph;
  for (const auto& list : neighbours) {
    graph.rows.push_back(static_cast<uint32_t>(graph.edges.size()));
    graph.edges.insert(graph.edges.end(), list.begin(), list.end());
  }
  graph.rows.push_back(static_cast<uint32_t>(graph.edges.size()));
  if (graph.edges.empty()) graph.edges.push_back(0);
  return graph;
}

std::vector<uint32_t> distances(const Graph& graph, uint32_t start) {
  std::vector<uint32_t> distance(graph.rows.size() - 1, BFS_UNREACHED);
  std::queue<uint32_t> queue({start});
  distance[start] = 0;
  for (; !queue.empty(); queue.pop()) {
    const uint32_t vertex = queue.front();
    for (uint32_t edge = graph.rows[vertex]; edge < graph.rows[vertex + 1]; ++edge) {
      uint32_t& neighbour = distance[graph.edges[edge]];
      if (neighbour != BFS_UNREACHED) continue;
      neighbour = distance[vertex] + 1;
      queue.push(graph.edges[edge]);
    }
  }
  return distance;
}

}  // namespace

int main(int argc, char** argv) {
  uint32_t n = 1024, degree = 3, start = 0;
  return ex::run_example(
      argc, argv, {"bfs", "Breadth-first search of a random graph, one launch per level."},
      [&](CLI::App& app) {
        app.add_option("--n", n, "Vertices")->check(CLI::Range(1U, 1U << 20))->capture_default_str();
        app.add_option("--degree", degree, "Edges per vertex, on average")
            ->check(CLI::Range(0U, 64U))
            ->capture_default_str();
        app.add_option("--start", start, "First vertex, modulo n")->capture_default_str();
      },
      [&](ex::Run& run) {
        auto& device = run.device();
        start %= n;
        const Graph graph = random_graph(n, degree);
        std::vector<uint32_t> distance(n, BFS_UNREACHED);
        distance[start] = 0;
        std::vector<uint32_t> first(n);
        first[0] = start;

        uint32_t frontier = device.upload(first, "frontier"), next = device.allocate(n * 4, "next");
        bfs_args args{};
        args.rows = device.upload(graph.rows, "rows");
        args.edges = device.upload(graph.edges, "edges");
        args.distance = device.upload(distance, "distance");
        args.next_size = device.allocate(4, "next_size");
        args.frontier_size = 1;
        const uint32_t group = run.workgroup(64);
        for (; args.frontier_size != 0; ++args.level) {
          args.frontier = frontier;
          args.next = next;
          device.write(args.next_size, std::vector<uint32_t>{0});
          run.launch("bfs", {(args.frontier_size + group - 1) / group, 1, 1}, {group, 1, 1}, args);
          args.frontier_size = device.read<uint32_t>(args.next_size, 1)[0];
          std::swap(frontier, next);
        }
        run.check_equal(device.read<uint32_t>(args.distance, n), distances(graph, start), "distance");
      });
}
