#include <map>
#include <random>

#include "hashtable_args.h"
#include "runner.h"

namespace ex = heddle::examples;

namespace {

/// Reads the table back: key to count. Records a failed check where the chains make no sense.
std::map<uint32_t, uint32_t> contents(ex::Run& run, const hashtable_args& args) {
  auto& device = run.device();
  const uint32_t used = device.read<uint32_t>(args.used, 1)[0];
  const auto table = device.read<hashtable_bucket>(args.table, args.buckets);
  const auto entries = device.read<hashtable_entry>(args.entries, args.n);
  std::map<uint32_t, uint32_t> counts;
  uint32_t seen = 0;
  for (uint32_t bucket = 0; bucket < args.buckets; ++bucket) {
    run.check(table[bucket].lock == 0, "every lock is free");
    for (uint32_t at = table[bucket].head; at != HASHTABLE_NONE && seen < used; at = entries.at(at).next, ++seen) {
      const hashtable_entry& entry = entries.at(at);
      run.check(hashtable_bucket_of(entry.key, args.buckets) == bucket, "every key is in its bucket");
      run.check(counts.emplace(entry.key, entry.count).second, "no key is there twice");
    }
  }
  run.check(seen == used, "every entry is in a chain");
  return counts;
}

}  // namespace

int main(int argc, char** argv) {
  uint32_t n = 512, buckets = 8;
  return ex::run_example(
      argc, argv, {"hashtable", "Counts keys in a hash table with a spin lock per bucket, contended inside each warp."},
      [&](CLI::App& app) {
        app.add_option("--n", n, "Keys")->check(CLI::Range(1U, 1U << 20))->capture_default_str();
        app.add_option("--buckets", buckets, "Buckets, each with its lock")
            ->check(CLI::Range(1U, 1U << 16))
            ->capture_default_str();
      },
      [&](ex::Run& run) {
        auto& device = run.device();
        std::mt19937 random(1);
        std::vector<uint32_t> keys(n);
        std::map<uint32_t, uint32_t> expected;
        for (uint32_t& key : keys) ++expected[key = static_cast<uint32_t>(random()) % (8 * buckets)];

        hashtable_args args{};
        args.n = n;
        args.keys = device.upload(keys, "keys");
        args.buckets = buckets;
        args.table = device.upload(std::vector<hashtable_bucket>(buckets, {0, HASHTABLE_NONE}), "table");
        args.entries = device.upload(std::vector<hashtable_entry>(n), "entries");
        args.used = device.upload(std::vector<uint32_t>{0}, "used");
        const uint32_t group = run.workgroup(64);
        run.launch("hashtable", {(n + group - 1) / group, 1, 1}, {group, 1, 1}, args);
        run.check(contents(run, args) == expected, "the table holds every key, with its count");
      });
}
