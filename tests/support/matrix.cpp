#include "support/matrix.hpp"

#include <fstream>

namespace osrtp::testing {
namespace {

/// A cell that contains a comma stands in quotes; none contains a quote.
std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> all(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      all.emplace_back();
    } else if (c != '\r') {
      all.back() += c;
    }
  }
  return all;
}

}  // namespace

std::string MatrixRow::to_string() const {
  return "negotiation_matrix.csv:" + std::to_string(line) + " " + a_offer + " " + policy_a + "/" + policy_b + " " +
         b_answer;
}

std::vector<MatrixRow> matrix_rows() {
  std::ifstream file("tests/unit/negotiation_matrix.csv");
  std::vector<MatrixRow> rows;
  std::string text;
  std::getline(file, text);
  for (std::size_t n = 2; std::getline(file, text); ++n) {
    auto c = cells(text);
    c.resize(9);
    rows.push_back({n, c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8]});
  }
  return rows;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace osrtp::testing
