#include "draw.h"

#include <algorithm>
#include <vector>

#include "engine_piece.h"
#include "generator.h"
#include "heddle/generated/configuration.h"
#include "random.h"
#include "values.h"

namespace heddle::fuzz {

namespace {

constexpr uint32_t kBuffers = 2;  // of accumulators, of a core

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

// Mostly anywhere in device memory, so that each bit of an address gets to be 0 and 1; one area in each 16 MB.
Places draw_places(Random& random) {
  Places places;
  if (random.percent(25)) return places;
  std::vector<uint32_t> taken;
  const auto elsewhere = [&] {
    uint32_t part = 0;
    do {
      part = 0x80 + random.below(0x80);
    } while (std::find(taken.begin(), taken.end(), part) != taken.end());
    taken.push_back(part);
    return part << 24;
  };
  places.shared = elsewhere() + 4 * random.below(0x10'0000);
  if (random.percent(50)) {
    // One bit apart: both use the same sets of the caches, and only that bit tells them apart.
    places.own = places.shared ^ (1U << random.between(22, 30));
    taken.push_back(places.own >> 24);
  } else {
    places.own = elsewhere() + 4 * random.below(0x10'0000);
  }
  places.code = elsewhere();
  places.priv = elsewhere();
  if (random.percent(70)) places.code += 4 * random.below(0x30'0000);
  if (random.percent(70)) places.priv += 256 * random.below(0x4000);
  return places;
}

void draw_geometry(Random& random, const Configuration& shape, const Places& places, LaunchPlan& plan) {
  const uint32_t most = shape.warps * shape.lanes;
  uint32_t items = random.between(1, most);
  switch (random.weighted({4, 2, 3, 1})) {
    case 0: items = random.between(1, std::min(most, 2 * shape.lanes)); break;
    case 1: items = shape.lanes * random.between(1, shape.warps); break;
    case 2: break;
    case 3: items = most; break;
  }
  plan.local = draw_box(random, items);
  const uint32_t scratch =
      random.pick({0U, 64U, 256U, 256U, 256U, 260U, 512U, 512U, 1024U, 2044U, 4096U, shape.scratchpad_bytes});
  plan.scratch_size = std::min(scratch, shape.scratchpad_bytes);
  // All of it together has to stay within its area.
  const uint32_t most_private = 0x80'0000 / (shape.cores * most) & ~3U;
  plan.private_size = std::min(random.pick({1024U, 1024U, 768U, 1028U, 4096U, 16384U}), most_private);
  plan.private_base = places.priv + random.below(16) * shape.line_bytes;
  plan.code_base = places.code + 4 * random.below(64);
  plan.kernel = random.bits();
  plan.arguments = random.bits();
}

// What a launch with commands to the engines needs; bytes of scratchpad for each work-item, 0 if it gives none.
uint32_t draw_engines(Random& random, const Configuration& shape, LaunchPlan& plan) {
  if (shape.copy_engine == 0 || random.percent(15)) return 0;
  const uint32_t bytes = random.pick({256U, 256U, 768U});
  const uint32_t slack = piece::kSlack + 4 * random.below(12);
  uint32_t most = (shape.scratchpad_bytes - piece::data_start(0) - slack - 255) / (piece::kControlBytes + bytes);
  most = std::min(most, piece::kMostItems);
  if (shape.matrix_dim != 0) plan.accumulators = static_cast<uint32_t>(random.weighted({1, 4, 3}));
  // Buffers allow a core one workgroup, or two; mostly so large that its scratchpad is full then.
  const uint32_t groups = plan.accumulators == 0 ? 1 : kBuffers / plan.accumulators;
  if (plan.accumulators != 0 && random.percent(60)) {
    most = std::max(1U, most / groups);
    plan.local = draw_box(random, std::min(shape.warps * shape.lanes / groups, random.between((most + 1) / 2, most)));
  } else if (plan.group_items() > most) {
    plan.local = draw_box(random, random.between(1, most));
  }
  const uint32_t items = plan.group_items();
  plan.scratch_size = piece::data_start(items) + items * bytes + slack;
  return bytes;
}

// Workgroups: mostly about as many as there is room for at once. More of them come one after the other and wait for
// the slowest each time, which says little for its time on a large machine. But before a launch the scratchpad is
// cleared, one word a lane and cycle, and what is over much sooner than that says little for its time, too.
void draw_grid(Random& random, const Configuration& shape, LaunchPlan& plan) {
  uint32_t room = shape.warps / ((plan.group_items() + shape.lanes - 1) / shape.lanes);
  if (plan.scratch_size != 0) room = std::min(room, shape.scratchpad_bytes / plan.scratch_size);
  if (plan.accumulators != 0) room = std::min(room, kBuffers / plan.accumulators);
  const uint32_t clearing = shape.scratchpad_bytes / 4 / shape.lanes;
  const uint32_t fit = shape.cores * std::max(1U, room) * (1 + clearing / 4096);
  const uint32_t groups = random.pick({fit, fit, fit + random.between(1, fit), random.between(1, fit), 2 * fit});
  plan.groups = draw_box(random, groups);
}

// The shared area may have a part that may only be read, and one that is not there.
void draw_regions(Random& random, const Configuration& shape, const Places& places, LaunchPlan& plan) {
  const uint32_t shared_last = places.shared + kSharedBytes - 1;
  if (random.percent(25)) {
    const uint32_t first = places.shared + random.below(256);
    const uint32_t end = first + random.between(1, 64);
    if (first > places.shared) plan.regions.push_back({places.shared, first - 1, 3});
    plan.regions.push_back({end, shared_last, 3});
    // There must be room for the code's region and that of own memory.
    if (random.percent(60) && plan.regions.size() + 3 <= shape.regions) plan.regions.push_back({first, end - 1, 1});
  } else {
    // In pieces whose borders are where the accesses are.
    uint32_t first = places.shared;
    for (unsigned pieces = random.percent(50) ? random.between(1, 6) : 0;
         pieces != 0 && plan.regions.size() + 4 <= shape.regions; --pieces) {
      const uint32_t next = first + 4 * random.between(1, 24);
      plan.regions.push_back({first, next - 1, 3});
      first = next;
    }
    plan.regions.push_back({first, shared_last, 3});
  }
  // Nobody's registers must be missing: own memory and what is checked is always there.
  plan.regions.push_back({places.own, places.check() + kCheckBytes - 1, 7});
  // In any entry of the table; those that grant nothing may say anything. The code has one more.
  const auto granting = static_cast<uint32_t>(plan.regions.size());
  const uint32_t entries = random.percent(50) ? random.between(granting, shape.regions - 1) : granting;
  while (plan.regions.size() < entries) {
    plan.regions.push_back({random.bits(), random.bits(), 0});
    std::swap(plan.regions[random.below(static_cast<uint32_t>(plan.regions.size()))], plan.regions.back());
  }
}

void draw_data(Random& random, const Places& places, uint32_t bytes, LaunchPlan& plan) {
  DataBlock shared{.address = places.shared, .words = {}};
  for (uint32_t i = 0; i < bytes / 4; ++i) {
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
    case 3:
      if (plan.accumulators != 0 && random.percent(50)) {
        plan.accumulators = random.between(3, 9);
      } else {
        plan.scratch_size = shape.scratchpad_bytes + random.between(1, 64);
      }
      break;
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
  const Places places = draw_places(machine);
  const unsigned launches = machine.pick({1U, 1U, 2U, 3U});
  bool code_fails = false;
  for (unsigned i = 0; i < launches; ++i) {
    Random draw = random.split();
    LaunchPlan& plan = session.launches.emplace_back();
    draw_geometry(draw, shape, places, plan);
    const uint32_t engine_bytes = draw_engines(draw, shape, plan);
    draw_grid(draw, shape, plan);
    draw_regions(draw, shape, places, plan);
    draw_data(draw, places, engine_bytes == 0 ? kInitialBytes : 4 * kInitialBytes, plan);
    plan.poll = draw.pick({200U, 1000U, 1000U, 5000U});
    if (draw.percent(5)) plan.abort_after = draw.between(1, 4000);
    // A grid that would never end.
    if (plan.abort_after != 0 && draw.percent(50)) plan.groups[draw.below(3)] = draw.bits() | 0x1000;
    Generator generator(draw.split(), shape, places, engine_bytes, plan);
    generator.program();
    plan.data.push_back({.address = places.check(), .words = std::vector<uint32_t>(kCheckBytes / 16)});
    if (draw.percent(3)) spoil(draw, shape, plan);
    // Where something comes after it.
    if (i + 1 < launches && draw.percent(6)) plan.reset_after = draw.between(1, 3000);
    if (i == 0 && machine.percent(5)) {
      // A handler would go on where it does not know the way, so code fails only where there is none.
      uint32_t base = machine.pick({places.shared, places.shared, places.own});
      code_fails = !generator.has_handler() && machine.percent(40);
      if (code_fails) base = plan.code_base;
      session.bus_error_first = base + 4 * machine.below(64);
      session.bus_error_last = session.bus_error_first + 4 * machine.between(1, 16) - 1;
    }
  }
  // Code that fails would do so for later programs, too, handlers included.
  if (code_fails) session.launches.resize(1);
  return session;
}

}  // namespace heddle::fuzz
