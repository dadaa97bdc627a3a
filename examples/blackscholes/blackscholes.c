// Prices of European options, one per work-item.
#include <math.h>

#include "blackscholes_args.h"

// The normal distribution: the share of values below d.
static inline float normal(float d) {
  const float k = hd_rcp(1.0f + 0.2316419f * fabsf(d));
  float p = 1.330274429f * k - 1.821255978f;
  p = p * k + 1.781477937f;
  p = p * k - 0.356563782f;
  p = p * k + 0.31938153f;
  const float tail = 0.39894228f * hd_fast_expf(-0.5f * d * d) * (p * k);
  return d > 0.0f ? 1.0f - tail : tail;
}

HD_KERNEL(blackscholes) {
  const uint32_t i = hd_global_id(0);
  if (i >= args->n) return;
  const float price = args->price[i], strike = args->strike[i], years = args->years[i];
  const float rate = args->rate, volatility = args->volatility;
  const float deviation = volatility * sqrtf(years);
  const float drift = (rate + 0.5f * volatility * volatility) * years;
  const float d1 = hd_fast_divf(hd_fast_logf(hd_fast_divf(price, strike)) + drift, deviation);
  const float d2 = d1 - deviation;
  const float discounted = strike * hd_fast_expf(-rate * years);
  const float call = price * normal(d1) - discounted * normal(d2);
  args->call[i] = call;
  args->put[i] = call + discounted - price;
}
