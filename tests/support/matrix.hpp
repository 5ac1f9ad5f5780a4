#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace osrtp::testing {

/// One case of tests/unit/negotiation_matrix.csv: what the caller (A) offers and the callee (B) answers, and what
/// becomes of it.
struct MatrixRow {
  std::size_t line;
  std::string a_offer, policy_a, policy_b, offer_to_b, b_answer, b_result, answer_to_a, a_to_b, b_to_a;

  /// For people.
  [[nodiscard]] std::string to_string() const;
};

[[nodiscard]] std::vector<MatrixRow> matrix_rows();

[[nodiscard]] bool has(const std::string& text, const std::string& part);

}  // namespace osrtp::testing
