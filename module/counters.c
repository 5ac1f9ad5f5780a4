#include "core/counters.h"
#include "core/dprint.h"
#include "module/shim.h"

/** The statistics group `osrtp`. */

#define MOST_COUNTERS 64

static counter_handle_t handles[MOST_COUNTERS];

static void count(unsigned int number) { counter_inc(handles[number]); }

int osrtp_register_counters(void) {
  const unsigned int all = osrtp_counters();
  unsigned int i;

  for (i = 0; i < all && i < MOST_COUNTERS; ++i) {
    if (counter_register(&handles[i], "osrtp", osrtp_counter_name(i), 0, 0, 0, osrtp_counter_about(i), 0) == 0)
      continue;
    LM_ERR("cannot register the statistics %s\n", osrtp_counter_name(i));
    return -1;
  }
  osrtp_count_to(count);
  return 0;
}
