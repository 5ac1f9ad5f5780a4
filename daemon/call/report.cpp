#include <algorithm>
#include <utility>

#include "call/call.hpp"

// What a call tells of itself. The other half of Call is in call.cpp.
namespace osrtp::call {
namespace {

using protocol::SecurityState;

std::int64_t seconds(WallTime time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

std::map<std::string, std::uint64_t> dropped(const relay::LegCounters& counters) {
  std::map<std::string, std::uint64_t> drops;
  for (std::size_t i = 0; i < relay::kDropCount; ++i) {
    if (counters.dropped[i] > 0) drops.emplace(relay::kDropNames[i], counters.dropped[i]);
  }
  return drops;
}

std::uint64_t dropped_sum(const relay::LegCounters& counters) {
  std::uint64_t sum = 0;
  for (const std::uint64_t n : counters.dropped) sum += n;
  return sum;
}

std::uint64_t relayed(const relay::LegCounters& to) { return to.sent_rtp.packets + to.sent_rtcp.packets; }

protocol::Counts counts(const relay::Tally& tally, std::uint64_t errors) {
  return {tally.packets, tally.octets, errors};
}

void add(protocol::Counts& sum, const protocol::Counts& more) {
  sum.packets += more.packets;
  sum.bytes += more.bytes;
  sum.errors += more.errors;
}

std::vector<std::string> media_flags(const Status& status) {
  std::vector<std::string> flags{"initialized", "send", "recv"};
  if (status.state == SecurityState::kSrtpSdes) flags.emplace_back("SDES");
  if (status.state == SecurityState::kSrtpDtls) flags.emplace_back("DTLS-SRTP");
  return flags;
}

protocol::StreamReport stream_report(const Endpoint& local, const std::optional<Endpoint>& remote, std::string kind) {
  protocol::StreamReport report;
  report.local_address = local.address.to_string();
  report.local_port = local.port.number();
  if (remote) {
    report.remote_address = remote->address.to_string();
    report.remote_port = remote->port.number();
    report.flags = {std::move(kind), "filled", "confirmed"};
  } else {
    report.flags = {std::move(kind)};
  }
  return report;
}

protocol::MediaReport media_report(const LegMedia& media, const Status& status, std::size_t n,
                                   const relay::LegCounters& counters, std::int64_t last_packet) {
  protocol::MediaReport report;
  report.index = n + 1;
  report.type = media.kind;
  report.protocol = media.protocol;
  if (status.suite) report.crypto_suite = facts(*status.suite).name;
  report.flags = media_flags(status);
  if (!media.ports) return report;
  auto rtp = stream_report(media.ports->rtp_advertised, counters.rtp_source, "RTP");
  auto rtcp = stream_report(media.ports->rtcp_advertised, counters.rtcp_source, "RTCP");
  rtp.last_packet = rtcp.last_packet = last_packet;
  rtp.received = counts(counters.received_rtp, dropped_sum(counters));
  rtp.sent = counts(counters.sent_rtp, 0);
  rtcp.received = counts(counters.received_rtcp, 0);
  rtcp.sent = counts(counters.sent_rtcp, 0);
  report.streams = {std::move(rtp), std::move(rtcp)};
  return report;
}

}  // namespace

std::vector<protocol::LegSecurity> Call::security(const Branch* branch) const {
  if (branch == nullptr) branch = connected_branch();
  if (branch == nullptr && !branches_.empty()) branch = branches_.back().get();
  std::vector<protocol::LegSecurity> all;
  const auto tell = [&](const Party& party, relay::LegIndex other) {
    for (std::size_t n = 0; n < party.media.size(); ++n) {
      const LegMedia& media = party.media[n];
      if (!media.used) continue;
      const auto counters = around_.plane.counters(streams_[n], party.index);
      protocol::LegSecurity entry;
      entry.leg = party.role;
      entry.media = n;
      const Status now = status(party, n);
      entry.state = now.state;
      if (now.suite) entry.suite = facts(*now.suite).name;
      entry.reason = now.reason;
      entry.authenticated_packets = counters.authenticated;
      entry.relayed_packets = relayed(around_.plane.counters(streams_[n], other));
      entry.dropped = dropped(counters);
      entry.since = seconds(now.since);
      entry.lost_packets = counters.lost;
      all.push_back(std::move(entry));
    }
  };
  if (branch == nullptr) return all;
  tell(caller_, branch->party.index);
  tell(branch->party, caller_.index);
  return all;
}

std::vector<StreamPlace> Call::places() const {
  std::vector<StreamPlace> places;
  places.reserve(streams_.size());
  for (const StreamId id : streams_) places.push_back({id, {}});
  const auto tell = [&](const Party& party) {
    for (std::size_t n = 0; n < party.media.size(); ++n) {
      const auto& ports = party.media[n].ports;
      if (!ports) continue;
      const Status now = status(party, n);
      const std::string suite = now.suite ? " " + std::string(facts(*now.suite).name) : "";
      places[n].legs.push_back({party.index, std::string(name(party.role)) + ", m-line " + std::to_string(n + 1),
                                std::string(name(now.state)) + suite, ports->rtp_advertised, ports->rtcp_advertised});
    }
  };
  tell(caller_);
  for (const auto& branch : branches_) tell(branch->party);
  return places;
}

protocol::CallReport Call::report(Now now) const {
  protocol::CallReport report;
  report.created_us = std::chrono::duration_cast<std::chrono::microseconds>(created_.wall.time_since_epoch()).count();
  report.last_signal = seconds(last_signal_wall_);
  report.duration_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.steady - created_.steady).count();
  const auto tell = [&](const Party& party) {
    protocol::PartyReport entry;
    entry.tag = party.tag;
    entry.via_branch = party.via_branch;
    entry.leg = party.role;
    entry.created = seconds(party.created);
    for (std::size_t n = 0; n < party.media.size(); ++n) {
      const auto counters = around_.plane.counters(streams_[n], party.index);
      const auto ago = counters.last_received ? now.steady - *counters.last_received : now.steady - created_.steady;
      const auto last = now.wall - std::chrono::duration_cast<WallTime::duration>(ago);
      entry.medias.push_back(media_report(party.media[n], status(party, n), n, counters, seconds(last)));
      add(report.rtp, counts(counters.received_rtp, dropped_sum(counters)));
      add(report.rtcp, counts(counters.received_rtcp, 0));
    }
    report.parties.push_back(std::move(entry));
  };
  tell(caller_);
  for (const auto& branch : branches_) tell(branch->party);
  report.security = security(nullptr);
  report.history = timeline_.tell();
  return report;
}

}  // namespace osrtp::call
