#include "draw.h"

#include <algorithm>
#include <vector>

#include "generator.h"
#include "heddle/generated/configuration.h"
#include "random.h"
#include "values.h"

namespace heddle::fuzz {

namespace {

constexpr uint32_t kPrivateBase = 0xA000'0000;

void draw_machine(Random& random, Session& session) {
  session.latency = random.pick({1U, 1U, 2U, 3U, 5U, 8U, 12U, 20U, 40U, 100U});
  session.bandwidth_percent = random.pick({100U, 100U, 100U, 50U, 25U});
  session.random_stalls = random.percent(60);
  if (!session.random_stalls && random.percent(20)) session.memory = random.pick({"ddr4", "hbm"});
}

// Three factors of about the total.
Vector3 draw_box(Random& random, uint32_t total) {
  Vector3 box{1, 1, 1};
  switch (random.weighted({5, 3, 2})) {
    case 0: box[0] = total; break;
    case 1:
      box[0] = random.between(1, total);
      box[1] = std::max(1U, total / box[0]);
      break;
    case 2:
      box[2] = random.between(1, std::min(total, 4U));
      box[1] = random.between(1, std::min(total / box[2], 5U));
      box[0] = std::max(1U, total / box[2] / box[1]);
      break;
  }
  return box;
}

void draw_geometry(Random& random, const Configuration& shape, LaunchPlan& plan) {
  const uint32_t most = shape.warps * shape.lanes;
  uint32_t items = random.between(1, most);
  switch (random.weighted({4, 2, 3, 1})) {
    case 0: items = random.between(1, std::min(most, 2 * shape.lanes)); break;
    case 1: items = shape.lanes * random.between(1, shape.warps); break;
    case 2: break;
    case 3: items = most; break;
  }
  plan.local = draw_box(random, items);
  const uint32_t local = plan.local[0] * plan.local[1] * plan.local[2];
  const uint32_t warps = (local + shape.lanes - 1) / shape.lanes;
  const uint32_t wanted = random.pick({shape.cores * shape.warps, shape.cores * shape.warps, 4U, 8U, 20U});
  plan.groups = draw_box(random, std::clamp(wanted / warps, 1U, 24U));
  const uint32_t scratch = random.pick({0U, 64U, 256U, 256U, 256U, 260U, 512U});
  plan.scratch_size = std::min(scratch, shape.scratchpad_bytes);
  plan.private_size = random.pick({1024U, 1024U, 768U, 1028U});
  plan.private_base = kPrivateBase + random.below(16) * shape.line_bytes;
  plan.code_base = 0x8000'0000 + 4 * random.below(64);
  plan.kernel = random.bits();
  plan.arguments = random.bits();
}

// The shared area may have a part that may only be read, and one that is not there.
void draw_regions(Random& random, const Configuration& shape, LaunchPlan& plan) {
  const uint32_t shared_last = kSharedBase + kSharedBytes - 1;
  if (random.percent(25)) {
    const uint32_t first = kSharedBase + random.below(256);
    const uint32_t end = first + random.between(1, 64);
    if (first > kSharedBase) plan.regions.push_back({kSharedBase, first - 1, 3});
    plan.regions.push_back({end, shared_last, 3});
    // There must be room for the code's region and that of own memory.
    if (random.percent(60) && plan.regions.size() + 3 <= shape.regions) plan.regions.push_back({first, end - 1, 1});
  } else {
    plan.regions.push_back({kSharedBase, shared_last, 3});
  }
  // Nobody's registers must be missing: own memory and what is checked is always there.
  plan.regions.push_back({kOwnBase, kCheckBase + kCheckBytes - 1, 7});
}

void draw_data(Random& random, LaunchPlan& plan) {
  DataBlock shared{.address = kSharedBase, .words = {}};
  for (uint32_t i = 0; i < kInitialBytes / 4; ++i) {
    shared.words.push_back(random.percent(50) ? integer_value(random) : float_value(random));
  }
  plan.data.push_back(std::move(shared));
}

// What launches should not be like.
void spoil(Random& random, const Configuration& shape, LaunchPlan& plan) {
  switch (random.below(4)) {
    case 0: plan.local = {shape.warps * shape.lanes + random.between(1, 9), 1, 1}; break;
    case 1: plan.groups[random.below(3)] = 0; break;
    case 2: plan.private_size = random.pick({6U, 1U, 1023U}); break;
    case 3: plan.scratch_size = shape.scratchpad_bytes + random.between(1, 64); break;
  }
}

}  // namespace

Session draw_session(uint64_t seed, std::span<const Choice> choices) {
  Random random(seed);
  Random shape_draw = random.split();
  Random machine = random.split();
  Session session;
  session.seed = seed;
  std::vector<unsigned> shares;
  for (const Choice& choice : choices) shares.push_back(choice.share);
  session.configuration = choices[shape_draw.weighted(shares)].configuration;
  const Configuration shape = Configuration::parse(session.configuration);
  draw_machine(machine, session);
  const unsigned launches = machine.pick({1U, 1U, 2U, 3U});
  for (unsigned i = 0; i < launches; ++i) {
    Random draw = random.split();
    LaunchPlan& plan = session.launches.emplace_back();
    draw_geometry(draw, shape, plan);
    draw_regions(draw, shape, plan);
    draw_data(draw, plan);
    plan.poll = draw.pick({200U, 1000U, 1000U, 5000U});
    if (draw.percent(5)) plan.abort_after = draw.between(1, 4000);
    Generator generator(draw.split(), shape, plan);
    generator.program();
    plan.data.push_back({.address = kCheckBase, .words = std::vector<uint32_t>(kCheckBytes / 16)});
    if (draw.percent(3)) spoil(draw, shape, plan);
    // Where something comes after it.
    if (i + 1 < launches && draw.percent(6)) plan.reset_after = draw.between(1, 3000);
    if (i == 0 && machine.percent(5)) {
      // A handler would go on where it does not know the way, so code fails only where there is none.
      uint32_t base = machine.pick({kSharedBase, kSharedBase, kOwnBase});
      if (!generator.has_handler() && machine.percent(40)) base = plan.code_base;
      session.bus_error_first = base + 4 * machine.below(64);
      session.bus_error_last = session.bus_error_first + 4 * machine.between(1, 16) - 1;
    }
  }
  // Code that fails would do so for later programs, too, handlers included.
  if (session.bus_error_first < kSharedBase)
    session.launches.resize(session.bus_error_first > session.bus_error_last ? session.launches.size() : 1);
  return session;
}

}  // namespace heddle::fuzz
