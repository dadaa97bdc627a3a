// Errors of the built-in mathematics in single precision against MPFR, beside the limits of OpenCL's full profile
// (table 7.1 of the OpenCL C 1.2 specification's section 7.4):  accuracy [--n ARGUMENTS] [FUNCTION...]. Exit status 1
// where a limit is exceeded.
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <mpfr.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace {

using Exact = std::function<void(mpfr_t result, const mpfr_t x, const mpfr_t y)>;

struct Function {
  std::string name;
  std::string call;  ///< Over floats x and y.
  double limit;      ///< In ulp; 0: exact.
  float low, high;   ///< Half of the arguments lie here, evenly; the others are any bits.
  Exact exact;
};

template <int (*Operation)(mpfr_t, const mpfr_t, mpfr_rnd_t)>
Exact one() {
  return [](mpfr_t result, const mpfr_t x, const mpfr_t) { Operation(result, x, MPFR_RNDN); };
}
template <int (*Operation)(mpfr_t, const mpfr_t, const mpfr_t, mpfr_rnd_t)>
Exact two() {
  return [](mpfr_t result, const mpfr_t x, const mpfr_t y) { Operation(result, x, y, MPFR_RNDN); };
}
Exact integral(int (*round)(mpfr_t, const mpfr_t, mpfr_rnd_t)) {
  return [round](mpfr_t result, const mpfr_t x, const mpfr_t) { round(result, x, MPFR_RNDN); };
}
/// A function with a second result, which is not looked at.
std::string with_pointer(const char* type, const char* call) {
  return std::string("({ ") + type + " p; " + call + "; })";
}
int saturated(const mpfr_t y) {
  return mpfr_nan_p(y) ? 0 : static_cast<int>(std::clamp(mpfr_get_si(y, MPFR_RNDZ), -2147483648L, 2147483647L));
}
void scale(mpfr_t result, const mpfr_t x, const mpfr_t y) {
  mpfr_mul_2si(result, x, std::clamp(saturated(y), -300, 300), MPFR_RNDN);
}
void exponent_of(mpfr_t result, const mpfr_t x, const mpfr_t) {
  if (mpfr_regular_p(x)) {
    mpfr_set_si(result, mpfr_get_exp(x) - 1, MPFR_RNDN);
  } else if (mpfr_zero_p(x)) {
    mpfr_set_inf(result, -1);
  } else {
    mpfr_abs(result, x, MPFR_RNDN);
  }
}
void mantissa_of(mpfr_t result, const mpfr_t x, const mpfr_t) {
  mpfr_exp_t exponent = 0;
  mpfr_frexp(&exponent, result, x, MPFR_RNDN);
}
void fraction(mpfr_t result, const mpfr_t x, const mpfr_t) {
  if (mpfr_inf_p(x)) return mpfr_set_zero(result, 1);
  mpfr_floor(result, x);
  mpfr_sub(result, x, result, MPFR_RNDN);
  if (mpfr_cmp_d(result, 0x1.fffffep-1) > 0) mpfr_set_d(result, 0x1.fffffep-1, MPFR_RNDN);
}
void next_after(mpfr_t result, const mpfr_t x, const mpfr_t y) {
  mpfr_set_flt(result, std::nextafterf(mpfr_get_flt(x, MPFR_RNDN), mpfr_get_flt(y, MPFR_RNDN)), MPFR_RNDN);
}
/// The one of larger (or smaller) magnitude.
template <bool Larger>
void by_magnitude(mpfr_t result, const mpfr_t x, const mpfr_t y) {
  const int order = mpfr_nan_p(x) || mpfr_nan_p(y) ? 0 : mpfr_cmpabs(x, y);
  if (order == 0) {
    (Larger ? mpfr_max : mpfr_min)(result, x, y, MPFR_RNDN);
  } else {
    mpfr_set(result, (order > 0) == Larger ? x : y, MPFR_RNDN);
  }
}
/// half_sin and its like have arguments below 2^16.
template <int (*Operation)(mpfr_t, const mpfr_t, mpfr_rnd_t)>
void of_remainder(mpfr_t result, const mpfr_t x, const mpfr_t) {
  mpfr_t range;
  mpfr_init2(range, 24);
  mpfr_set_ui(range, 65536, MPFR_RNDN);
  mpfr_fmod(range, x, range, MPFR_RNDN);
  Operation(result, range, MPFR_RNDN);
  mpfr_clear(range);
}
/// Powers of the magnitude, or NaN below zero.
void power_of_magnitude(mpfr_t result, const mpfr_t x, const mpfr_t y) {
  if (mpfr_sgn(x) < 0) return mpfr_set_nan(result);
  mpfr_abs(result, x, MPFR_RNDN);
  mpfr_pow(result, result, y, MPFR_RNDN);
}
void gamma_logarithm(mpfr_t result, const mpfr_t x, const mpfr_t) {
  int sign = 0;
  mpfr_lgamma(result, &sign, x, MPFR_RNDN);
}

const std::vector<Function>& functions() {
  const auto call = [](const char* name) { return std::string(name) + "(x)"; };
  static const std::vector<Function> all = [&] {
    std::vector<Function> list;
    const auto add = [&](const char* name, double limit, float low, float high, Exact exact) {
      list.push_back({name, call(name), limit, low, high, std::move(exact)});
    };
    const auto add2 = [&](const char* name, double limit, float low, float high, Exact exact) {
      list.push_back({name, std::string(name) + "(x, y)", limit, low, high, std::move(exact)});
    };
    add("acos", 4, -1, 1, one<mpfr_acos>());
    add("acosh", 4, 1, 100, one<mpfr_acosh>());
    add("acospi", 5, -1, 1, one<mpfr_acospi>());
    add("asin", 4, -1, 1, one<mpfr_asin>());
    add("asinh", 4, -100, 100, one<mpfr_asinh>());
    add("asinpi", 5, -1, 1, one<mpfr_asinpi>());
    add("atan", 5, -10, 10, one<mpfr_atan>());
    add2("atan2", 6, -10, 10, two<mpfr_atan2>());
    add2("atan2pi", 6, -10, 10, two<mpfr_atan2pi>());
    add("atanh", 5, -1, 1, one<mpfr_atanh>());
    add("atanpi", 5, -10, 10, one<mpfr_atanpi>());
    add("cbrt", 2, -100, 100, one<mpfr_cbrt>());
    add("cos", 4, -10, 10, one<mpfr_cos>());
    add("cosh", 4, -89, 89, one<mpfr_cosh>());
    add("cospi", 4, -10, 10, one<mpfr_cospi>());
    list.push_back({"divide", "x / y", 2.5, -100, 100, two<mpfr_div>()});
    add("erf", 16, -4, 4, one<mpfr_erf>());
    add("erfc", 16, -4, 10, one<mpfr_erfc>());
    add("exp", 3, -103, 89, one<mpfr_exp>());
    add("exp10", 3, -45, 39, one<mpfr_exp10>());
    add("exp2", 3, -149, 128, one<mpfr_exp2>());
    add("expm1", 3, -20, 89, one<mpfr_expm1>());
    add2("fdim", 0.5, -100, 100, two<mpfr_dim>());
    list.push_back({"fma", "fma(x, y, x)", 0.5, -100, 100,
                    [](mpfr_t result, const mpfr_t x, const mpfr_t y) { mpfr_fma(result, x, y, x, MPFR_RNDN); }});
    add2("fmod", 0, -100, 100, two<mpfr_fmod>());
    add2("hypot", 4, -100, 100, two<mpfr_hypot>());
    add("lgamma", std::numeric_limits<double>::infinity(), 0, 50, gamma_logarithm);
    add("log", 3, 0, 10, one<mpfr_log>());
    add("log10", 3, 0, 10, one<mpfr_log10>());
    add("log1p", 2, -1, 10, one<mpfr_log1p>());
    add("log2", 3, 0, 10, one<mpfr_log2>());
    add2("pow", 16, -20, 20, two<mpfr_pow>());
    list.push_back(
        {"pown", "pown(x, convert_int_sat(y))", 16, -20, 20,
         [](mpfr_t result, const mpfr_t x, const mpfr_t y) { mpfr_pow_si(result, x, saturated(y), MPFR_RNDN); }});
    add2("powr", 16, 0, 20, power_of_magnitude);
    add2("remainder", 0, -100, 100, two<mpfr_remainder>());
    list.push_back({"rootn", "rootn(x, 1 + (as_int(y) & 63))", 16, 0, 1000, nullptr});
    add("rint", 0, -100, 100, integral(mpfr_rint));
    add("round", 0, -100, 100, [](mpfr_t result, const mpfr_t x, const mpfr_t) { mpfr_round(result, x); });
    add("rsqrt", 2, 0, 100, one<mpfr_rec_sqrt>());
    add("sin", 4, -10, 10, one<mpfr_sin>());
    add("sinh", 4, -89, 89, one<mpfr_sinh>());
    add("sinpi", 4, -10, 10, one<mpfr_sinpi>());
    add("sqrt", 3, 0, 100, one<mpfr_sqrt>());
    add("tan", 5, -10, 10, one<mpfr_tan>());
    add("tanh", 5, -10, 10, one<mpfr_tanh>());
    add("tanpi", 6, -10, 10, one<mpfr_tanpi>());
    add("tgamma", 16, -5, 35, one<mpfr_gamma>());
    list.push_back({"add", "x + y", 0.5, -100, 100, two<mpfr_add>()});
    list.push_back({"subtract", "x - y", 0.5, -100, 100, two<mpfr_sub>()});
    list.push_back({"multiply", "x * y", 0.5, -100, 100, two<mpfr_mul>()});
    list.push_back({"reciprocal", "1.0f / x", 2.5, -100, 100,
                    [](mpfr_t result, const mpfr_t x, const mpfr_t) { mpfr_ui_div(result, 1, x, MPFR_RNDN); }});
    add("ceil", 0, -100, 100, [](mpfr_t result, const mpfr_t x, const mpfr_t) { mpfr_ceil(result, x); });
    add("floor", 0, -100, 100, [](mpfr_t result, const mpfr_t x, const mpfr_t) { mpfr_floor(result, x); });
    add("trunc", 0, -100, 100, [](mpfr_t result, const mpfr_t x, const mpfr_t) { mpfr_trunc(result, x); });
    add("fabs", 0, -100, 100, [](mpfr_t result, const mpfr_t x, const mpfr_t) { mpfr_abs(result, x, MPFR_RNDN); });
    // (MPFR's NaN has no sign.)
    list.push_back({"copysign", "copysign(x, isnan(y) ? 1.0f : y)", 0, -100, 100,
                    [](mpfr_t result, const mpfr_t x, const mpfr_t y) {
                      mpfr_setsign(result, x, !mpfr_nan_p(y) && mpfr_signbit(y), MPFR_RNDN);
                    }});
    add2("fmax", 0, -100, 100, two<mpfr_max>());
    add2("fmin", 0, -100, 100, two<mpfr_min>());
    add2("maxmag", 0, -100, 100, by_magnitude<true>);
    add2("minmag", 0, -100, 100, by_magnitude<false>);
    add2("nextafter", 0, -100, 100, next_after);
    add("logb", 0, -100, 100, exponent_of);
    list.push_back({"ldexp", "ldexp(x, clamp(convert_int_sat(y), -300, 300))", 0.5, -150, 150, scale});
    list.push_back({"fract", with_pointer("float", "fract(x, &p)"), 0.5, -100, 100, fraction});
    list.push_back({"frexp", with_pointer("int", "frexp(x, &p)"), 0, -100, 100, mantissa_of});
    list.push_back({"modf", with_pointer("float", "modf(x, &p)"), 0, -100, 100, one<mpfr_frac>()});
    list.push_back({"remquo", with_pointer("int", "remquo(x, y, &p)"), 0, -100, 100, two<mpfr_remainder>()});
    list.push_back({"sincos", with_pointer("float", "sincos(x, &p)"), 4, -10, 10, one<mpfr_sin>()});
    const double half_limit = 8192;
    const auto of_small = [](const char* name) { return std::string(name) + "(fmod(x, 65536.0f))"; };
    list.push_back({"half_cos", of_small("half_cos"), half_limit, -10, 10, of_remainder<mpfr_cos>});
    list.push_back({"half_sin", of_small("half_sin"), half_limit, -10, 10, of_remainder<mpfr_sin>});
    list.push_back({"half_tan", of_small("half_tan"), half_limit, -10, 10, of_remainder<mpfr_tan>});
    add2("half_divide", half_limit, -100, 100, two<mpfr_div>());
    add("half_exp", half_limit, -80, 80, one<mpfr_exp>());
    add("half_exp2", half_limit, -120, 120, one<mpfr_exp2>());
    add("half_exp10", half_limit, -35, 35, one<mpfr_exp10>());
    add("half_log", half_limit, 0, 100, one<mpfr_log>());
    add("half_log2", half_limit, 0, 100, one<mpfr_log2>());
    add("half_log10", half_limit, 0, 100, one<mpfr_log10>());
    add2("half_powr", half_limit, 0, 20, power_of_magnitude);
    list.push_back({"half_recip", "half_recip(x)", half_limit, -100, 100,
                    [](mpfr_t result, const mpfr_t x, const mpfr_t) { mpfr_ui_div(result, 1, x, MPFR_RNDN); }});
    add("half_rsqrt", half_limit, 0, 100, one<mpfr_rec_sqrt>());
    add("half_sqrt", half_limit, 0, 100, one<mpfr_sqrt>());
    return list;
  }();
  return all;
}

void rootn(mpfr_t result, const mpfr_t x, float y) {
  const unsigned long n = 1 + (std::bit_cast<uint32_t>(y) & 63);
  mpfr_rootn_ui(result, x, n, MPFR_RNDN);
}

/// The error of `got` in units in the last place of the exact result.
double error_of(float got, mpfr_t exact) {
  if (mpfr_nan_p(exact)) return std::isnan(got) ? 0.0 : std::numeric_limits<double>::infinity();
  if (std::isnan(got)) return std::numeric_limits<double>::infinity();
  if (mpfr_inf_p(exact))
    return std::isinf(got) && std::signbit(got) == (mpfr_sgn(exact) < 0) ? 0.0
                                                                         : std::numeric_limits<double>::infinity();
  if (mpfr_zero_p(exact)) return got == 0.0F ? 0.0 : std::numeric_limits<double>::infinity();
  const long exponent = std::clamp<long>(mpfr_get_exp(exact) - 24, -149, 104);
  mpfr_t difference;
  mpfr_init2(difference, 256);
  if (std::isinf(got)) {
    // As if the exponent had no end.
    mpfr_set_si_2exp(difference, got > 0 ? 1 : -1, 128, MPFR_RNDN);
    if (mpfr_cmpabs(exact, difference) >= 0 && (mpfr_sgn(exact) < 0) == std::signbit(got))
      mpfr_set(difference, exact, MPFR_RNDN);
  } else {
    mpfr_set_flt(difference, got, MPFR_RNDN);
  }
  mpfr_sub(difference, difference, exact, MPFR_RNDN);
  mpfr_mul_2si(difference, difference, -exponent, MPFR_RNDN);
  const double error = std::fabs(mpfr_get_d(difference, MPFR_RNDU));
  mpfr_clear(difference);
  return error;
}

void check(cl_int code, const char* what) {
  if (code == CL_SUCCESS) return;
  std::fprintf(stderr, "accuracy: %s failed with %d\n", what, code);
  std::exit(1);
}

/// The functions as kernels of one program.
class Runner {
 public:
  explicit Runner(const std::vector<const Function*>& wanted) {
    cl_platform_id platform = nullptr;
    cl_int code = CL_SUCCESS;
    check(clGetPlatformIDs(1, &platform, nullptr), "finding the platform");
    check(clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 1, &device_, nullptr), "finding the device");
    context_ = clCreateContext(nullptr, 1, &device_, nullptr, nullptr, &code);
    check(code, "making the context");
    queue_ = clCreateCommandQueue(context_, device_, 0, &code);
    check(code, "making the queue");
    std::string source;
    for (const Function* function : wanted) {
      source += "__kernel void f_" + function->name +
                "(__global const float* a, __global const float* b, __global float* r) {\n"
                "  const size_t i = get_global_id(0);\n  const float x = a[i], y = b[i];\n  r[i] = " +
                function->call + ";\n}\n";
    }
    const char* text = source.c_str();
    program_ = clCreateProgramWithSource(context_, 1, &text, nullptr, &code);
    check(code, "making the program");
    check(clBuildProgram(program_, 1, &device_, "", nullptr, nullptr), "building");
  }
  std::vector<float> run(const Function& function, const std::vector<float>& x, const std::vector<float>& y) {
    cl_int code = CL_SUCCESS;
    cl_kernel kernel = clCreateKernel(program_, ("f_" + function.name).c_str(), &code);
    check(code, "making a kernel");
    const size_t bytes = x.size() * sizeof(float);
    std::vector<float> result(x.size());
    const std::array<const float*, 3> from = {x.data(), y.data(), result.data()};
    std::array<cl_mem, 3> buffers{};
    for (cl_uint i = 0; i < 3; ++i) {
      buffers[i] = clCreateBuffer(context_, CL_MEM_COPY_HOST_PTR, bytes, const_cast<float*>(from[i]), &code);
      check(code, "making a buffer");
      check(clSetKernelArg(kernel, i, sizeof(cl_mem), &buffers[i]), "setting an argument");
    }
    const size_t items = x.size();
    check(clEnqueueNDRangeKernel(queue_, kernel, 1, nullptr, &items, nullptr, 0, nullptr, nullptr), "launching");
    check(clEnqueueReadBuffer(queue_, buffers[2], CL_TRUE, 0, bytes, result.data(), 0, nullptr, nullptr), "reading");
    for (cl_mem buffer : buffers) clReleaseMemObject(buffer);
    clReleaseKernel(kernel);
    return result;
  }

 private:
  cl_device_id device_ = nullptr;
  cl_context context_ = nullptr;
  cl_command_queue queue_ = nullptr;
  cl_program program_ = nullptr;
};

/// Prints one row; whether the limit holds.
bool measure(Runner& runner, const Function& function, size_t count) {
  std::mt19937 generator(1);
  std::uniform_real_distribution<float> even(function.low, function.high);
  std::vector<float> x(count), y(count);
  for (std::vector<float>* values : {&x, &y}) {
    for (size_t i = 0; i < count; ++i)
      (*values)[i] = i % 2 == 0 ? even(generator) : std::bit_cast<float>(static_cast<uint32_t>(generator()));
  }
  const std::vector<float> got = runner.run(function, x, y);
  mpfr_t a, b, exact;
  mpfr_inits2(24, a, b, nullptr);
  mpfr_init2(exact, 80);
  double worst = 0.0;
  size_t where = 0;
  for (size_t i = 0; i < count; ++i) {
    mpfr_set_flt(a, x[i], MPFR_RNDN);
    mpfr_set_flt(b, y[i], MPFR_RNDN);
    if (function.exact) {
      function.exact(exact, a, b);
    } else {
      rootn(exact, a, y[i]);
    }
    if (std::isnan(got[i]) && (std::isnan(x[i]) || std::isnan(y[i]))) continue;
    const double error = error_of(got[i], exact);
    if (error > worst) {
      worst = error;
      where = i;
    }
  }
  mpfr_clears(a, b, exact, nullptr);
  const bool good = worst <= function.limit;
  std::printf("| `%s` | %g | %.2f |%s", function.name.c_str(), function.limit, worst, good ? "\n" : "");
  if (!good)
    std::printf(" EXCEEDED at x = %a, y = %a: got %a\n", static_cast<double>(x[where]), static_cast<double>(y[where]),
                static_cast<double>(got[where]));
  std::fflush(stdout);
  return good;
}

}  // namespace

int main(int argc, char** argv) {
  size_t count = 1 << 20;
  std::vector<std::string> wanted;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--n") == 0 && i + 1 < argc) {
      count = std::strtoul(argv[++i], nullptr, 10);
    } else {
      wanted.emplace_back(argv[i]);
    }
  }
  for (const std::string& name : wanted) {
    if (std::ranges::none_of(functions(), [&](const Function& function) { return function.name == name; })) {
      std::fprintf(stderr, "accuracy: unknown function '%s'\n", name.c_str());
      return 2;
    }
  }
  if (count == 0) {
    std::fprintf(stderr, "accuracy: --n needs a positive number\n");
    return 2;
  }
  std::vector<const Function*> chosen;
  for (const Function& function : functions()) {
    if (wanted.empty() || std::ranges::find(wanted, function.name) != wanted.end()) chosen.push_back(&function);
  }
  Runner runner(chosen);
  std::printf("| function | limit | measured |\n|---|---|---|\n");
  bool good = true;
  for (const Function* function : chosen) good &= measure(runner, *function, count);
  return good ? 0 : 1;
}
