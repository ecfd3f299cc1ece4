// The audits of a kernel as JSON.
#ifndef KILN_LIB_INSPECTOR_AUDITSJSON_H
#define KILN_LIB_INSPECTOR_AUDITSJSON_H

#include "kiln/Inspector/Inspector.h"

#include <nlohmann/json.hpp>

namespace kiln::inspector {

using Json = nlohmann::ordered_json;

template <typename T> Json orNull(const std::optional<T> &value) { return value ? Json(*value) : Json(); }

Json waitsToJson(const std::vector<WaitRecord> &waits);
/// Members "waits", "barriers", "nops", "matrix", "lds_accesses", "registers_in_use", "lint".
void addAudits(const KernelReport &kernel, Json &result);
Json tripsToJson(const TripHint &trips);
Json boundToJson(const std::optional<WorkgroupBound> &bound);
Json rooflineToJson(const std::optional<Roofline> &roofline);

} // namespace kiln::inspector

#endif // KILN_LIB_INSPECTOR_AUDITSJSON_H
