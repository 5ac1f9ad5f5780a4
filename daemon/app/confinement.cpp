#include "app/confinement.hpp"

#include <filesystem>

namespace osrtp::app {

namespace {

std::string folder_of(const std::string& file) {
  std::error_code ignored;
  return std::filesystem::absolute(file, ignored).parent_path();
}

}  // namespace

sandbox::Files files_of(const Configuration& configuration, const std::string& config_file) {
  sandbox::Files files;
  files.readable = {"/etc", "/usr", "/lib", "/lib64", "/proc", "/sys", "/dev"};
  const ControlTls& tls = configuration.control_tls;
  for (const std::string& file : {config_file, configuration.certificate_file, configuration.key_file,
                                  tls.certificate_file, tls.key_file, tls.ca_file}) {
    if (!file.empty()) files.readable.push_back(folder_of(file));
  }
  for (const io::ControlAddress& address : configuration.control) {
    if (const auto* local = std::get_if<io::UnixPath>(&address)) files.socket_folders.push_back(folder_of(local->path));
  }
  if (!configuration.capture_folder.empty()) files.writable_folders.push_back(configuration.capture_folder);
  return files;
}

Confinement::Confinement(const Configuration& configuration, const std::string& config_file)
    : wanted_(configuration.sandbox),
      use_(configuration.capture_folder.empty() ? sandbox::FileUse::kRead : sandbox::FileUse::kReadAndWrite) {
  if (!wanted_) return;
  const auto note = [this](const std::string& part, const std::string& holds, const auto& result) {
    missing_ = missing_ || !result;
    holds_ += " " + part + "=" + (result ? holds : "no(" + result.error() + ")");
  };
  note("capabilities", "none", sandbox::drop_capabilities());
  const auto landlock = sandbox::restrict_files(files_of(configuration, config_file));
  note("files", "landlock/" + (landlock ? std::to_string(*landlock) : ""), landlock);
}

void Confinement::complete(const LogSink& log) {
  if (!wanted_) return log(LogLevel::kWarning, "event=sandbox off=\"by the configuration\"");
  const auto calls = sandbox::restrict_calls(use_);
  missing_ = missing_ || !calls;
  log(missing_ ? LogLevel::kWarning : LogLevel::kInfo,
      "event=sandbox" + holds_ + " calls=" + (calls ? "seccomp" : "no(" + calls.error() + ")"));
}

}  // namespace osrtp::app
