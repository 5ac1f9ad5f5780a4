#pragma once

#include <array>
#include <optional>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "call/registry.hpp"
#include "model/phone.hpp"
#include "model/rules.hpp"
#include "model/step.hpp"
#include "model/watch.hpp"
#include "support/fake_plane.hpp"
#include "support/openssl_clock.hpp"

namespace osrtp::model {

/// One call through a Registry over a FakePlane, on virtual time, by the steps of a script; after each of them
/// everything that the model demands is looked at.
class Dialog {
 public:
  explicit Dialog(const Script& script);
  /// The first thing that is wrong, with the step at which it was; nothing: nothing is.
  [[nodiscard]] std::optional<std::string> run();
  /// Packets that got through, handshakes done: a dialog in which nothing happens proves nothing.
  struct Tally {
    std::size_t heard = 0;
    std::size_t handshakes = 0;
    std::size_t answers = 0;
    std::size_t refusals = 0;
    std::size_t attacks = 0;
    std::size_t new_phones = 0;
    std::size_t confirmations = 0;
  };
  [[nodiscard]] const Tally& tally() const noexcept { return tally_; }

 private:
  static constexpr std::size_t kBranches = 3;
  static constexpr std::size_t kNobody = 99;

  /// An offer that is out, and what the relay has made of it.
  struct Exchange {
    bool by_callee = false;
    bool initial = true;
    bool open = true;  // no answer yet
    Sdp sent;
    Sdp heard;
    std::vector<bool> refused;
    Phone::Manner manner{};
  };
  struct Callee {
    Phone phone;
    std::string via;
    Terms terms{};
    bool offered = false;
    bool answered = false;
    bool confirmed = false;
    bool gone = false;
    std::optional<Exchange> exchange{};
    std::vector<bool> live{};  // per line: both legs of it run
    std::vector<std::optional<TimePoint>> last_spoken{};
    std::vector<bool> encrypted{};  // per line: SRTP has run, and nothing plain by consent since
  };
  /// What anybody can see of the call and of the relay.
  struct Sight {
    std::optional<protocol::CallReport> call;
    std::size_t calls;
    std::size_t ports;
    std::size_t streams;
    friend bool operator==(const Sight&, const Sight&) = default;
  };

  void expect(bool holds, const std::string& what);
  void expect_nothing(const std::string& problem) { expect(problem.empty(), problem); }
  void step(const Step& step);
  void set_up(const Step& step);
  void wait(const Step& step);
  void bye(const Step& step);
  void end();

  // dialog_offer.cpp
  void offer(const Step& step);
  void change(const Step& step);
  void refuse();
  void apply(Phone& phone, const Step& step);
  void apply_to_line(Phone& phone, std::size_t n, const Step& step);
  void send_offer(std::size_t branch, bool by_callee, bool initial, bool describes);
  [[nodiscard]] std::vector<Wanted> judge_lines(std::size_t branch, Exchange& exchange);
  void judge_offer(Callee& callee, Exchange exchange, const Result<protocol::SdpReply, protocol::Error>& reply,
                   const Sight& before);
  void describe(protocol::SdpRequest& request, const Callee& callee, bool by_callee) const;

  // dialog_answer.cpp
  void answer(const Step& step);
  void confirm(std::size_t branch);
  void pick_up(std::size_t branch, bool offerer_is_callee);
  [[nodiscard]] std::size_t outstanding(const Step& step) const;
  void judge_answer(std::size_t branch, const Sdp& sent, const Sdp& heard, int code);
  [[nodiscard]] bool judge_line(std::size_t branch, std::size_t n, const Sdp& sent, const Sdp& heard, bool others_live);
  void run_line(std::size_t branch, std::size_t n, const Sdp& sent, const Sdp& heard, Mode offerers, Mode answerers);
  void settle(std::size_t branch, bool callee_side, std::size_t n, Run run);
  void judge_security(std::size_t branch, const std::vector<protocol::LegSecurity>& all);
  void connect(std::size_t branch, bool has_media, bool others_talk, int code);

  // dialog_again.cpp
  /// A new key of a phone's at a new address is that of another phone (RFC 4568 §7.1.4).
  [[nodiscard]] static bool is_new_phone(const Phone& phone, std::size_t n, const SdpLine& said,
                                         const std::string& suite);
  void renew(std::size_t branch, const std::string& to, const Sdp& heard);
  /// What `next` keeps of how the line ran before.
  void compare(const Phone& phone, std::size_t n, const SdpLine& said, Run& next, bool in_offer);
  void judge_repeated(const Phone& answerer, std::size_t n, const std::string& to, const SdpLine& line);
  [[nodiscard]] bool may_confirm(std::size_t branch) const;
  void choose(std::size_t branch);

  // dialog_pairs.cpp
  /// What the caller writes; `answered`: the offer that it answers.
  [[nodiscard]] Sdp in_pairs(const Sdp& sdp, const Sdp* answered) const;
  [[nodiscard]] Sdp chosen(const Sdp& offer);
  [[nodiscard]] std::optional<Sdp> out_of_pairs(const std::optional<Sdp>& wire, std::size_t streams);

  // dialog_media.cpp
  void media(const Step& step);
  void speak(std::size_t speaker, std::size_t n, unsigned gap, bool rtcp);
  void attack(const Step& step);
  void late_sound(std::size_t speaker, std::size_t n);
  Voice::Heard judge_leaving(std::size_t speaker, std::size_t n, const testing::FakePlane::Sent& sent, bool rtcp);
  [[nodiscard]] Octets hostile(std::size_t speaker, std::size_t n, Attack how);
  /// While phones ring, one that has answered is heard once the one before is silent.
  void take_turn(std::size_t speaker, std::size_t n, bool rtcp);
  [[nodiscard]] bool may_pass(std::size_t speaker, std::size_t n) const;
  [[nodiscard]] bool is_guarded(std::size_t speaker, std::size_t n) const;
  [[nodiscard]] bool has_keys(Phone& phone, std::size_t n) const;
  void judge_keystream(const Run& run, const Voice::Heard& heard, const Octets& wire, bool rtcp);
  void shake_hands();
  [[nodiscard]] bool pump();
  [[nodiscard]] bool deliver(const testing::FakePlane::Sent& sent);
  [[nodiscard]] Octets packet(Phone& phone, std::size_t n, unsigned gap, bool rtcp);

  // dialog_stray.cpp
  void again();
  void stray(const Step& step);
  template <class Request>
  void must_refuse(const Request& request, const std::string& what);
  [[nodiscard]] protocol::Answer stray_answer() const;
  void confirms_nothing(std::size_t branch);
  void meet_neighbour();
  void leave_neighbour();

  /// 0: the caller, 1 and up: callees.
  [[nodiscard]] Phone& phone(std::size_t speaker) { return speaker == 0 ? caller_ : callees_[speaker - 1].phone; }
  [[nodiscard]] std::size_t listener(std::size_t speaker, std::size_t n) const;
  [[nodiscard]] std::vector<bool>& encrypted(std::size_t branch, bool callee_side) {
    return callee_side ? callees_[branch].encrypted : callers_encrypted_;
  }
  /// Whether a line of `said` is encrypted, or takes the place of one of its kind that `said` gives up and that was.
  [[nodiscard]] bool was_encrypted(std::size_t branch, bool callee_side, std::size_t n, const Sdp& said);
  [[nodiscard]] const Terms& terms(std::size_t branch, bool callee_side) const {
    return callee_side ? callees_[branch].terms : callers_terms_;
  }
  /// Forks of one branch have the ports and keys of its offer in common.
  [[nodiscard]] std::string party(std::size_t branch, bool callee_side) const {
    return callee_side ? "callee" + callees_[branch].via : "caller";
  }
  [[nodiscard]] bool is_fork(std::size_t branch) const { return forks_ && (branch == 0 || branch == 2); }
  /// The other phone behind the port of this one's branch has it now.
  [[nodiscard]] bool has_lost_port(std::size_t speaker) const {
    return speaker > 0 && callees_[speaker - 1].gone && is_fork(speaker - 1);
  }
  [[nodiscard]] Sight sight() const;
  /// Without what unauthenticated packets and repeated requests may change: drop counters, and what is told of the
  /// past.
  [[nodiscard]] Sight unmoved_sight() const;
  [[nodiscard]] bool has_talk() const { return connected_ != kNobody; }
  [[nodiscard]] bool is_confirmed() const;
  /// The branch whose dialog can go on by re-INVITE.
  [[nodiscard]] std::size_t in_dialog() const;

  const Script& script_;
  std::size_t at_ = 0;
  std::optional<std::string> problem_;
  Tally tally_;
  Now now_;
  testing::OpensslClock clock_;
  testing::FakePlane plane_;
  std::optional<call::Registry> registry_;
  Watch watch_;
  Phone caller_{1};
  Terms callers_terms_;
  std::vector<bool> callers_encrypted_;
  std::array<Callee, kBranches> callees_;
  std::size_t connected_ = kNobody;
  bool late_offer_ = false;
  bool video_ = false;
  bool neighbour_ = false;
  bool forks_ = false;
  bool pairs_ = false;  // each of the caller's streams is two m-lines
  bool plain_first_ = false;
  bool few_ports_ = false;
  bool over_ = false;
  bool changed_ = false;  // by a re-INVITE or UPDATE: the INVITE goes to nobody else
  bool early_ = true;     // phones ring
  std::array<std::size_t, 3> talkers_{kNobody, kNobody, kNobody};  // per line: whom the caller hears
  std::array<TimePoint, 3> chosen_at_{};                           // and since when the signalling has it so
  std::size_t lines_ = 0;
  bool begun_ = false;
  std::variant<std::monostate, protocol::Offer, protocol::Answer> last_;
  std::optional<std::string> last_reply_;
  std::map<std::pair<std::size_t, std::size_t>, Octets> last_wires_;
  /// What left under (key, SSRC, index, 1 for RTCP), to whomever.
  std::map<std::tuple<Octets, std::uint32_t, std::uint64_t, bool>, Octets> keystream_;
  std::uint32_t counter_ = 0;
};

}  // namespace osrtp::model
