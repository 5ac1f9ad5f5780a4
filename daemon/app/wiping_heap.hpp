#pragma once

/// The heap of the daemon: what is freed is wiped first, so that no key outlives what held it, in whatever library or
/// string it stood. The media path frees nothing and does not pay for it.
///
/// The file takes the place of `operator new` and `delete` for the whole program, and is thus linked into the daemon
/// alone. Under a sanitizer it does nothing: that one wants its own.
namespace osrtp::app {

/// Has OpenSSL and jansson do as `delete` does. Call before either of them is used, and before there are threads.
void wipe_what_libraries_free() noexcept;

}  // namespace osrtp::app
