#pragma once

#include <optional>
#include <string>

#include "app/media_plane.hpp"
#include "base/time.hpp"
#include "call/registry.hpp"
#include "control/service.hpp"
#include "observe/snapshot.hpp"

namespace osrtp::app {

/// Looks at the whole daemon for whoever watches it, at most once in kLife, however many ask. A look costs the same
/// with one call as with 10,000. Of the control thread.
class Observer {
 public:
  static constexpr std::chrono::seconds kLife{1};

  /// All are borrowed.
  Observer(const call::Registry& registry, const control::Service& service, const WorkerMediaPlane& plane,
           WallTime start);

  /// Of now, or of less than kLife ago.
  [[nodiscard]] const observe::Snapshot& look(TimePoint now);

 private:
  [[nodiscard]] observe::Snapshot take() const;

  const call::Registry& registry_;
  const control::Service& service_;
  const WorkerMediaPlane& plane_;
  WallTime start_;
  observe::Build build_;
  observe::Snapshot latest_;
  std::optional<TimePoint> taken_;
};

}  // namespace osrtp::app
