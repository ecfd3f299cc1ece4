#ifndef KILN_LIB_INSPECTOR_EXPLORERRESOURCES_H
#define KILN_LIB_INSPECTOR_EXPLORERRESOURCES_H

namespace kiln::inspector {

/// The files of Explorer/, embedded when Kiln is built.
extern const char explorerPage[], explorerStyle[], explorerScripts[];

} // namespace kiln::inspector

#endif // KILN_LIB_INSPECTOR_EXPLORERRESOURCES_H
