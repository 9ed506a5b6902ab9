// All levels of an RFC 6962 tree, for a list whose every path is asked for: n − 1 hashes once, then a path costs none.
#pragma once

#include <vector>

#include "aether/crypto/merkle.hpp"

namespace aether::crypto {

class MerkleList {
 public:
  explicit MerkleList(std::vector<Hash> leaves, const CpuFeatures& cpu = {});

  std::size_t count() const { return levels_.front().size(); }
  Hash tree() const;                                // merkle_tree
  std::vector<Hash> path(std::size_t index) const;  // merkle_list_path

 private:
  std::vector<std::vector<Hash>> levels_;  // leaves first; a node without a sibling stands in the next level too
};

}  // namespace aether::crypto
