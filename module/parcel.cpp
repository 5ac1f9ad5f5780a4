#include "module/parcel.hpp"

#include <cstring>

namespace osrtp::module {

namespace {

/// Appends numbers and texts; texts have their size before them.
class Writer {
 public:
  template <class Number>
  void number(Number value) {
    const auto wide = static_cast<std::int64_t>(value);
    octets_.append(reinterpret_cast<const char*>(&wide), sizeof wide);
  }
  void text(std::string_view value) {
    number(value.size());
    octets_ += value;
  }
  void policies(const Policies& value) { number(value.bits()); }
  [[nodiscard]] std::string take() { return std::move(octets_); }

 private:
  std::string octets_;
};

/// Reads them in the same order. Behind the end there are zeros, and ok() is false.
class Reader {
 public:
  explicit Reader(std::string_view octets) : octets_(octets) {}

  template <class Number>
  void number(Number& value) {
    std::int64_t wide = 0;
    if (octets_.size() < sizeof wide) {
      ok_ = false;
    } else {
      std::memcpy(&wide, octets_.data(), sizeof wide);
      octets_.remove_prefix(sizeof wide);
    }
    value = static_cast<Number>(wide);
  }
  void text(std::string& value) {
    std::size_t size = 0;
    number(size);
    ok_ = ok_ && size <= octets_.size();
    if (!ok_) return;
    value = octets_.substr(0, size);
    octets_.remove_prefix(size);
  }
  void policies(Policies& value) {
    std::uint8_t bits = 0;
    number(bits);
    value = Policies::of(bits);
  }
  [[nodiscard]] bool ok() const noexcept { return ok_; }
  [[nodiscard]] bool done() const noexcept { return ok_ && octets_.empty(); }

 private:
  std::string_view octets_;
  bool ok_ = true;
};

/// One list of fields for both ways.
template <class Stream, class Item>
void fields(Stream& stream, Item& command) {
  stream.number(command.action);
  stream.number(command.branch);
  stream.number(command.set);
  stream.number(command.starts_call);
  stream.number(command.form);
  stream.number(command.tried);
  stream.policies(command.policies);
  stream.text(command.dictionary);
  stream.text(command.anew);
  stream.text(command.target);
  stream.text(command.next_hop_uri);
  stream.text(command.options);
  stream.text(command.peer);
}

template <class Stream, class Item>
void head(Stream& stream, Item& parcel) {
  stream.number(parcel.task);
  stream.number(parcel.index);
  stream.number(parcel.label);
  stream.text(parcel.call_id);
  stream.text(parcel.route);
  stream.text(parcel.baggage);
}

}  // namespace

std::string pack(const Parcel& parcel) {
  Writer writer;
  head(writer, parcel);
  writer.number(parcel.commands.size());
  for (const Command& command : parcel.commands) fields(writer, command);
  return writer.take();
}

std::optional<Parcel> unpack(std::string_view octets) {
  Reader reader(octets);
  Parcel parcel;
  std::size_t commands = 0;
  head(reader, parcel);
  reader.number(commands);
  while (reader.ok() && parcel.commands.size() < commands) {
    Command command;
    command.call_id = parcel.call_id;
    fields(reader, command);
    parcel.commands.push_back(std::move(command));
  }
  if (!reader.done()) return std::nullopt;
  return parcel;
}

}  // namespace osrtp::module
