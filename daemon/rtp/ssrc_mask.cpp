#include "rtp/ssrc_mask.hpp"

#include <algorithm>
#include <array>

#include "rtp/rtcp.hpp"

namespace osrtp::rtp {
namespace {

constexpr std::size_t kWord = 4;
constexpr std::size_t kReportBlock = 24;
constexpr std::size_t kSenderReportHead = 28;
constexpr std::size_t kReceiverReportHead = 8;
constexpr std::size_t kFeedbackHead = 12;
constexpr std::size_t kEntry = 8;  // of TMMBR, FIR and their like: an SSRC and a word
constexpr std::array<std::uint8_t, 4> kRembName{'R', 'E', 'M', 'B'};
// Blocks of XR (RFC 3611 §4).
constexpr std::array<std::uint8_t, 5> kOfOneSource{1, 2, 3, 6, 7};
constexpr std::uint8_t kDlrr = 5;
constexpr std::size_t kDlrrPart = 12;

std::size_t size_of(ByteView packet) noexcept { return kWord * ((std::size_t{packet[2]} << 8U | packet[3]) + 1); }
std::size_t count_of(ByteView packet) noexcept { return packet[0] & 0x1fU; }

/// One word of a packet, if it is there.
void mask_at(ByteSpan packet, std::size_t at, std::uint32_t mask) noexcept {
  if (at + kWord > packet.size()) return;
  for (std::size_t i = 0; i < kWord; ++i) packet[at + i] ^= static_cast<std::uint8_t>(mask >> (24U - 8U * i));
}

void mask_each(ByteSpan packet, std::size_t first, std::size_t step, std::size_t count, std::uint32_t mask) noexcept {
  for (std::size_t i = 0; i < count; ++i) mask_at(packet, first + step * i, mask);
}

/// RFC 3550 §6.5: a chunk ends with a zero octet, padded to a whole word.
void mask_chunks(ByteSpan packet, std::uint32_t mask) noexcept {
  std::size_t at = kWord;
  for (std::size_t chunk = 0; chunk < count_of(packet) && at < packet.size(); ++chunk) {
    mask_at(packet, at, mask);
    at += kWord;
    while (at + 1 < packet.size() && packet[at] != 0) at += std::size_t{2} + packet[at + 1];
    at = (at / kWord + 1) * kWord;
  }
}

void mask_sender(ByteSpan packet, std::uint32_t mask) noexcept {
  switch (packet[1]) {
    case kSourceDescription:
      return mask_chunks(packet, mask);
    case kGoodbye:
      return mask_each(packet, kWord, kWord, count_of(packet), mask);
    case kSenderReport:
    case kReceiverReport:
    case kApplication:
    case kTransportFeedback:
    case kPayloadFeedback:
    case kExtendedReport:
      return mask_at(packet, kWord, mask);
    default:
      return;
  }
}

bool has_entries(std::uint8_t type, std::size_t format) noexcept {
  if (type == kTransportFeedback) return format == 3 || format == 4;               // TMMBR, TMMBN
  return type == kPayloadFeedback && (format == 4 || format == 5 || format == 6);  // FIR, TSTR, TSTN
}

bool is_remb(ByteView packet) noexcept {
  const bool application = packet[1] == kPayloadFeedback && count_of(packet) == 15;
  return application && packet.size() >= kFeedbackHead + 2 * kWord &&
         std::equal(kRembName.begin(), kRembName.end(), packet.begin() + kFeedbackHead);
}

/// 0 names no source; nor does, for the way back to be the same, what would become 0.
void mask_media_source(ByteSpan packet, std::uint32_t mask) noexcept {
  const auto source = ByteReader(packet.subspan(2 * kWord)).read<std::uint32_t>();
  if (source && *source != 0 && *source != mask) mask_at(packet, 2 * kWord, mask);
}

void mask_feedback(ByteSpan packet, std::uint32_t mask) noexcept {
  if (packet.size() < kFeedbackHead) return;  // the rest is padding
  mask_media_source(packet, mask);
  if (has_entries(packet[1], count_of(packet))) {
    mask_each(packet, kFeedbackHead, kEntry, (packet.size() - kFeedbackHead) / kEntry, mask);
  } else if (is_remb(packet)) {
    mask_each(packet, kFeedbackHead + 2 * kWord, kWord, packet[kFeedbackHead + kWord], mask);
  }
}

/// Blocks of an XR: loss and duplicate runs, receipt times, DLRR, statistics, VoIP metrics.
void mask_extended(ByteSpan packet, std::uint32_t mask) noexcept {
  for (std::size_t at = 2 * kWord; at + kWord <= packet.size();) {
    const std::size_t size = std::min(size_of(packet.subspan(at)), packet.size() - at);
    const ByteSpan block = packet.subspan(at, size);
    const bool of_one = std::find(kOfOneSource.begin(), kOfOneSource.end(), block[0]) != kOfOneSource.end();
    if (of_one) mask_at(block, kWord, mask);
    if (block[0] == kDlrr) mask_each(block, kWord, kDlrrPart, (size - kWord) / kDlrrPart, mask);
    at += size;
  }
}

void mask_subject(ByteSpan packet, std::uint32_t mask) noexcept {
  switch (packet[1]) {
    case kSenderReport:
      return mask_each(packet, kSenderReportHead, kReportBlock, count_of(packet), mask);
    case kReceiverReport:
      return mask_each(packet, kReceiverReportHead, kReportBlock, count_of(packet), mask);
    case kTransportFeedback:
    case kPayloadFeedback:
      return mask_feedback(packet, mask);
    case kExtendedReport:
      return mask_extended(packet, mask);
    default:
      return;
  }
}

std::size_t padding_of(ByteView packet) noexcept { return (packet[0] & 0x20U) != 0 ? packet.back() : 0; }

/// A compound that parses: every packet has the size that it says, and what its count announces.
void each_packet(ByteSpan compound, std::uint32_t mask, void (*apply)(ByteSpan, std::uint32_t) noexcept) noexcept {
  if (!Compound::parse(compound)) return;
  for (std::size_t at = 0; at < compound.size();) {
    const std::size_t size = size_of(compound.subspan(at));
    const ByteSpan packet = compound.subspan(at, size);
    apply(packet.first(size - padding_of(packet)), mask);
    at += size;
  }
}

}  // namespace

void mask_source(ByteSpan packet, std::uint32_t mask) noexcept { mask_at(packet, 2 * kWord, mask); }

// SRTCP's keystream hangs on the SSRC of the first header, whatever follows it: a phone that has authenticated may
// still send what is no compound, a type of the future, a BYE of nobody.
void mask_senders(ByteSpan compound, std::uint32_t mask) noexcept {
  const auto first = RtcpHeader::parse(compound);
  each_packet(compound, mask, mask_sender);
  if (!first) return;
  const std::uint32_t shown = first->sender.get() ^ mask;
  for (std::size_t i = 0; i < kWord; ++i) compound[kWord + i] = static_cast<std::uint8_t>(shown >> (24U - 8U * i));
}

void mask_subjects(ByteSpan compound, std::uint32_t mask) noexcept { each_packet(compound, mask, mask_subject); }

}  // namespace osrtp::rtp
