// A ZIP writer: stored entries whose bytes start at page boundaries, and nothing in them but names and
// contents. libzip can store, but neither align entries nor leave out what differs between two runs.
#ifndef KILN_LIB_BUNDLE_ARCHIVE_H
#define KILN_LIB_BUNDLE_ARCHIVE_H

#include <string>
#include <utility>
#include <vector>

namespace kiln::bundle {

/// Entries (name, contents) in this order. Everything must stay below 4 GiB and 65,535 entries.
std::string writeArchive(const std::vector<std::pair<std::string, std::string>> &entries,
                         const std::string &comment);

} // namespace kiln::bundle

#endif
