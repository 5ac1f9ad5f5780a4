#pragma once

#include <string>
#include <string_view>
#include <vector>

/// An SDP taken apart into its sections and put together anew. Inside negotiate/ only.
namespace osrtp::negotiate {

/// The sections of a body that sdp::Text has read, or that was made of one: views of it, nothing left out. Has no
/// limits, so that what has been rendered can always be taken apart.
class Sections {
 public:
  explicit Sections(std::string_view body);

  [[nodiscard]] std::string_view session() const noexcept { return session_; }
  /// Each from its m= line on.
  [[nodiscard]] const std::vector<std::string_view>& media() const noexcept { return media_; }
  /// Blank lines behind the last line.
  [[nodiscard]] std::string_view tail() const noexcept { return tail_; }
  /// How the first line ends.
  [[nodiscard]] std::string_view line_end() const noexcept;

 private:
  std::string_view session_;
  std::vector<std::string_view> media_;
  std::string_view tail_;
};

/// What the m= line of a section says: "audio 49170 RTP/AVP 0".
[[nodiscard]] std::string_view media_value(std::string_view section);

[[nodiscard]] bool is_rtp_section(std::string_view section);
/// Port 0.
[[nodiscard]] bool is_rejected_section(std::string_view section);

/// A body of the session part and the tail of `from`, and of sections in any number and order.
class Assembly {
 public:
  explicit Assembly(const Sections& from);

  /// As it is. @return what its m= line says
  std::string add(std::string_view section);
  /// In the plain profile, without crypto lines and without what names a line: another one has that name.
  /// @return what its m= line says now
  std::string add_keyless(std::string_view section);
  /// Port 0. @param media what its m= line says but for that; empty: as `instead`'s
  /// @param instead the section that runs in its place, which lends it a c= line where the session has none; may be
  /// empty
  void add_rejected(std::string_view media, std::string_view instead);
  [[nodiscard]] std::string finish() &&;

 private:
  void add_line(std::string_view line);

  const Sections& from_;
  std::string body_;
};

}  // namespace osrtp::negotiate
