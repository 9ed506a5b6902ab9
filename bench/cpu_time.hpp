// CPU time of this process, all its threads together: what others do on the machine does not count.
#pragma once

#include <ctime>

namespace aether::bench {

inline double cpu_s() {
  timespec cpu{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
  return static_cast<double>(cpu.tv_sec) + 1e-9 * static_cast<double>(cpu.tv_nsec);
}

template <class F>
double seconds_of(const F& work) {
  const double begin = cpu_s();
  work();
  return cpu_s() - begin;
}

}  // namespace aether::bench
