// Snapshot to text, and that what is documented is what there is.
#include "observe/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "observe/text.hpp"

namespace osrtp::observe {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;

Snapshot example() {
  Snapshot snapshot;
  snapshot.build = {"1.2", "2.5.0", "3.0.11"};
  snapshot.max_calls = 10'000;
  call::enter(
      snapshot.census,
      {{protocol::Leg::kCaller, protocol::SecurityState::kSrtpSdes, Suite::kAesCm128HmacSha1_80, std::nullopt},
       {protocol::Leg::kCallee, protocol::SecurityState::kPlain, std::nullopt, protocol::Reason::kPeerDeclined}});
  snapshot.census.begun = 3;
  snapshot.census.handshakes.add(call::kHandshakeBounds, milliseconds(25));
  snapshot.census.handshakes.add(call::kHandshakeBounds, milliseconds(26));
  snapshot.census.handshakes.add(call::kHandshakeBounds, milliseconds(20'000));
  snapshot.requests.add(protocol::Command::kOffer, std::nullopt);
  snapshot.ports = {{"out", "192.0.2.1", 5000, 2}};
  snapshot.workers = {{.packets = 7, .cpu = milliseconds(1500)}, {.packets = 8}};
  snapshot.stalled_workers = 1;
  snapshot.turns.add(kTurnBounds, microseconds(30));
  snapshot.process.resident = 4096;
  return snapshot;
}

TEST(MetricsText, HasTheNumbers) {
  const std::string text = to_text(example());
  for (const char* line : {
           "# HELP osrtp_calls Calls now, by how all their legs are protected.\n# TYPE osrtp_calls gauge\n",
           "\nosrtp_build_info{version=\"1.2\",libsrtp=\"2.5.0\",openssl=\"3.0.11\"} 1\n",
           "\nosrtp_calls{security=\"partly\"} 1\n",
           "\nosrtp_calls{security=\"plain\"} 0\n",
           "\nosrtp_calls_limit 10000\n",
           "\nosrtp_calls_begun_total 3\n",
           "\nosrtp_legs{leg=\"callee\",state=\"plain\"} 1\n",
           "\nosrtp_legs_encrypted{keying=\"sdes\",suite=\"AES_CM_128_HMAC_SHA1_80\"} 1\n",
           "\nosrtp_legs_plain{reason=\"peer-declined\"} 1\n",
           "\nosrtp_handshake_seconds_count 3\n",
           "\nosrtp_handshake_seconds_bucket{le=\"0.05\"} 2\n",
           "\nosrtp_handshake_seconds_bucket{le=\"15\"} 2\n",
           "\nosrtp_handshake_seconds_bucket{le=\"+Inf\"} 3\n",
           "\nosrtp_requests_total{command=\"offer\",result=\"ok\"} 1\n",
           "\nosrtp_port_pairs_used{interface=\"out\",address=\"192.0.2.1\"} 2\n",
           "\nosrtp_workers_stalled 1\n",
           "\nosrtp_worker_packets_total{worker=\"1\"} 8\n",
           "\nosrtp_worker_cpu_seconds_total{worker=\"0\"} 1.5\n",
           "\nosrtp_turn_seconds_bucket{le=\"5e-05\"} 1\n",
           "\nprocess_resident_memory_bytes 4096\n",
       }) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(MetricsText, LeavesOutWhatTheSystemDoesNotTell) {
  Snapshot snapshot = example();
  snapshot.process.resident.reset();
  EXPECT_THAT(to_text(snapshot), Not(HasSubstr("\nprocess_resident_memory_bytes ")));
}

TEST(MetricsText, HasEverySeriesOfAClosedListFromTheStart) {
  const std::string text = to_text(Snapshot{});
  for (const auto reason : protocol::kReasonNames) {
    EXPECT_THAT(text, HasSubstr("\nosrtp_legs_plain{reason=\"" + std::string(reason) + "\"} 0\n"));
  }
  for (const auto error : protocol::kErrorCodeNames) {
    EXPECT_THAT(text, HasSubstr("{command=\"offer\",result=\"" + std::string(error) + "\"} 0\n"));
  }
}

TEST(Metrics, HaveNamesOfTheirOwnAndAValueForEachLabel) {
  std::set<std::string_view> names;
  const Snapshot snapshot = example();
  for (const Metric& metric : metrics()) {
    EXPECT_TRUE(names.insert(metric.name).second) << metric.name;
    EXPECT_EQ(metric.name.ends_with("_total"), metric.kind == Kind::kCounter) << metric.name;
    std::set<std::vector<std::string>> series;
    for (const Sample& sample : metric.read(snapshot)) {
      EXPECT_EQ(sample.labels.size(), words_of(metric.labels).size()) << metric.name;
      EXPECT_TRUE(series.insert(sample.labels).second) << metric.name;
    }
  }
}

std::string row_of(const Metric& metric) {
  std::string labels;
  for (const auto label : words_of(metric.labels)) labels += (labels.empty() ? "" : ", ") + std::string(label);
  return "| `" + std::string(metric.name) + "` | " + std::string(name(metric.kind)) + " | " + labels + " | " +
         std::string(metric.help) + " |\n";
}

TEST(Metrics, AreThoseThatAreDocumented) {
  std::string rows;
  for (const Metric& metric : metrics()) rows += row_of(metric);
  std::ifstream file("docs/metrics.md");
  const std::string documented(std::istreambuf_iterator<char>(file), {});
  const std::string head = "|---|---|---|---|\n";
  const auto begin = documented.find(head);
  ASSERT_NE(begin, std::string::npos);
  const auto end = documented.find("\n\n", begin);
  EXPECT_EQ(documented.substr(begin + head.size(), end + 1 - begin - head.size()), rows);
}

}  // namespace
}  // namespace osrtp::observe
