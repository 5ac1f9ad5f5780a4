#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "observe/snapshot.hpp"

namespace osrtp::observe {

/// What a number is, as Prometheus has it.
enum class Kind : std::uint8_t { kCounter, kGauge, kHistogram };
[[nodiscard]] constexpr std::string_view name(Kind kind) noexcept {
  return kind == Kind::kCounter ? "counter" : kind == Kind::kGauge ? "gauge" : "histogram";
}

/// A histogram in seconds.
struct Spread {
  struct Bucket {
    double end;            // included
    std::uint64_t within;  // and in all before
  };
  std::vector<Bucket> buckets;
  std::uint64_t count = 0;
  double sum = 0;
};

/// One time series.
struct Sample {
  std::vector<std::string> labels;  // values, in the order of the metric's
  double value = 0;
  Spread spread{};  // of a histogram, in place of the value
};

/// A metric, and how it is read from a snapshot. Labels have values from closed lists, or such that the configuration
/// names: never a call's.
struct Metric {
  std::string_view name;
  Kind kind;
  std::string_view labels;  // "leg,reason"; empty: none
  std::string_view help;
  std::vector<Sample> (*read)(const Snapshot&);
};

/// All of them, in the order of the text.
[[nodiscard]] std::span<const Metric> metrics() noexcept;
/// The words of a list like Metric::labels.
[[nodiscard]] std::vector<std::string_view> words_of(std::string_view list);

}  // namespace osrtp::observe
