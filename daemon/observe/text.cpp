#include "observe/text.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <utility>

#include "observe/metrics.hpp"

namespace osrtp::observe {
namespace {

prometheus::MetricType type_of(Kind kind) {
  switch (kind) {
    case Kind::kCounter:
      return prometheus::MetricType::Counter;
    case Kind::kGauge:
      return prometheus::MetricType::Gauge;
    case Kind::kHistogram:
      return prometheus::MetricType::Histogram;
  }
  return prometheus::MetricType::Untyped;
}

prometheus::ClientMetric::Histogram histogram_of(const Spread& spread) {
  prometheus::ClientMetric::Histogram histogram;
  histogram.sample_count = spread.count;
  histogram.sample_sum = spread.sum;
  for (const auto& [end, within] : spread.buckets) histogram.bucket.push_back({within, end});
  return histogram;
}

prometheus::MetricFamily family_of(const Metric& metric, const Snapshot& snapshot) {
  prometheus::MetricFamily family{std::string(metric.name), std::string(metric.help), type_of(metric.kind), {}};
  const auto labels = words_of(metric.labels);
  for (const Sample& sample : metric.read(snapshot)) {
    prometheus::ClientMetric series;
    for (std::size_t i = 0; i < labels.size(); ++i) series.label.push_back({std::string(labels[i]), sample.labels[i]});
    series.counter.value = series.gauge.value = sample.value;
    series.histogram = histogram_of(sample.spread);
    family.metric.push_back(std::move(series));
  }
  return family;
}

}  // namespace

std::string to_text(const Snapshot& snapshot) {
  std::vector<prometheus::MetricFamily> families;
  for (const Metric& metric : metrics()) families.push_back(family_of(metric, snapshot));
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace osrtp::observe
