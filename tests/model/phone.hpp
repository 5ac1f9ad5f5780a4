#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/endpoint.hpp"
#include "model/sdp.hpp"
#include "model/step.hpp"
#include "model/voice.hpp"

namespace osrtp::model {

/// What a phone would say of one m-line now.
struct Wish {
  std::string kind = "audio";
  std::string formats = "0 101";
  std::string direction = "sendrecv";
  Form form = Form::kPlain;
  bool in_use = true;  // false: port 0
  bool is_nowhere = false;
  bool mux = true;
  unsigned port = 0;
  unsigned moves = 0;       // which of its addresses
  unsigned generation = 0;  // of SDES keys
  bool goes_on = false;     // the newest of them, with the rollover counter that the one before had
  unsigned tls_generation = 0;
  Mode ran = Mode::kNone;   // at last, but for failures
  bool sdes_spent = false;  // what ran under the key is over: the next one is a new one
  bool dtls_spent = false;
};

/// A phone of the model: writes offers and answers of its own, reads the relay's, and knows by the RFCs what its lines
/// then are. It uses nothing of the daemon but its DTLS, and that only to have a peer.
class Phone {
 public:
  explicit Phone(unsigned host);

  /// What it says next, until settle() or give_up().
  std::vector<Wish>& wishes() noexcept { return next_; }
  [[nodiscard]] Sdp offer();
  /// `suite`: which of the offered ones, where it is free to choose. `rejected`: bits of the lines that it does not
  /// want.
  struct Manner {
    Mood mood = Mood::kGood;
    unsigned suite = 0;
    bool mux = true;
    bool new_keys = false;
    bool moves = false;
    unsigned rejected = 0;
  };
  [[nodiscard]] Sdp answer(const Sdp& heard, const Manner& manner);

  /// An offer of this phone has been answered, or it has answered one: line `n` is `run` now. kFailed is a rejection,
  /// which keys outlive, kNone a line that nobody wants.
  void settle(std::size_t n, Run run);
  /// All lines are through settle().
  void commit() { now_ = next_; }
  /// What it has offered is refused: everything is as it was.
  [[nodiscard]] bool goes_on(std::size_t n) const { return next_.at(n).goes_on; }
  void give_up() {
    if (!now_.empty()) next_ = now_;
  }
  void add_line(const std::string& kind);

  [[nodiscard]] const std::vector<Run>& runs() const noexcept { return runs_; }
  [[nodiscard]] const Run& run(std::size_t n) const;
  [[nodiscard]] Endpoint endpoint(std::size_t n, bool rtcp) const;
  [[nodiscard]] std::uint32_t ssrc(std::size_t n) const { return host_ << 8U | static_cast<std::uint32_t>(n); }
  /// Every key, tls-id and fingerprint that it has written.
  [[nodiscard]] const std::set<Octets>& keys() const noexcept { return keys_; }
  [[nodiscard]] static std::string fingerprint();

  Voice voice;
  std::string tag;
  std::vector<std::uint16_t> sequence;
  /// Per line: the relay's crypto lines of which it took one last.
  std::map<std::size_t, std::vector<CryptoLine>> answered;

 private:
  [[nodiscard]] SdpLine skeleton(std::size_t n) const;
  [[nodiscard]] CryptoLine crypto(std::size_t n, const std::string& suite, const std::string& line_tag);
  void put_dtls(SdpLine& line, std::size_t n, const std::string& setup);
  void put_form(SdpLine& line, std::size_t n);
  void put_answer(SdpLine& line, std::size_t n, const SdpLine& heard, const Manner& manner);
  void put_good(SdpLine& line, std::size_t n, const SdpLine& heard, const Manner& manner);
  void put_sdes(SdpLine& line, std::size_t n, const SdpLine& heard, const Manner& manner);
  [[nodiscard]] std::string answering_setup(std::size_t n) const;
  [[nodiscard]] Sdp finish(std::vector<SdpLine> lines);
  void grow(std::size_t count);
  [[nodiscard]] std::string address(const Wish& wish) const;

  unsigned host_;
  std::uint64_t version_ = 1;
  std::vector<SdpLine> last_;
  std::vector<Wish> now_;
  std::vector<Wish> next_;
  std::vector<Run> runs_;
  std::set<Octets> keys_;
};

/// What the lines `said` by a phone and `heard` by it make of it: addresses, mux, directions. Keys are for the caller.
Run run_between(const SdpLine& said, const SdpLine& heard, Mode mode);

}  // namespace osrtp::model
