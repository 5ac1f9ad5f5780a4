#include "negotiate/sections.hpp"

#include <algorithm>
#include <array>

#include "protocol/policy.hpp"
#include "sdp/media_line.hpp"
#include "sdp/text.hpp"
#include "sdp/words.hpp"

namespace osrtp::negotiate {
namespace {

/// What belongs to the first of two lines alone.
constexpr auto kOfTheFirst = std::to_array<std::string_view>({"crypto", "mid", "label"});

/// Cuts the first line off, its end included.
std::string_view next_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  const std::string_view line = rest.substr(0, end == std::string_view::npos ? rest.size() : end + 1);
  rest.remove_prefix(line.size());
  return line;
}

std::string_view without_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool is_of_the_first(std::string_view line) {
  if (!line.starts_with("a=")) return false;
  const sdp::Line attribute{'a', without_end(line).substr(2)};
  const auto named = [&](std::string_view name) { return sdp::same_word(name, attribute.attribute()); };
  return std::any_of(kOfTheFirst.begin(), kOfTheFirst.end(), named);
}

/// Empty: it has none.
std::string_view connection_of(std::string_view section) {
  while (!section.empty()) {
    const std::string_view line = next_line(section);
    if (line.starts_with("c=")) return without_end(line);
  }
  return {};
}

/// "audio 49170 RTP/AVP 0"
protocol::Profile profile_of(std::string_view media) {
  (void)sdp::next_word(media, " ");
  (void)sdp::next_word(media, " ");
  return protocol::profile_named(sdp::next_word(media, " "));
}

std::uint16_t port_of(std::string_view media) {
  (void)sdp::next_word(media, " ");
  std::string_view port = sdp::next_word(media, " ");
  return sdp::number<std::uint16_t>(sdp::next_word(port, "/")).value_or(0);
}

}  // namespace

Sections::Sections(std::string_view body) {
  const auto last = body.find_last_not_of("\r\n");
  const auto newline = last == std::string_view::npos ? last : body.find('\n', last);
  const std::size_t end = newline == std::string_view::npos ? body.size() : newline + 1;
  tail_ = body.substr(end);
  std::vector<std::size_t> starts;
  for (std::size_t at = 0; at < end;) {
    if (body.substr(at).starts_with("m=")) starts.push_back(at);
    const auto next = body.find('\n', at);
    at = next == std::string_view::npos ? end : next + 1;
  }
  session_ = body.substr(0, starts.empty() ? end : starts[0]);
  starts.push_back(end);
  for (std::size_t n = 0; n + 1 < starts.size(); ++n)
    media_.push_back(body.substr(starts[n], starts[n + 1] - starts[n]));
}

std::string_view Sections::line_end() const noexcept {
  std::string_view rest = session_;
  return next_line(rest).ends_with("\r\n") ? "\r\n" : "\n";
}

std::string_view media_value(std::string_view section) { return without_end(next_line(section)).substr(2); }

bool is_rtp_section(std::string_view section) { return protocol::is_rtp(profile_of(media_value(section))); }

bool is_rejected_section(std::string_view section) { return port_of(media_value(section)) == 0; }

Assembly::Assembly(const Sections& from) : from_(from), body_(from.session()) {}

/// Whatever stood last may lack its end.
void Assembly::add_line(std::string_view line) {
  if (!body_.empty() && body_.back() != '\n') body_ += body_.back() == '\r' ? "\n" : from_.line_end();
  body_ += line;
}

std::string Assembly::add(std::string_view section) {
  add_line(section);
  return std::string(media_value(section));
}

std::string Assembly::add_keyless(std::string_view section) {
  std::string_view rest = section;
  const std::string_view media = without_end(next_line(rest)).substr(2);
  const std::string line = sdp::media_line(media, port_of(media), name(protocol::plain_of(profile_of(media))));
  add_line(line);
  while (!rest.empty()) {
    const std::string_view next = next_line(rest);
    if (!is_of_the_first(next)) add_line(next);
  }
  if (body_.back() != '\n') body_ += from_.line_end();
  return line.substr(2);
}

void Assembly::add_rejected(std::string_view media, std::string_view instead) {
  if (media.empty()) media = media_value(instead);
  add_line(sdp::media_line(media, 0, {}));
  const std::string_view connection = connection_of(instead);
  if (connection_of(from_.session()).empty() && !connection.empty()) add_line(connection);
  body_ += from_.line_end();
}

std::string Assembly::finish() && { return std::move(body_.append(from_.tail())); }

}  // namespace osrtp::negotiate
