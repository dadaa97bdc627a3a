#include <array>
#include <cmath>
#include <utility>

#include "floats.h"
#include "nbody_args.h"
#include "runner.h"

namespace ex = heddle::examples;

namespace {

constexpr float kTimeStep = 0.01f, kSoftening = 0.01f;

std::array<float, 3> vector_of(const auto& value) { return {value.x, value.y, value.z}; }

/// One step of body i in double from single precision state, and bounds on the error of a step in floats.
struct ReferenceStep {
  ReferenceStep(const std::vector<nbody_body>& bodies, const nbody_velocity& velocity_before, size_t i) {
    std::array<double, 3> acceleration{}, magnitude{};
    const auto self = vector_of(bodies[i]), before = vector_of(velocity_before);
    for (const nbody_body& other : bodies) {
      const auto place = vector_of(other);
      std::array<double, 3> d;
      double square = kSoftening;
      for (int axis = 0; axis < 3; ++axis) {
        d[axis] = double{place[axis]} - self[axis];
        square += d[axis] * d[axis];
      }
      for (int axis = 0; axis < 3; ++axis) {
        const double term = other.mass * d[axis] / (square * std::sqrt(square));
        acceleration[axis] += term;
        magnitude[axis] += std::abs(term);
      }
    }
    for (int axis = 0; axis < 3; ++axis) {
      const double off = (static_cast<double>(bodies.size()) + 20) * ex::kRoundoff * magnitude[axis];
      velocity[axis] = before[axis] + kTimeStep * acceleration[axis];
      velocity_bound[axis] = kTimeStep * off + ex::kRoundoff * 1.001 * std::abs(velocity[axis]);
      position[axis] = self[axis] + kTimeStep * velocity[axis];
      position_bound[axis] = kTimeStep * velocity_bound[axis] + ex::kRoundoff * 1.001 * std::abs(position[axis]);
    }
  }

  std::array<double, 3> velocity, velocity_bound, position, position_bound;
};

/// The three coordinates of everything, one after the other.
template <typename T>
std::vector<float> flat(const std::vector<T>& values) {
  std::vector<float> result;
  for (const T& value : values) {
    for (float part : vector_of(value)) result.push_back(part);
  }
  return result;
}

void append(std::vector<double>& to, const std::array<double, 3>& values) {
  to.insert(to.end(), values.begin(), values.end());
}

}  // namespace

int main(int argc, char** argv) {
  uint32_t n = 192, steps = 2;
  return ex::run_example(
      argc, argv, {"nbody", "Moves bodies that attract each other, one per work-item."},
      [&](CLI::App& app) {
        app.add_option("--n", n, "Bodies")->check(CLI::Range(1U, 1U << 16))->capture_default_str();
        app.add_option("--steps", steps, "Time steps")->check(CLI::Range(1U, 100U))->capture_default_str();
      },
      [&](ex::Run& run) {
        auto& device = run.device();
        const std::vector<float> draws = ex::random_floats(size_t{n} * 6, 1),
                                 masses = ex::random_floats(n, 2, 0.1f, 1.0f);
        std::vector<nbody_body> bodies(n);
        std::vector<nbody_velocity> velocities(n);
        for (uint32_t i = 0; i < n; ++i) {
          const float* draw = &draws[i * 6];
          bodies[i] = {draw[0], draw[1], draw[2], masses[i]};
          velocities[i] = {draw[3], draw[4], draw[5], 0.0f};
        }
        nbody_args args{n,
                        kTimeStep,
                        kSoftening,
                        device.upload(bodies, "bodies"),
                        device.allocate(n * sizeof(nbody_body), "moved bodies"),
                        device.upload(velocities, "velocities")};
        const uint32_t group = run.workgroup();
        for (uint32_t step = 0; step < steps; ++step) {
          run.launch("nbody", {(n + group - 1) / group, 1, 1}, {group, 1, 1}, args);
          std::vector<double> velocity, velocity_bound, position, position_bound;
          for (uint32_t i = 0; i < n; ++i) {
            const ReferenceStep reference(bodies, velocities[i], i);
            append(velocity, reference.velocity);
            append(velocity_bound, reference.velocity_bound);
            append(position, reference.position);
            append(position_bound, reference.position_bound);
          }
          bodies = device.read<nbody_body>(args.to, n);
          velocities = device.read<nbody_velocity>(args.velocity, n);
          const std::string of_step = " of step " + std::to_string(step);
          run.check_close(flat(velocities), velocity, velocity_bound, "velocities" + of_step);
          run.check_close(flat(bodies), position, position_bound, "positions" + of_step);
          std::swap(args.from, args.to);
        }
      });
}
